"""Operation × shape of the diagram × who: allowed with what effect, or refused with which code and a sentence.

The case waits at the bureau's review; its operator has just checked. What a table says of a person holds in every shape
but for those that `OTHERWISE` names.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from app import audit, clock
from app.cases.models import Task, TaskStatus
from app.database import db
from tests.support import factories
from tests.support.client import Answer
from tests.support.databases import on_sqlite
from tests.support.kept import stage
from tests.support.task_shapes import SHAPES, Shape, shaped, shelves

__all__ = ["shaped", "shelves"]
PEOPLE = (
    "school_operator", "school_approver", "bureau_operator", "bureau_approver", "neighbour", "city", "province",
    "delegate",
)  # fmt: skip
#: by who: `next` where the decision leads, `back` at the step before, `stays` where it is, `over`, or a refusal's code
EXPECTED = {
    "agree": "E-MISSING E-MISSING E-ALLOW next E-MISSING E-ALLOW E-ALLOW next",
    "take_back": "E-MISSING E-MISSING back E-ALLOW E-MISSING E-MISSING E-MISSING E-ALLOW",
    "send_back_to": "E-MISSING E-MISSING E-ALLOW back E-MISSING E-ALLOW E-MISSING back",
    "hand_over": "E-MISSING E-MISSING E-ALLOW stays E-MISSING E-ALLOW E-MISSING stays",
    "ask_before": "E-MISSING E-MISSING E-ALLOW stays E-MISSING E-ALLOW E-MISSING stays",
    "ask_after": "E-MISSING E-MISSING E-ALLOW stays E-MISSING E-ALLOW E-MISSING stays",
    "delegate": "E-MISSING E-MISSING E-ALLOW stays E-MISSING E-ALLOW E-MISSING stays",
    "copy": "stays stays stays stays E-MISSING E-ALLOW E-ALLOW stays",
    "urge": "stays E-ALLOW E-ALLOW E-ALLOW E-MISSING E-ALLOW E-ALLOW E-ALLOW",
    "supervise": "E-ALLOW E-ALLOW E-ALLOW E-ALLOW E-MISSING E-NOT-OVERDUE E-ALLOW E-ALLOW",
    "pause": "E-ALLOW E-ALLOW E-ALLOW stays E-MISSING E-ALLOW E-ALLOW stays",
    "resume": "E-PAUSE E-PAUSE E-PAUSE E-PAUSE E-MISSING E-PAUSE E-PAUSE E-PAUSE",
    "terminate": "E-ALLOW E-ALLOW E-ALLOW over E-MISSING E-ALLOW E-ALLOW over",
    "urge_case": "stays E-ALLOW E-ALLOW E-ALLOW E-MISSING E-NOT-OVERDUE E-ALLOW E-ALLOW",
    "recall": "over E-ALLOW E-ALLOW E-ALLOW E-MISSING E-MISSING E-MISSING E-ALLOW",
    "ask_pre_review": "E-ALLOW E-ALLOW E-ALLOW stays E-MISSING E-ALLOW E-ALLOW stays",
    "ask_decision": "E-ALLOW E-ALLOW stays E-ALLOW E-MISSING E-ALLOW E-ALLOW E-ALLOW",
}
OTHERWISE = {
    ("jointly", "agree", "delegate"): "E-DELEGATION",
    ("jointly", "send_back_to", "delegate"): "E-DELEGATION",
    ("jointly", "ask_before", "delegate"): "E-DELEGATION",
    ("jointly", "ask_after", "delegate"): "E-DELEGATION",
    ("jointly", "delegate", "delegate"): "E-DELEGATION",
    ("jointly", "terminate", "delegate"): "E-TERMINATE",
    ("jointly", "ask_pre_review", "delegate"): "E-DELEGATION",
    ("jointly", "hand_over", "delegate"): "E-HAND-OVER",
    ("parallel", "urge_case", "delegate"): "E-NOT-OVERDUE",
    ("jointly", "hand_over", "bureau_approver"): "E-HAND-OVER",
    ("jointly", "ask_before", "bureau_approver"): "E-NOT-ASKED",
    ("jointly", "ask_after", "bureau_approver"): "E-NOT-ASKED",
    ("jointly", "delegate", "bureau_approver"): "E-NOT-ASKED",
    ("jointly", "terminate", "bureau_approver"): "E-TERMINATE",
    ("parallel", "urge_case", "bureau_approver"): "E-NOT-OVERDUE",  # its school's branch, which it may supervise
}
BESIDE = {"parallel": ["school_check"]}  # what waits in the other branch, whatever is done with the review
NEXT = {"parallel": [], "jointly": ["review"]}  # else the approval
TABLE = [
    (shape, what, who, OTHERWISE.get((shape, what, who), said))
    for shape in SHAPES
    for what, line in EXPECTED.items()
    for who, said in zip(PEOPLE, line.split(), strict=True)
]


def act(case: Shape, what: str, who: str, program: Any) -> Answer:
    """Do that to the case as that person."""
    task, third = case.task("review"), case.third.id
    school = case.matter.school.office
    to = school.superior.code if who.startswith("school") else school.code
    check = db.session.scalars(sa.select(Task.id).where(Task.key == "check", Task.status == TaskStatus.DONE)).one()
    path, body = {
        "agree": (f"/tasks/{task}/decision", {"outcome": "agree"}),
        "take_back": (f"/tasks/{check}/take-back", None),
        "send_back_to": (f"/tasks/{task}/return", {"to": "check", "opinion": "核对有误"}),
        "hand_over": (f"/tasks/{task}/hand-over", {"to": third, "reason": "出差"}),
        "ask_before": (f"/tasks/{task}/signers", {"add": third, "when": "before"}),
        "ask_after": (f"/tasks/{task}/signers", {"add": third, "when": "after"}),
        "delegate": (f"/tasks/{task}/ask", {"to": third}),
        "copy": (f"/tasks/{task}/copy", {"to": [to]}),
        "urge": (f"/tasks/{task}/urge", None),
        "supervise": (f"/tasks/{task}/supervision", {"opinion": "请抓紧办理"}),
        "pause": (f"/cases/{case.number}/pause", {"reason": "核查"}),
        "resume": (f"/cases/{case.number}/resume", None),
        "terminate": (f"/cases/{case.number}/terminate", {"reason": "材料不实"}),
        "urge_case": (f"/cases/{case.number}/urge", {"opinion": "请办理"} if who == "city" else None),
        "recall": (f"/cases/{case.number}/recall", {"reason": "不再申请"}),
        "ask_pre_review": (f"/tasks/{task}/acts/ask_pre_review", None),
        "ask_decision": (f"/tasks/{task}/acts/ask_decision", None),
    }[what]
    answer: Answer = program.post(path) if body is None else program.post(path, body)
    return answer


class Delegated:
    """Another approver of the bureau who acts in the post of the first on their behalf."""

    def __init__(self, case: Shape) -> None:
        person = factories.a_person(case.matter.school.office.superior, "approver")
        db.session.commit()
        today = clock.today().isoformat()
        body = {"to": person.id, "starts_on": today, "ends_on": today, "reason": "出差"}
        given = case.program("bureau_approver").post("/delegations", body)
        assert given.status == 201, given.text
        self.program, self.number = case.matter.client.api(person), str(given.json["id"])

    def post(self, path: str, body: Any = None) -> Any:
        how = {"X_Delegation": self.number}
        return self.program.post(path, **how) if body is None else self.program.post(path, body, **how)


def program_of(case: Shape, who: str) -> Any:
    if who == "delegate":
        return Delegated(case)
    elsewhere = {"neighbour": "330108", "city": "330100", "province": "330000"}
    if who not in elsewhere:
        return case.program(who)
    return case.matter.client.api(factories.a_user(factories.a_bureau(elsewhere[who]), "approver"))


def at_review(case: Shape) -> Shape:
    return case.agreed(("school_approver", "own_approval"), ("bureau_operator", "check"))


def waits_after(shape: str, said: str) -> list[str]:
    if said == "over":
        return []
    places = {"next": NEXT.get(shape, ["approval"]), "back": ["check"]}.get(said, ["review"])
    return sorted([*places, *BESIDE.get(shape, ())])


@on_sqlite
@pytest.mark.parametrize("shape", SHAPES)
def test_who_may_do_what_and_what_comes_of_it(shaped: Callable[..., Shape], shape: str) -> None:
    case, found = at_review(shaped(shape)), {}
    programs = {who: program_of(case, who) for who in PEOPLE}
    db.session.rollback()
    assert stage.database is not None
    before = stage.database.keep(db.engine)
    for _shape, what, who, said in (each for each in TABLE if each[0] == shape):
        answer = act(case, what, who, programs[who])
        if answer.status >= 400:
            assert answer.json["detail"].endswith("。"), "each refusal is a sentence"
            found[what, who] = answer.code
        else:
            waits = case.waits_at()
            found[what, who] = said if waits == waits_after(shape, said) else f"waits at {waits}"
            db.session.rollback()
            stage.database.put_back(db.engine, before)
        db.session.rollback()

    assert found == {(what, who): said for place, what, who, said in TABLE if place == shape}
    assert list(audit.verify()) == []
