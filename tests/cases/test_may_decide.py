"""Who may decide is answered by one rule: in a list and on the sheet as by the decision itself."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
import sqlalchemy as sa

from app.access import Actor
from app.cases.models import Outcome
from app.cases.operations import Answer, decide
from app.cases.queries.bulk_decisions import bulk_tasks
from app.database import db
from app.errors import Refused
from app.identity.models import Duty, Post
from tests.cases.test_advice import ask, halt
from tests.cases.test_hand_over import at_approval, hand_over
from tests.support import factories
from tests.support.client import Client
from tests.support.many_cases import Desk, desk
from tests.support.task_shapes import Shape, shaped, shelves

__all__ = ["desk", "shaped", "shelves"]


def post(case: Shape, who: str) -> Post:
    """The post of that person at the bureau, as an approver; a second one where they work at the school."""
    office, user = case.matter.school.office.superior, case.person(who)
    mine = Post.user_id == user.id, Post.office_id == office.id
    found = db.session.scalars(sa.select(Post).where(*mine)).one_or_none()
    if found is None:
        found = Post(user_id=user.id, office_id=office.id, duty=Duty.APPROVER, starts_on=dt.date(2020, 1, 1))
        db.session.add(found)
        db.session.commit()
    return found


def handed_over(case: Shape) -> Actor:
    assert hand_over(case, "bureau_approver", case.task("approval"), "bureau_third").status == 200
    return post(case, "bureau_approver").actor()


def asked(case: Shape) -> Actor:
    assert ask(case, "bureau_approver", "bureau_operator").status == 200
    return post(case, "bureau_approver").actor()


def halted(case: Shape) -> Actor:
    halt(case)
    return post(case, "bureau_approver").actor()


def elsewhere(case: Shape) -> Actor:
    return post(case, "school_approver").actor()


def drafted(case: Shape) -> Actor:
    return post(case, "school_operator").actor()


REFUSED = {
    "E-ASSIGNED": handed_over,
    "E-ADVICE": asked,
    "E-HALTED": halted,
    "E-SOD-02": elsewhere,
    "E-SOD-01": drafted,
}


@pytest.mark.parametrize("code", REFUSED)
def test_a_list_says_what_the_decision_would_say(shaped: Callable[..., Shape], code: str) -> None:
    case = at_approval(shaped)
    task, actor = case.task("approval"), REFUSED[code](case)
    db.session.rollback()

    said = bulk_tasks(actor, [task])[task].refusal
    db.session.rollback()
    with pytest.raises(Refused) as decided:
        decide(task, Answer(Outcome.AGREE), actor=actor)

    assert said is not None
    assert (said.code, said.detail) == (code, decided.value.detail)


def test_who_has_answered_among_several_is_told_so_in_a_list(shaped: Callable[..., Shape]) -> None:
    case = shaped("jointly").agreed(("school_approver", "own_approval"), ("bureau_operator", "check"))
    task = case.task("review")
    case.agreed(("bureau_approver", "review"))

    said = {
        who: bulk_tasks(post(case, who).actor(), [task])[task].refusal for who in ("bureau_approver", "bureau_third")
    }

    assert [each and each.code for each in said.values()] == ["E-JOINT", None]


def test_what_waits_for_a_colleague_is_neither_ticked_nor_decided_on_the_sheet(desk: Desk) -> None:
    given, waits, free = desk.correct(3)
    school = desk.people["school"]
    to = {"to": school.approver2.id, "reason": "外出培训"}
    assert desk.program().post(f"/tasks/{given}/hand-over", to).status == 200
    about = {"when": "before", "add": school.operator.id}
    assert desk.program().post(f"/tasks/{waits}/signers", about).status == 200
    browser = Client(desk.client.app).sign_in(school.approver)

    browser.get("/inbox")
    assert browser.page.xpath("//input[@form='bulk']/@value") == [str(free)]
    sheet = browser.get(f"/inbox/bulk?task={given}&task={waits}&task={free}")

    assert browser.page.xpath("//input[@name='task']/@value") == [str(free)]
    assert [str(each.text) for each in browser.page.xpath("//section//span[@class='code']")] == [
        "E-ASSIGNED",
        "E-ADVICE",
    ], sheet.text
    colleague = Client(desk.client.app).sign_in(school.approver2)
    colleague.get("/inbox")
    assert colleague.page.xpath("//input[@form='bulk']/@value") == [str(given), str(free)]


def test_the_neighbour_is_told_nothing(desk: Desk) -> None:
    [task] = desk.correct(1)
    neighbour = factories.a_user(factories.a_school("330106"), "approver")

    assert bulk_tasks(neighbour.posts[0].actor(), [task]) == {}
