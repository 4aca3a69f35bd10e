"""The demo province, small: on both databases it loads, and holds what its visitors look for."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app import __main__ as front
from app import audit, clock, demo
from app.cases.models import Case
from app.database import Model, db
from app.demo import graduates, load
from app.demo.size import SMALL
from app.demo.unfinished import BeingLoaded, Unfinished, alone, clear, is_unfinished
from app.divisions.models import Office
from app.processes.recruitment.models import Filing, Plan, PlanStatus
from app.schools.models import Stage
from app.start import initialise
from app.students.models import Enrolment, NumberKind, Standing, Student, StudentNumber
from app.students.models.cohorts import Certificate
from app.students.models.names import NamePart
from tests.conftest import make_app
from tests.support import factories
from tests.support.databases import on_sqlite


@pytest.fixture
def said(app: Flask) -> list[str]:
    """The small demo province, and what was said while it was loaded."""
    said: list[str] = []
    load(said.append, SMALL)
    return said


def test_it_holds_graduates_of_every_stage_a_filed_plan_and_open_cases(said: list[str]) -> None:
    ended = sa.select(Enrolment.stage, Enrolment.standing).where(Enrolment.ends_on.is_not(None)).distinct()
    finished = {(row.stage, row.standing) for row in db.session.execute(ended)}
    assert {(stage, Standing.GRADUATED) for stage in Stage} <= finished
    assert {(stage, Standing.COMPLETED) for stage in Stage} <= finished
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Certificate)) == db.session.scalar(
        sa.select(sa.func.count()).select_from(Enrolment).where(
            Enrolment.standing.in_((Standing.GRADUATED, Standing.COMPLETED))
        )
    )  # fmt: skip
    assert db.session.scalars(sa.select(Plan.status)).all().count(PlanStatus.FILED) == 1
    accepted = sa.select(sa.func.count()).select_from(Filing).where(Filing.accepted_at.is_not(None))
    assert db.session.scalar(accepted) == 1
    running = set(db.session.scalars(sa.select(Case.process_key).where(Case.status == "open")))
    assert {"transfer", "suspension", "arrival", "late_registration", "plan_cross_county"} <= running
    unread = sa.select(sa.func.count()).select_from(Student).where(Student.id.not_in(sa.select(NamePart.student_id)))
    assert db.session.scalar(unread) == 0, "everybody is found by name"
    assert "完成" in said[-1]


class Killed(BaseException):
    """The process ends here."""


def killed_while_loading(monkeypatch: pytest.MonkeyPatch) -> None:
    """A load that comes as far as the schools and their people."""

    def die(*_args: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(graduates, "finish_some", die)
        with pytest.raises(Killed):
            load(lambda _line: None, SMALL)
    db.session.rollback()


def test_a_load_killed_in_the_middle_does_not_count_as_loaded(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    killed_while_loading(monkeypatch)

    with pytest.raises(Unfinished, match="没有装完"):
        load(lambda _line: None, SMALL)

    assert is_unfinished()


@on_sqlite
def test_a_whole_load_counts(said: list[str]) -> None:
    assert not is_unfinished()
    load(said.append, SMALL)
    assert said[-1] == "演示数据已经装入"


def test_the_next_start_clears_what_was_not_loaded_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = make_app(f"sqlite:///{tmp_path / 'demo.db'}")
    app.config["ATTACHMENTS"] = str(tmp_path)
    monkeypatch.setattr(demo, "load", lambda say: load(say, SMALL))
    with app.app_context():
        initialise(lambda _line: None)
        killed_while_loading(monkeypatch)

        front.load_demo_into_empty(app)

        printed = capsys.readouterr().out
        assert printed.index("上次装入演示数据时中断：清空后重新装入") < printed.index("完成")
        assert not is_unfinished()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Case).where(Case.status == "open"))
        assert list(audit.verify()) == []
        guards = sa.text("SELECT count(*) FROM sqlite_master WHERE name = 'enrolment_is_kept'")
        assert db.session.scalar(guards) == 1
        db.session.rollback()


def test_nothing_is_cleared_where_anybody_real_has_come(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    app = make_app(f"sqlite:///{tmp_path / 'demo.db'}")
    with app.app_context():
        initialise(lambda _line: None)
        killed_while_loading(monkeypatch)
        factories.a_user(db.session.scalars(sa.select(Office).limit(1)).one(), "operator")

        front.load_demo_into_empty(app)

        assert "没有装完" in capsys.readouterr().out
        with pytest.raises(Unfinished):
            clear()
        db.session.rollback()


def test_while_another_process_loads_nobody_clears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = make_app(f"sqlite:///{tmp_path / 'demo.db'}")
    with app.app_context():
        initialise(lambda _line: None)
        killed_while_loading(monkeypatch)
        with alone(), pytest.raises(BeingLoaded):
            clear()
        assert is_unfinished()


@on_sqlite
def test_its_children_have_a_national_number_and_in_the_compulsory_stage_a_card(said: list[str]) -> None:
    numbers = db.session.scalars(sa.select(StudentNumber).order_by(StudentNumber.id)).all()
    with_card = next(each for each in numbers if each.kind is NumberKind.CARD)
    child = db.session.get_one(Student, with_card.student_id)
    kept = {each.kind.value: each for each in child.numbers}
    assert set(kept) == {"stage", "national", "card"}
    assert (kept["national"].value, kept["national"].in_full) == (None, f"G{child.main_number}")
    nationals = [each for each in numbers if each.kind is NumberKind.NATIONAL]
    borne = {each.student_id for each in nationals if each.student_id}
    assert len(borne) == db.session.scalar(sa.select(sa.func.count()).select_from(Student))
    assert {each.reason for each in nationals if not each.student_id} == {"待核验"}, "those of arrivals under way"


@pytest.mark.parametrize("_prepared", ["postgresql"], indirect=True, scope="session")  # SQLite has no sequences
def test_every_id_given_out_afterwards_is_free(said: list[str]) -> None:
    """Some rows came with ids of their own, which moves no sequence by itself."""
    tables = [
        each for each in Model.metadata.tables.values() if isinstance(each.c.get("id", sa.Column()).type, sa.Integer)
    ]
    behind = []
    for each in tables:
        sequence = db.session.scalar(sa.select(sa.func.pg_get_serial_sequence(f'"{each.name}"', "id")))
        highest = db.session.scalar(sa.select(sa.func.max(each.c.id)))
        if sequence and highest and db.session.scalar(sa.select(sa.func.nextval(sequence))) <= highest:
            behind.append(each.name)
    assert len(tables) > 30
    assert behind == []


@pytest.mark.parametrize("day", ["2026-12-31", "2027-03-08", "2027-08-02"])
@on_sqlite
def test_it_loads_in_every_season(app: Flask, day: str) -> None:
    clock.set_to(dt.datetime.fromisoformat(f"{day}T10:00:00+08:00"))

    load(lambda _line: None, SMALL)

    assert clock.today().isoformat() == day, "the clock goes on as before"
    assert db.session.scalars(sa.select(Plan.status)).all().count(PlanStatus.FILED) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Certificate))
    opened = db.session.scalar(sa.select(sa.func.count()).select_from(Case).where(Case.process_key == "transfer"))
    assert opened
