"""A kind of workbook for tests, children to fill it with, and the people who send it."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa

from app.access import Actor
from app.cases.models import Case
from app.database import db
from app.errors import InvalidInput, Objected
from app.imports import kinds
from app.imports.commands import work
from app.imports.faults import Fault
from app.imports.kinds import Imported, Kind
from app.imports.models import ImportRow
from app.schools.models import School, Stage
from tests import factories
from tests.client import Answer, Client, Program
from tests.workbooks import a_workbook

KEY = "test_children"


def options(**choices: str) -> list[dict[str, str]]:
    return [{"const": code[1:], "title": title} for code, title in choices.items()]


FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "title": "姓名", "format": "person-name", "minLength": 1, "maxLength": 36},
        "sex": {"type": "string", "title": "性别", "oneOf": options(_1="男", _2="女")},
        "born_on": {"type": "string", "title": "出生日期", "format": "date"},
        "main_number": {"type": "string", "title": "证件号", "format": "cn-id"},
        "ethnicity": {"type": "string", "title": "民族", "oneOf": options(_01="汉族", _22="畲族")},
        "phone": {"type": "string", "title": "联系电话", "format": "cn-mobile"},
        "address": {"type": "string", "title": "现住址", "minLength": 1, "maxLength": 40},
        "class_number": {"type": "integer", "title": "班号", "minimum": 1, "maximum": 60},
        "boards": {"type": "boolean", "title": "是否住校"},
    },
    "required": ["name", "sex", "born_on", "main_number", "ethnicity", "phone", "address"],
}
CAPTIONS = [part["title"] for part in FORM["properties"].values()]
TAKEN: list[Mapping[str, Any]] = []
objected: dict[str, str] = {}  # name of a child -> the field its batch's case objects to


def take(school: School, rows: Sequence[Mapping[str, Any]], actor: Actor) -> Imported:
    """Open a case, or object to the rows of the children named in `objected`."""
    faults = [
        InvalidInput(sentence="此人不能注册。", field=f"rows.{place}.{objected[row['name']]}")
        for place, row in enumerate(rows)
        if row["name"] in objected
    ]
    if faults:
        raise Objected(list(faults))
    case = factories.a_takeover()
    case.application = {"rows": [dict(row) for row in rows], "school": school.id, "by": actor.user_id}
    db.session.flush()
    return Imported(case.id, case.number)


def check(values: Mapping[str, Any]) -> list[Fault]:
    number, born_on = values.get("main_number"), values.get("born_on")
    if number and born_on and number[6:14] != born_on.replace("-", ""):
        return [Fault("born_on", "E-ID-05", "出生日期：与证件号不符")]
    return [Fault("class_number", "E-CLASS", "班号：尚未分班", warning=True)] if "class_number" not in values else []


TEST_KIND = Kind(
    KEY,
    "测试事项",
    "仅供测试。",
    lambda: FORM,
    lambda school: Stage.PRIMARY if school.teaches(Stage.PRIMARY) else None,
    take,
    lambda actor: actor.duty == "operator",
    check=check,
    aliases={"phone": ("手机",)},
)
_count = itertools.count(1)


def a_child(**more: Any) -> dict[str, Any]:
    """What one row says, by field."""
    number = more.pop("main_number", None) or factories.a_number()
    return {
        "name": "王思远",
        "sex": "男" if str(number)[16:17] in "13579" else "女",
        "born_on": f"{str(number)[6:10]}-{str(number)[10:12]}-{str(number)[12:14]}",
        "main_number": number,
        "ethnicity": "汉族",
        "phone": "13800000000",
        "address": f"文三路{next(_count)}号",
        "class_number": 1,
        "boards": "否",
        **more,
    }


def filled(children: Sequence[Mapping[str, Any]], *, school: bool = False, **more: Any) -> bytes:
    """A workbook with these children."""
    names = ["school", *FORM["properties"]] if school else list(FORM["properties"])
    captions = ["学校", *CAPTIONS] if school else CAPTIONS
    return a_workbook(captions, [[child.get(name) for name in names] for child in children], **more)


@dataclass
class Sender:
    """Somebody who imports, over the programming interface."""

    program: Program
    ids: list[int] = field(default_factory=list)

    def send(self, content: bytes, name: str = "新生.xlsx") -> Answer:
        """Upload and let the worker check."""
        answer = self.program.upload(f"/imports?kind={KEY}&name={name}", content)
        if answer.status == 201:
            self.ids.append(answer.json["id"])
            work()
        return answer

    def file(self) -> dict[str, Any]:
        return self.program.get(f"/imports/{self.ids[-1]}").json

    def rows(self, state: str = "") -> list[dict[str, Any]]:
        query = f"?state={state}" if state else ""
        return self.program.get(f"/imports/{self.ids[-1]}/rows{query}").json["items"]

    def confirm(self, **more: Any) -> Answer:
        """Confirm and let the worker import."""
        answer = self.program.post(f"/imports/{self.ids[-1]}/confirm", {"with_warnings": True, **more})
        work()
        return answer


def sender(client: Client, place: Any) -> Sender:
    """An operator of that office."""
    return Sender(client.api(factories.a_user(place, "operator")))


@contextmanager
def on_the_shelf() -> Iterator[None]:
    """The kind can be imported while the block lasts."""
    kinds.add_kind(TEST_KIND)
    yield
    del kinds.KINDS[KEY]
    objected.clear()


@pytest.fixture(autouse=True)
def _kind() -> Iterator[None]:
    with on_the_shelf():
        yield


def imported_names() -> list[str]:
    """The names of all children in all cases that imports have opened."""
    db.session.rollback()
    cases = db.session.scalars(
        sa.select(Case).where(Case.id.in_(sa.select(ImportRow.case_id).where(ImportRow.case_id.is_not(None))))
    )
    return sorted(row["name"] for case in cases for row in case.application["rows"])
