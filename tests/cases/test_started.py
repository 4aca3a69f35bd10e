"""发起办件: what is offered, in which order, and for one child only what may be opened for it now."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from app.cases import hooks, operations
from app.database import db
from app.definitions.queries import current_version, processes
from app.errors import Refused
from app.students.models import Standing
from app.students.operations import contests
from tests.support import factories
from tests.support.client import Client
from tests.support.single_school_case import GUARDIAN, Matter, a_matter, matter
from tests.support.transfer_case import staff

__all__ = ["matter"]
ASKED = (
    "suspension", "suspension_renewal", "resumption", "withdrawal", "skip", "repeat", "death", "abroad", "drop_out",
    "return_to_school", "reinstatement", "key_correction", "locked_correction", "class_change",
)  # fmt: skip


def offered(matter: Matter) -> list[str]:
    """The processes that the child's list leads to."""
    page = Client(matter.client.app).sign_in(matter.people["school"].operator)
    assert page.get(f"/apply/?student={matter.child.id}").status == 200
    return [each.split("/")[-1].split("?")[0] for each in page.page.xpath("//main//h3/a/@href")]


def refusal(matter: Matter, process: str, application: dict[str, Any]) -> Refused | None:
    """What its opening says."""
    actor = matter.people["school"].operator.posts[0].actor()
    try:
        check = hooks.precheck.of(process)
        assert check is not None
        check(current_version(process), application, profile=operations.profile(), actor=actor)
    except Refused as refused:
        return refused
    return None


@pytest.mark.parametrize(
    ("grade", "standing"),
    [
        ("13", Standing.ACTIVE), ("15", Standing.ACTIVE), ("16", Standing.ACTIVE), ("31", Standing.ACTIVE),
        ("33", Standing.ACTIVE), ("13", Standing.SUSPENDED), ("13", Standing.DROPPED_OUT), ("31", Standing.WITHDRAWN),
        ("13", Standing.ABROAD), ("13", Standing.DECEASED), ("16", Standing.GRADUATED),
    ],
)  # fmt: skip
def test_what_a_childs_page_offers_is_what_its_opening_takes(
    app: Flask, client: Client, grade: str, standing: Standing
) -> None:
    matter = a_matter(client, grade=grade, standing=standing)
    shown = offered(matter)

    for process in ASKED:
        against = refusal(matter, process, matter.application(process))
        if process not in shown:
            assert against is not None, f"{process} may be opened and is not offered"
        elif against is not None:  # what is wrong is in the application, and can be written otherwise
            fields = [each.field for each in getattr(against, "objections", [against])]
            assert not {None, "student"} & set(fields), (process, against.detail)


def test_nothing_but_a_report_of_death_beside_an_open_case(matter: Matter) -> None:
    assert "suspension" in offered(matter)
    assert "contested_record" not in offered(matter)
    assert "reversal" not in offered(matter), "nothing has been changed"

    assert matter.submit("suspension").status == 201

    assert offered(matter) == ["death"]


def test_a_contested_record_is_settled_before_anything_else(matter: Matter) -> None:
    contests.mark(
        matter.child, "wrong_number", "号码与户口簿不符", None, actor=matter.people["school"].operator.posts[0].actor()
    )
    db.session.commit()

    assert offered(matter) == ["contested_record"]


def test_a_change_that_has_been_made_may_be_taken_back(matter: Matter) -> None:
    matter.walk("suspension")

    assert {"reversal", "resumption"} <= set(offered(matter))
    assert "suspension" not in offered(matter)


def test_the_list_is_in_the_order_that_the_diagrams_state(app: Flask, client: Client) -> None:
    school = staff(factories.a_school("330106", stages="primary"))
    page = Client(app).sign_in(school.operator)
    page.get("/apply/")

    groups = [each.text_content() for each in page.page.xpath("//main//h2")]
    assert groups == ["新生注册", "转学", "在籍学生变动", "学籍信息", "学年事务", "招生"]
    changes = page.page.xpath("//section[h2='在籍学生变动']//h3/a/@href")
    assert [each.split("/")[-1] for each in changes][:4] == [
        "class_change",
        "suspension",
        "suspension_renewal",
        "resumption",
    ]


def test_every_process_that_somebody_may_start_states_its_place(app: Flask) -> None:
    startable = [current_version(each.key) for each in processes() if each.key in hooks.precheck.keys]
    places = [each.diagrams.properties["start_order"] for each in startable]

    assert len(set(places)) == len(places) > 30
    by_category: dict[str, set[str]] = {}
    for each in startable:
        by_category.setdefault(each.diagrams.properties["category"], set()).add(
            each.diagrams.properties["start_order"][0]
        )
    assert all(len(hundreds) == 1 for hundreds in by_category.values()), by_category


# ── faults of the form, and what the rules say of the rest ───────────────────────────────────────────────────────────


@pytest.mark.parametrize("process", ASKED)
def test_a_form_with_gaps_is_refused_in_words(matter: Matter, process: str) -> None:
    """Each field left out, and all of them: never more than a refusal, whatever the rules wanted to know."""
    page = Client(matter.client.app).sign_in(matter.people["school"].operator)
    full = matter.application(process)
    form = {name: str(value) for name, value in full.items() if name != "guardian"}
    form |= {f"guardian.{name}": value for name, value in GUARDIAN.items()}
    for left_out in [*(each for each in form if each != "student"), "everything"]:
        kept = {"student": form["student"]} if left_out == "everything" else form | {left_out: ""}
        page.get(f"/apply/{process}?student={matter.child.id}")
        status = page.post(f"/apply/{process}", **kept).status
        assert status in (422, 302), left_out
        if status == 302:
            break  # that field may be left out


def test_an_empty_form_hears_of_the_open_case_too(matter: Matter) -> None:
    assert matter.submit("suspension").status == 201
    page = Client(matter.client.app).sign_in(matter.people["school"].operator)
    page.get(f"/apply/withdrawal?student={matter.child.id}")

    answer = page.post("/apply/withdrawal", student=str(matter.child.id))

    assert answer.status == 422
    assert "请填写" in answer.text
    assert "E-CASE-01" in answer.text
