"""Whoever writes to the database outside the program changes no business row unseen, with its triggers or without."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import audit
from app.audit import chain
from app.audit.tables import MARKS, RECORDS, UNSEALED, sealed_tables
from app.backup.triggers import unguarded
from app.database import LAST, Model, UtcDateTime, db, execute, transaction
from app.encryption import Sealed
from app.identity.operations import nobody
from tests.support import factories
from tests.support.databases import on_postgres
from tests.support.transfer_case import Story

TABLES = Model.metadata.tables
#: what passed `audit verify` before, and more of its kind
EDITS: dict[str, list[str]] = {
    "app_user": ["name", "password_hash", "enabled"],
    "archive": ["custodian_id", "version"],
    "cases": ["application", "state", "parties", "opened_by"],
    "change": ["after", "effective_on", "school_id", "code"],
    "decision": ["opinion", "outcome", "office_id", "user_id", "form", "at"],
    "directive": ["to_school_id", "expires_at", "signature"],
    "enrolment": ["grade", "school_id", "entry_year"],
    "lawful_change": ["after"],
    "notice": ["text"],
    "office": ["name", "code"],
    "post": ["duty", "office_id", "ends_on"],
    "process_version": ["files", "published_by"],
    "quota": ["total", "used"],
    "route_step": ["office_id"],
    "student": ["name", "main_number", "contested"],
    "task": ["office_id", "deadline"],
}


@pytest.fixture
def moved(submitted: Story) -> Story:
    """A transfer from the application to the changed record."""
    submitted.agree_until("pull")
    assert submitted.decide().status == 200
    return submitted


def verdict(app: Flask, command: str = "verify") -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["audit", command])
    return result.exit_code, result.output


def other(column: sa.Column[Any], value: Any) -> Any:
    """Another value that the column can hold."""
    kind = column.type
    if isinstance(kind, sa.Enum):
        return next(each for each in reversed(list(kind.python_type)) if each != value)  # type: ignore[attr-defined]
    if isinstance(kind, sa.Boolean):
        return not value
    if isinstance(kind, UtcDateTime):
        return (value or dt.datetime(2026, 1, 1, tzinfo=dt.UTC)) + dt.timedelta(days=1)
    if isinstance(kind, sa.Date):
        return dt.date(2027, 8, 31)
    if isinstance(kind, sa.Integer):
        return (value or 0) + 1
    if isinstance(kind, sa.LargeBinary) and not isinstance(kind, Sealed):
        return bytes(reversed(value or b"12")) + b"!"
    return {"forged": True} if "Json" in type(kind).__name__ else "14"


class _Undone(Exception):
    pass


def forged(forge: Callable[[], None]) -> list[str]:
    """As the owner of the database: without triggers, the change, what `verify` says; everything is undone."""
    said: list[str] = []
    try:
        with unguarded(db.session.connection(), [each.table for each in sealed_tables().values()]):
            forge()
            said = [fault.text for fault in audit.verify()]
            raise _Undone
    except _Undone:
        db.session.rollback()
    return said


def first(name: str) -> Any:
    table = TABLES[name]
    return execute(sa.select(table).order_by(*table.primary_key).limit(1)).one()


def same(name: str, row: Any) -> list[Any]:
    return [column == row._mapping[column.name] for column in TABLES[name].primary_key]


def edit(name: str, column: str) -> None:
    table, row = TABLES[name], first(name)
    execute(sa.update(table).where(*same(name, row)).values({column: other(table.c[column], row._mapping[column])}))


def edits() -> Iterator[tuple[str, str]]:
    for name, columns in EDITS.items():
        for column in columns:
            yield name, column


def test_every_direct_edit_of_a_row_is_found_and_named(moved: Story) -> None:
    assert len(list(edits())) >= 20
    missed = {}
    for name, column in edits():
        key = "|".join(str(first(name)._mapping[each.name]) for each in TABLES[name].primary_key)
        said = forged(lambda name=name, column=column: edit(name, column))  # type: ignore[misc]
        if not any(f"（{name}）" in each for each in said) or (name != "lawful_change" and f"{key} " not in said[0]):
            missed[f"{name}.{column}"] = said
    assert not missed
    assert verdict(moved.client.app) == (0, "日志链完整\n"), "the forgeries were undone"


@pytest.mark.parametrize("name", ["change", "decision", "lawful_change", "notice", "post"])
def test_a_row_deleted_or_slipped_in_is_found_and_named(moved: Story, name: str) -> None:
    table = TABLES[name]

    def delete() -> None:
        if name == "post":  # a forger takes what refers to it along
            execute(sa.text("DELETE FROM submission"))
        execute(sa.delete(table).where(*same(name, first(name))))

    def slip_in() -> None:
        values = dict(first(name)._mapping)
        if name == "lawful_change":
            values["after"] = "forged"
        else:
            values["id"] = 99_999
            for unique in {"task_id", "duty"} & set(values) - ({"task_id"} if name == "notice" else set()):
                values[unique] = spare_task() if unique == "task_id" else other(table.c.duty, values["duty"])
        execute(sa.insert(table).values(values))

    assert any(f"（{name}）" in said and "被删除" in said for said in forged(delete))
    assert any(f"（{name}）" in said and "是插入的" in said for said in forged(slip_in))


def spare_task() -> int:
    """A task without a decision, made by the forger too."""
    values = {**first("task")._mapping, "id": 99_999, "run_task": "forged"}
    execute(sa.insert(TABLES["task"]).values(values))
    return 99_999


def test_a_row_put_back_as_it_was_earlier_is_found(submitted: Story) -> None:
    earlier = first("task")
    submitted.decide()
    db.session.rollback()

    def put_back() -> None:
        execute(sa.update(TABLES["task"]).where(TABLES["task"].c.id == earlier.id).values(**earlier._mapping))

    assert any("（task）" in said and "被改动" in said for said in forged(put_back))


def test_what_the_record_of_an_act_says_never_changes(moved: Story) -> None:
    accepted = []
    for name, columns in RECORDS.items():
        if execute(sa.select(sa.func.count()).select_from(TABLES[name])).scalar_one() == 0:
            continue
        for column in columns.split(", "):
            if refused(lambda name=name, column=column: edit(name, column)):  # type: ignore[misc]
                continue
            accepted.append(f"{name}.{column}")
        if not refused(lambda name=name: execute(sa.delete(TABLES[name]).where(*same(name, first(name))))):  # type: ignore[misc]
            accepted.append(name)

    assert not accepted
    back = sa.update(TABLES["directive"]).values(status="issued", consumed_at=None)
    assert refused(lambda: execute(back)), "a used directive does not become good again"


def refused(write: Callable[[], object]) -> bool:
    try:
        write()
    except sa.exc.IntegrityError as error:
        return "never changes" in str(error) or "stays ended" in str(error)
    finally:
        db.session.rollback()
    return False


def test_only_digests_are_in_the_chain(moved: Story) -> None:
    seals = execute(sa.select(audit.EVENTS.c.seals).where(audit.EVENTS.c.seals.isnot(None))).scalars().all()

    assert seals
    assert not any(moved.child.name in each or moved.child.main_number in each for each in seals)


def test_every_table_is_sealed_or_known_not_to_be() -> None:
    assert set(TABLES) >= UNSEALED
    assert set(TABLES) == UNSEALED | set(sealed_tables())
    assert set(RECORDS) <= set(sealed_tables())
    assert set(MARKS) <= set(sealed_tables())
    for name, columns in RECORDS.items():
        assert set(columns.split(", ")) <= set(TABLES[name].c.keys()), name


def test_what_lives_agrees_with_the_records_until_somebody_changes_it(moved: Story) -> None:
    assert verdict(moved.client.app, "reconcile") == (0, "在办与在籍数据与办理记录一致\n")
    quota = TABLES["quota"]
    with unguarded(db.session.connection(), [quota, TABLES["task"]]):
        execute(sa.update(quota).where(*same("quota", first("quota"))).values(used=quota.c.used + 1))
        execute(sa.update(TABLES["task"]).where(*same("task", first("task"))).values(key="forged"))
    db.session.commit()

    code, said = verdict(moved.client.app, "reconcile")

    assert code == 1
    assert "新生学籍总数（quota）" in said
    assert "与其办理结果不符" in said


def test_what_was_there_before_the_seals_is_taken_over_once(moved: Story) -> None:
    with unguarded(db.session.connection(), [audit.EVENTS]):
        execute(sa.delete(audit.EVENTS))
        execute(sa.delete(audit.CHAINS))
    db.session.commit()
    assert "是插入的" in verdict(moved.client.app)[1]

    with transaction():
        audit.take_over("b01")
    assert verdict(moved.client.app)[0] == 0
    with unguarded(db.session.connection(), [TABLES["decision"]]):
        edit("decision", "opinion")
    db.session.commit()
    with transaction():
        audit.take_over("b01")

    assert "办理结果（decision）" in verdict(moved.client.app)[1], "the second time nothing is taken over"


# ── chains apart ─────────────────────────────────────────────────────────────────────────────────────────────────────


def wrong_password() -> None:
    audit.record("identity/wrong_password", "user:?nobody", actor=nobody(), after={"failures": 1})


@on_postgres
def test_a_wrong_password_holds_nobodys_act(submitted: Story) -> None:
    """Whoever tries passwords holds a chain of their own: the province itself acts meanwhile (PostgreSQL)."""
    app, held, done = submitted.client.app, threading.Event(), threading.Event()
    of_the_province = factories.a_user(factories.a_bureau("330000"), "operator").posts[0].actor()
    with transaction():
        audit.record("calendar/import", "year:2026", actor=of_the_province)
        wrong_password()

    def fail() -> None:
        with app.app_context(), transaction():
            wrong_password()
            chain._write(db.session.info.pop(LAST))
            held.set()
            done.wait(20)

    trying = threading.Thread(target=fail)
    trying.start()
    try:
        assert held.wait(20)
        with transaction():
            execute(sa.text("SET LOCAL lock_timeout = '5s'"))
            audit.record("calendar/import", "year:2027", actor=of_the_province)
        assert submitted.decide().status == 200
    finally:
        done.set()
        trying.join()
    assert verdict(app)[0] == 0


@pytest.mark.parametrize("name", [audit.ANONYMOUS, audit.SYSTEM])
def test_a_chain_that_is_dropped_with_its_head_is_missed(moved: Story, name: str) -> None:
    with transaction():
        wrong_password()
    assert verdict(moved.client.app)[0] == 0

    with unguarded(db.session.connection(), [audit.EVENTS]):
        execute(sa.delete(audit.EVENTS).where(audit.EVENTS.c.chain == name))
        execute(sa.delete(audit.CHAINS).where(audit.CHAINS.c.chain == name))
    db.session.commit()

    code, said = verdict(moved.client.app)
    assert code == 1
    assert "整条链被删除" in said or name == audit.SYSTEM


def test_what_was_there_at_the_last_tick_cannot_be_cut_off(moved: Story) -> None:
    head = execute(sa.select(audit.CHAINS).where(audit.CHAINS.c.place > 1).order_by(audit.CHAINS.c.chain)).first()
    assert moved.client.app.test_cli_runner().invoke(args=["tick"]).exit_code == 0
    before = execute(
        sa.select(audit.EVENTS.c.hash).where(audit.EVENTS.c.chain == head.chain, audit.EVENTS.c.place == head.place - 1)
    ).scalar_one()
    with unguarded(db.session.connection(), [audit.EVENTS]):
        last = (audit.EVENTS.c.chain == head.chain, audit.EVENTS.c.place >= head.place)
        execute(sa.delete(audit.EVENTS).where(*last))
        moved_back = sa.update(audit.CHAINS).where(audit.CHAINS.c.chain == head.chain)
        execute(moved_back.values(place=head.place - 1, hash=before))
    db.session.commit()

    assert f"链 {head.chain}：第 {head.place} 条日志与留存的链尾不符" in verdict(moved.client.app)[1]
