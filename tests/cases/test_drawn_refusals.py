"""A refusal that the diagram foresees: what the verb had written by then is undone, and the case goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import audit
from app.cases.models import Case
from app.database import Model, ask_at_commit, attempt, db, transaction
from app.identity.operations import nobody
from app.schools.models import Quota
from app.schools.rules import NoSeat
from app.sequences import next_in
from app.students.operations import CaseContext
from app.students.service_tasks import pull
from tests.support import factories, invariants
from tests.support.client import Client
from tests.support.transfer_case import Story, a_story
from workflows import service_tasks

# what a decision writes by itself, whatever its verbs do
OF_THE_CASE = {"cases", "task", "decision", "figure_entry", "submission", "audit_event", "audit_chain"}


def everything() -> dict[str, list[Any]]:
    """Every row of the tables that a decision writes only by its verbs."""
    db.session.rollback()
    tables = [each for each in Model.metadata.sorted_tables if each.name not in OF_THE_CASE]
    rows = {each.name: sorted(map(repr, db.session.execute(sa.select(each)))) for each in tables}
    db.session.rollback()
    return rows


@pytest.fixture
def at_the_pull(client: Client) -> Story:
    story = a_story(client)
    assert story.submit().status == 201
    return story.agree_until("pull")


def seats(story: Story) -> list[tuple[int, int]]:
    """Total and used of the releasing school and of the receiving one."""
    quotas = [factories.the_quota(school, "13") for school in (story.releasing, story.receiving)]
    return [(quota.total, quota.used) for quota in quotas]


def test_at_a_full_school_the_child_keeps_its_seat_where_it_is(at_the_pull: Story) -> None:
    quota = factories.the_quota(at_the_pull.receiving, "13")
    quota.total = quota.used
    db.session.commit()
    before = seats(at_the_pull)
    assert before[0][1] == 1

    answer = at_the_pull.decide()

    task = at_the_pull.waiting()
    assert (answer.status, task["key"], task["code"]) == (200, "await_seat", "E-QUOTA-01")
    assert seats(at_the_pull) == before
    assert invariants.broken() == []


def test_a_verb_that_writes_and_then_refuses_leaves_nothing_behind(
    at_the_pull: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def refusing(context: CaseContext, facts: Mapping[str, Any]) -> None:
        pull(context, facts)
        next_in("directive:of-a-test")
        quota = db.session.scalars(sa.select(Quota).where(Quota.school_id == context.target)).first()
        assert quota is not None
        quota.total += 5
        done.append("written")
        ask_at_commit(lambda: done.append("asked"))
        raise NoSeat(total=0, used=0)

    before, acts = everything(), verbs()
    monkeypatch.setitem(service_tasks._handlers, "archive/pull", refusing)

    answer = at_the_pull.decide()

    assert (answer.status, at_the_pull.waiting()["key"], done) == (200, "await_seat", ["written"])
    assert everything() == before
    assert verbs() - acts == Counter({"cases/decide": 1})
    assert invariants.broken() == []

    monkeypatch.undo()
    assert at_the_pull.decide().json["outcome"] == "agreed"
    assert invariants.broken() == []


def verbs() -> Counter[str]:
    """How often each act stands in the audit."""
    found = Counter(db.session.scalars(sa.select(audit.AuditEvent.verb)))
    db.session.rollback()
    return found


def test_a_refused_verb_gives_up_its_own_writes_and_not_the_claim_on_the_case(
    at_the_pull: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    revision = db.session.scalars(sa.select(Case.revision).where(Case.number == at_the_pull.number)).one()
    db.session.rollback()

    def refusing(context: CaseContext, facts: Mapping[str, Any]) -> None:
        context.claim()
        raise NoSeat(total=0, used=0)

    monkeypatch.setitem(service_tasks._handlers, "archive/pull", refusing)
    assert at_the_pull.decide().status == 200

    assert db.session.scalars(sa.select(Case.revision).where(Case.number == at_the_pull.number)).one() == revision + 1


def refused(write: Callable[[], None]) -> None:
    with attempt():
        write()
        raise NoSeat(total=0, used=0)


@pytest.mark.parametrize("how", ["object", "statement"])
def test_what_was_read_of_an_undone_row_is_read_again(app: Flask, how: str) -> None:
    school = factories.a_school("330106")
    db.session.commit()
    quota = factories.the_quota(school, "13")
    total = quota.total

    def write() -> None:
        if how == "object":
            quota.total = total + 1
        else:
            db.session.connection().execute(sa.update(Quota.__table__).values(total=total + 1))
            db.session.refresh(quota)
        assert quota.total == total + 1

    with transaction():
        with pytest.raises(NoSeat):
            refused(write)
        assert quota.total == total
    assert factories.the_quota(school, "13").total == total


def test_what_was_left_for_the_end_of_the_transaction_goes_with_an_attempt(app: Flask) -> None:
    asked: list[str] = []

    def leave() -> None:
        ask_at_commit(lambda: asked.append("within"))
        audit.record("schools/within", "school:1", actor=nobody())

    with transaction():
        ask_at_commit(lambda: asked.append("before"))
        with pytest.raises(NoSeat):
            refused(leave)
        audit.record("schools/after", "school:1", actor=nobody())

    assert asked == ["before"]
    assert "schools/after" in verbs()
    assert "schools/within" not in verbs()
