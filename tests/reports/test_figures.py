"""Figures are kept as things happen, add up for every tier, and are the same as what the tables say."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
import sqlalchemy as sa

from app import clock
from app.cases.commands import tick
from app.cases.models import Figure, FigureEntry, FigureKind, Task, TaskStatus
from app.cases.operations.figures import add_up
from app.database import db, transaction
from app.divisions.models import Office
from app.reports.queries.figures import Span, counted, counted_below
from tests.support import factories
from tests.support.databases import on_postgres
from tests.support.long_lists import reading, statements
from tests.support.transfer_case import Story


def office(code: str) -> Office:
    return db.session.scalars(sa.select(Office).where(Office.code == code)).one()


def added_up() -> None:
    db.session.rollback()
    with transaction():
        while add_up():
            pass
    db.session.rollback()


def open_tasks() -> Counter[str]:
    rows = db.session.execute(
        sa.select(Office.code).join(Task, Task.office_id == Office.id).where(Task.status == TaskStatus.OPEN)
    )
    return Counter(row[0] for row in rows)


@pytest.mark.parametrize("added", [False, True], ids=["entries", "sums"])
def test_what_waits_is_counted_at_its_office_and_at_every_bureau_above(submitted: Story, added: bool) -> None:
    submitted.agree_until("releasing_bureau")
    if added:
        added_up()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(FigureEntry)) == 0

    for code, waiting in {"330212": 1, "330200": 1, "330000": 1, "330106": 0, "330100": 0}.items():
        assert counted(office(code), FigureKind.OPEN, ()).total() == waiting, code
    assert counted(office("330200"), FigureKind.OPEN, (), with_below=False).total() == 0
    assert counted_below(office("330200"), FigureKind.OPEN, ("process_key", "key")) == {
        (office("330212").id, "transfer", "releasing_bureau"): 1
    }


def test_sums_and_entries_say_together_what_each_would_alone(submitted: Story) -> None:
    submitted.agree_until("releasing_school")
    added_up()
    submitted.agree_until("pull")

    province = office("330000")
    decided = counted(province, FigureKind.DECIDED, ("key", "code"))
    assert decided == {
        (each, "agree"): 1 for each in ("receiving_school", "receiving_bureau", "releasing_school", "releasing_bureau")
    }
    assert counted(province, FigureKind.ARRIVED, ()).total() == 5
    assert counted(province, FigureKind.OPEN, ("key",)) == {("pull",): 1}


def test_a_deadline_that_moves_and_a_task_that_ends_are_counted_anew(submitted: Story) -> None:
    task = db.session.scalars(sa.select(Task).where(Task.status == TaskStatus.OPEN)).one()
    task.deadline += dt.timedelta(days=7)
    db.session.commit()
    added_up()
    day = clock.local(task.deadline).date()
    assert counted(office("330000"), FigureKind.OPEN, ("day",)) == {(day,): 1}

    submitted.decide()
    added_up()

    assert (day,) not in counted(office("330000"), FigureKind.OPEN, ("day",))


def test_a_closed_case_leaves_nothing_of_its_own_that_waits(submitted: Story) -> None:
    while submitted.case()["waiting"]:
        answer = submitted.decide()
        assert answer.status == 200, answer.text
    added_up()

    follows = {("paper_archive", "dispatch"): 1}  # the case that sends the paper archive after the child
    assert counted(office("330000"), FigureKind.OPEN, ("process_key", "key")) == follows
    assert open_tasks() == {submitted.releasing.office.code: 1}
    changed = counted(office("330000"), FigureKind.CHANGED, ("code",))
    assert (changed[("21",)], changed[("22",)]) == (1, 1)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Figure).where(Figure.count == 0)) == 0


def test_a_return_is_counted_with_its_reason(submitted: Story) -> None:
    submitted.decide(outcome="send_back", reason_code="incomplete_papers", opinion="缺监护人签字")

    assert counted(office("330000"), FigureKind.SEND_BACK, ("process_key", "code")) == {
        ("transfer", "incomplete_papers"): 1
    }
    assert counted(office("330000"), FigureKind.REFUSE, ()) == {}


def test_a_decision_that_is_refused_counts_nothing(submitted: Story) -> None:
    before = counted(office("330000"), FigureKind.DECIDED, ())

    assert submitted.decide(outcome="refuse", opinion="").status == 422

    assert counted(office("330000"), FigureKind.DECIDED, ()) == before


def test_a_school_that_gets_another_superior_takes_what_waits_with_it(submitted: Story) -> None:
    added_up()
    school, other = submitted.receiving.office, factories.a_bureau("330108")
    assert counted(office("330106"), FigureKind.OPEN, ()).total() == 1

    school.superior_id, school.path = other.id, f"{other.path}{school.id}."
    db.session.commit()

    assert counted(office("330106"), FigureKind.OPEN, ()) == {}
    assert counted(other, FigureKind.OPEN, ()).total() == 1
    assert counted(office("330100"), FigureKind.OPEN, ()).total() == 1


def test_what_took_as_long_is_one_sum_and_reads_the_same_before_it_is_added_up(submitted: Story) -> None:
    """Decided on one Friday: two that came on Monday, one on Tuesday, one on the Saturday before."""
    friday = dt.date(2026, 11, 27)
    what = {"kind": "decided", "process_key": "transfer", "key": "pull", "code": "agree", "day": friday}
    rows = [
        {**what, "office_id": office("330106").id, "since": friday - dt.timedelta(days=ago), "count": count}
        for ago, count in ((4, 2), (3, 1), (6, 1))
    ]
    db.session.execute(sa.insert(FigureEntry), rows)
    db.session.commit()
    said = {("pull", 4): 2, ("pull", 3): 1, ("pull", 5): 1}
    for code in ("330106", "330000"):
        assert counted(office(code), FigureKind.DECIDED, ("key", "days")) == said
    before = counted_below(office("330100"), FigureKind.DECIDED, ("days",))

    added_up()

    province = sa.select(Figure.days, Figure.count).where(Figure.office_id == office("330000").id)
    kept = db.session.execute(province.where(Figure.kind == "decided").order_by(Figure.days)).all()
    assert [tuple(each) for each in kept] == [(3, 1), (4, 2), (5, 1)]
    assert counted_below(office("330100"), FigureKind.DECIDED, ("days",)) == before
    assert counted(office("330000"), FigureKind.DECIDED, ("key", "days")) == said


@on_postgres  # which says how many rows it has read
def test_adding_up_reads_the_offices_of_the_entries_and_no_others(submitted: Story) -> None:
    added_up()
    for _ in range(300):
        factories.a_school("330108")
    day = {"day": dt.date(2026, 11, 2), "since": dt.date(2026, 11, 2)}
    what = {"kind": "arrived", "process_key": "transfer", "code": "", "count": 1, "office_id": office("330106").id}
    db.session.execute(sa.insert(FigureEntry), [{**what, **day, "key": f"step_{number}"} for number in range(100)])
    db.session.execute(sa.text("ANALYZE office"))
    db.session.commit()

    with statements() as asked, transaction():
        assert add_up() == 100

    assert [text for text, _parameters in asked if "office" in text and "substr" in text] == []
    assert reading([each for each in asked if each[0].startswith("SELECT")]).rows["office"] <= 100


def test_only_the_days_that_are_asked_for_are_counted(submitted: Story) -> None:
    today = clock.today()

    assert counted(office("330000"), FigureKind.ARRIVED, (), Span(today, today)).total() == 1
    assert counted(office("330000"), FigureKind.ARRIVED, (), Span(until=today - dt.timedelta(days=1))) == {}


def test_the_clock_adds_up(submitted: Story) -> None:
    tick()

    assert db.session.scalar(sa.select(sa.func.count()).select_from(FigureEntry)) == 0


def test_the_figures_of_an_office_are_read_by_their_key(submitted: Story) -> None:
    """Ten years of three offices: a month of one of them costs a month."""
    first, places = dt.date(2017, 1, 1), [office(each).id for each in ("330106", "330212", "330100")]
    rows = [
        {
            "office_id": place, "with_below": True, "kind": "arrived", "day": first + dt.timedelta(days=number),
            "process_key": "transfer", "key": "pull", "code": "", "days": 0, "count": 1,
        }
        for place in places
        for number in range(3600)
    ]  # fmt: skip
    db.session.execute(sa.insert(Figure), rows)
    db.session.commit()
    month = Span(dt.date(2026, 10, 1), dt.date(2026, 10, 31))
    if db.engine.dialect.name == "sqlite":
        with statements() as asked:
            counted(office("330106"), FigureKind.ARRIVED, ("day",), month)
        text, parameters = next(each for each in asked if "FROM figure " in each[0].replace(chr(10), " "))
        plan = str(db.session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {text}", parameters).all())
        assert "office_id=? AND with_below=? AND kind=? AND day>? AND day<?" in plan, plan
        return
    db.session.execute(sa.text("ANALYZE figure"))
    db.session.commit()
    with statements() as asked:
        counted(office("330106"), FigureKind.ARRIVED, ("day",), month)

    assert reading(asked).rows["figure"] <= 40
