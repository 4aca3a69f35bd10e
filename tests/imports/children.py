"""Children for a workbook, and the people who send it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.cases.models import BatchRow
from app.database import db
from app.definitions.operations import SOURCES
from app.imports.commands import work
from app.web.text import check_digit
from tests.support import factories
from tests.support.client import Answer, Client, Program
from tests.support.workbooks import a_workbook

KEY = "registration_primary"
FORM = json.loads((SOURCES / "forms" / KEY / "row.json").read_text("utf-8"))
BORN = dt.date(2020, 3, 5)


def captions(form: Mapping[str, Any] = FORM, under: str = "") -> dict[str, str]:
    """Field to caption, in the order of the form."""
    found: dict[str, str] = {}
    for name, part in form["properties"].items():
        if part.get("type") == "object":
            found |= captions(part, f"{under}{name}.")
        else:
            found[f"{under}{name}"] = part["title"]
    return found


CAPTIONS = captions()


def a_child(**more: Any) -> dict[str, Any]:
    """What one row says of a six-year-old whom nobody knows, by field; `guardian__phone` is `guardian.phone`."""
    number = more.pop("main_number", None) or factories.a_number(BORN)
    text = str(number)
    row = {
        "name": "王思远",
        "sex": "男" if text[16:17] in tuple("13579") else "女",
        "born_on": f"{text[6:10]}-{text[10:12]}-{text[12:14]}",
        "document_type": "居民身份证",
        "main_number": number,
        "ethnic_group": "汉族",
        "household_division": "330106",
        "household_kind": "居民",
        "address": "文三路1号",
        "entry_way": "就近入学",
        "boarding": "走读",
        "guardian.name": "王建国",
        "guardian.relation": "父亲",
        "guardian.phone": "13800000000",
        "class_number": 1,
    }
    return {**row, **{name.replace("__", "."): value for name, value in more.items()}}


def number_of(place: int) -> str:
    """The number of the child of that place, from 0 to 300,000: as many as a large file needs."""
    body = f"330106{dt.date(2019, 9, 1) + dt.timedelta(days=place % 360):%Y%m%d}{place // 360:03d}"
    return body + check_digit(body)


def filled(children: Sequence[Mapping[str, Any]], *, school: bool = False, **more: Any) -> bytes:
    """A workbook with these children."""
    columns = {"school": "学校", **CAPTIONS} if school else CAPTIONS
    rows = [[child.get(name) for name in columns] for child in children]
    return a_workbook(list(columns.values()), rows, **more)


@dataclass
class Sender:
    """Somebody who imports, over the programming interface."""

    program: Program
    ids: list[int] = field(default_factory=list)

    def upload(self, content: bytes, name: str = "新生.xlsx", kind: str = KEY) -> Answer:
        answer = self.program.upload(f"/imports?kind={kind}&name={name}", content)
        if answer.status == 201:
            self.ids.append(answer.json["id"])
        return answer

    def send(self, content: bytes, **more: Any) -> Answer:
        """Upload and let the worker check."""
        answer = self.upload(content, **more)
        work()
        return answer

    def file(self) -> dict[str, Any]:
        return self.program.get(f"/imports/{self.ids[-1]}").json

    def rows(self, state: str = "") -> list[dict[str, Any]]:
        query = f"?state={state}" if state else ""
        return self.program.get(f"/imports/{self.ids[-1]}/rows{query}").json["items"]

    def fault(self) -> dict[str, Any]:
        """The only fault of the only row with one."""
        [row] = self.rows("error")
        [fault] = row["faults"]
        return fault

    def agree_to(self, **more: Any) -> Answer:
        return self.program.post(f"/imports/{self.ids[-1]}/confirm", {"with_warnings": True, **more})

    def confirm(self, **more: Any) -> Answer:
        """Confirm and let the worker import."""
        answer = self.agree_to(**more)
        work()
        return answer


def sender(client: Client, place: Any) -> Sender:
    """An operator of that office."""
    return Sender(client.api(factories.a_user(place, "operator")))


def imported_names() -> list[str]:
    """The names of all children in the lists of all cases."""
    db.session.rollback()
    return sorted(db.session.scalars(sa.select(BatchRow.name)))
