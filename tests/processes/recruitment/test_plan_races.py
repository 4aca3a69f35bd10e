"""Both sides at the same moment, two schoolfellows, two plans for one seat: one wins, the record stays of one piece."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

import workflows
from app.database import db
from app.processes.recruitment.models import Plan
from app.schools.models import Quota
from tests.cases.test_races import Act, at_once
from tests.processes.recruitment.test_plans import COUNTY, SIDES, asked, the_plan
from tests.support import factories
from tests.support.client import Client
from tests.support.recruiting_case import Recruiting, a_plan, asked_for
from workflows import Run


@pytest.fixture
def both_have_read(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Both walk their run before either writes: the worst order of all."""

    def arrange() -> None:
        gate, complete, walked = threading.Barrier(2, timeout=60), workflows.complete, set[int]()

        def held(*args: Any, **kwargs: Any) -> Run:
            if threading.get_ident() not in walked:  # whoever was too late walks it again
                walked.add(threading.get_ident())
                gate.wait()
            return complete(*args, **kwargs)

        monkeypatch.setattr(workflows, "complete", held)

    return arrange


def deciding(plan: Recruiting, key: str, outcome: str) -> Act:
    task = plan.task(key)
    program = plan.program(task["office"]["code"], "approver")
    body = {"outcome": outcome, "reason_code": "incomplete_papers", "opinion": "材料不全"}
    return lambda: program.post(f"/tasks/{task['id']}/decision", body)


@pytest.mark.parametrize(
    ("first", "second"), [("agree", "agree"), ("agree", "refuse"), ("refuse", "send_back"), ("send_back", "send_back")]
)
def test_of_both_sides_at_once_both_are_heard_while_their_tasks_are_open(
    client: Client, both_have_read: Callable[[], None], monkeypatch: pytest.MonkeyPatch, first: str, second: str
) -> None:
    plan = asked(client)
    acts = [deciding(plan, key, outcome) for key, outcome in zip(SIDES, (first, second), strict=True)]
    both_have_read()

    answers = at_once(*acts)
    monkeypatch.undo()

    statuses = [answer.status for answer in answers]
    waits, status = plan.waits, the_plan(plan).status
    if (first, second) == ("agree", "agree"):
        assert statuses == [200, 200], "each has a task of its own, which the other's answer leaves open"
        assert (len(waits), status) == (1, "consented")
    elif first == "agree":  # a refusal is heard before and after the other's consent, a consent not after a refusal
        assert (statuses[1], waits, status) == (200, [], "ended")
    else:
        heard = (first, second)[statuses.index(200)]
        assert sorted(statuses) == [200, 409]
        assert (waits, status) == {"refuse": ([], "ended"), "send_back": (["repair"], "consulting")}[heard]


def test_two_people_of_a_school_hand_in_one_plan(client: Client) -> None:
    plan = a_plan(client)
    clerks = [plan.at(plan.code).operator, factories.a_user(plan.school, "operator")]
    body = {"process": COUNTY, "application": asked_for()}
    programs = [client.api(clerk) for clerk in clerks]

    answers = at_once(*(lambda program=program: program.post("/cases", body) for program in programs))

    assert sorted(answer.status for answer in answers) == [201, 422]
    assert {code for answer in answers for code in answer.codes or {answer.code}} >= {"E-PLAN-05"}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Plan)) == 1


def test_two_plans_do_not_promise_one_seat_twice(client: Client) -> None:
    plan = a_plan(client)
    factories.a_bureau("330102")
    db.session.execute(sa.update(Quota).where(Quota.school_id == plan.school.id).values(outside=6))
    db.session.commit()
    programs = [client.api(clerk) for clerk in (plan.at(plan.code).operator, factories.a_user(plan.school, "operator"))]
    wanted = [{"process": COUNTY, "application": asked_for(source)} for source in ("330108", "330102")]

    answers = at_once(
        *(lambda pair=pair: pair[0].post("/cases", pair[1]) for pair in zip(programs, wanted, strict=True))
    )

    assert sorted(answer.status for answer in answers) == [201, 422]
    assert db.session.scalar(sa.select(sa.func.sum(Plan.cap))) == 6
