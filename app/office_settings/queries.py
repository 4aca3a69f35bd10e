"""What offices have set: what holds on a day, what is to come, what was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import sqlalchemy as sa

from app import clock
from app.database import db
from app.definitions.models import Process
from app.definitions.queries import CompiledVersion
from app.divisions.models import Office, OfficeKind
from app.identity.models import Duty, Post
from app.office_settings.models import OfficeSetting
from app.office_settings.rules import KINDS, LEGAL_BASES, PRE_REVIEW, REASONS, WINDOWS, Kind, Value

HISTORY = 50  # changes that a page shows, the newest


def in_force(kind: str, process_key: str, path: str, on: dt.date | None = None) -> list[OfficeSetting]:
    """What the office with that path and those above it have set, from the province down; where one has set nothing
    of its own, or nothing any more, it is not among them.
    """
    return [each for each in _newest(kind, path, on, Process.key == process_key) if _reaches(each, path)]


def _reaches(row: OfficeSetting, path: str) -> bool:
    """Whether a setting holds for the office with that path, which is its own or below it."""
    return not KINDS[row.kind].own_only or row.office.kind is OfficeKind.PROVINCE or row.office.path == path


def _newest(kind: str, path: str, on: dt.date | None, *processes: sa.ColumnElement[bool]) -> list[OfficeSetting]:
    """The newest row of each of these offices and processes whose day has come: one range of the index for each."""
    rows = OfficeSetting.__table__.alias("rows")
    newest = (
        sa.select(rows.c.id)
        .where(rows.c.kind == kind, rows.c.process_key == Process.key, rows.c.office_id == Office.id)
        .where(rows.c.starts_on <= (on or clock.today()))
        .order_by(rows.c.starts_on.desc(), rows.c.id.desc())
        .limit(1)
        .correlate(Process, Office)
        .scalar_subquery()
    )
    ids = sa.select(newest).select_from(Process).join(Office, sa.true()).where(Office.id.in_(_ids(path)), *processes)
    found = sa.select(OfficeSetting).where(OfficeSetting.id.in_(ids)).options(sa.orm.joinedload(OfficeSetting.office))
    return sorted((each for each in db.session.scalars(found) if each.value), key=lambda each: len(each.office.path))


def _ids(path: str) -> list[int]:
    return [int(each) for each in path.split(".") if each]


def own_value(kind: str, process_key: str, office_id: int, on: dt.date) -> Mapping[str, Any]:
    """What that office alone has set to hold on that day; empty for nothing."""
    asked = (
        sa.select(OfficeSetting.value)
        .where(OfficeSetting.kind == kind, OfficeSetting.process_key == process_key)
        .where(OfficeSetting.office_id == office_id, OfficeSetting.starts_on <= on)
        .order_by(OfficeSetting.starts_on.desc(), OfficeSetting.id.desc())
    )
    return db.session.scalar(asked.limit(1)) or {}


def history(kind: str, process_key: str, path: str) -> Sequence[OfficeSetting]:
    """What the office and those above it have set of a process, the newest first, what is to come among it."""
    asked = (
        sa.select(OfficeSetting)
        .where(OfficeSetting.kind == kind, OfficeSetting.process_key == process_key)
        .where(OfficeSetting.office_id.in_(_ids(path)))
        .options(sa.orm.joinedload(OfficeSetting.office), sa.orm.joinedload(OfficeSetting.set_by))
        .order_by(OfficeSetting.starts_on.desc(), OfficeSetting.id.desc())
    )
    return db.session.scalars(asked.limit(HISTORY)).all()


def settings_by_process(kind: str, path: str) -> dict[str, list[OfficeSetting]]:
    """By process, what holds today for the office with that path, from the province down."""
    found: dict[str, list[OfficeSetting]] = {}
    for each in (row for row in _newest(kind, path, None) if _reaches(row, path)):
        found.setdefault(each.process_key, []).append(each)
    return found


def concerns(kind: Kind, version: CompiledVersion) -> bool:
    """True where that kind means anything for a process."""
    return _CONCERNS[kind.key](version)


def shipped(kind: Kind, version: CompiledVersion, profile: str) -> Value:
    """What the product ships of a process: beside its diagram, in its forms; empty for nothing."""
    return _SHIPPED[kind.key](version, profile)


def _shipped_windows(version: CompiledVersion, profile: str) -> Value:
    rows = version.rows(f"{version.rules_of}_windows", profile=profile)
    return {"windows": rows} if rows else {}


_SHIPPED: dict[str, Callable[[CompiledVersion, str], Value]] = {
    WINDOWS.key: _shipped_windows,
    REASONS.key: lambda version, _profile: {"reasons": version.reasons},
    PRE_REVIEW.key: lambda _version, _profile: {},
    LEGAL_BASES.key: lambda _version, _profile: {},
}
_CONCERNS: dict[str, Callable[[CompiledVersion], bool]] = {
    WINDOWS.key: lambda version: version.applicant != "nobody",
    REASONS.key: lambda version: bool(version.reasons),
    LEGAL_BASES.key: lambda _version: True,
    PRE_REVIEW.key: lambda version: any(each.duty == "approver" for each in version.diagrams.tasks.values()),
}


class Held(NamedTuple):
    """What holds, and the setting nearest to the office by which it does; None where it is as shipped."""

    value: Value
    by: OfficeSetting | None


def held(kind: Kind, process_key: str, path: str, base: Value, on: dt.date | None = None) -> Held:
    """What holds for the office with that path on a day, today without one.

    base -- what is shipped
    """
    return merged(kind, base, in_force(kind.key, process_key, path, on))


def merged(kind: Kind, base: Value, rows: Sequence[OfficeSetting]) -> Held:
    """What is shipped with what offices have set of it, from the province down."""
    for each in rows:
        base = kind.merged(base, each.value, each.office.kind is OfficeKind.PROVINCE)
    return Held(base, rows[-1] if rows else None)


def held_above(kind: Kind, process_key: str, path: str, base: Value, on: dt.date) -> Value:
    """What would hold for the office with that path on that day, had it set nothing of its own."""
    return held(kind, process_key, path[: path.rstrip(".").rfind(".") + 1], base, on).value


class WindowsInForce(NamedTuple):
    """受理时段 – spans as rows of a decision table, and whether an office has set them."""

    spans: list[dict[str, str]]
    is_set: bool


def windows_in_force(process_key: str, path: str, rows: Sequence[Mapping[str, str]] = ()) -> WindowsInForce:
    """When the office with that path may apply.

    rows -- of the shipped table, none where the process is open all year
    """
    value, by = held(WINDOWS, process_key, path, {"windows": list(rows)})
    return WindowsInForce(list(value["windows"]), by is not None)


def windows_of_office(version: CompiledVersion, profile: str, office_id: int) -> list[dict[str, str]]:
    """The spans in which the office of that id may act, of the table beside the diagram or as they are set."""
    rows = version.rows(f"{version.rules_of}_windows", profile=profile)
    return windows_in_force(version.key, db.session.get_one(Office, office_id).path, rows).spans


def reasons_in_force(version: CompiledVersion, path: str) -> Sequence[Mapping[str, str]]:
    """What the office with that path may choose today where it refuses or sends back, as `{"code", "text"}`."""
    if not version.reasons:
        return ()
    found: Sequence[Mapping[str, str]] = held(REASONS, version.key, path, {"reasons": version.reasons}).value["reasons"]
    return found


def ever_set(kind: Kind, process_key: Any, office_id: Any) -> sa.ColumnElement[bool]:
    """Whether that office or the province has ever set that kind of a process: a condition for another statement, which
    spares most acts a question of their own.
    """
    province = sa.select(Office.id).where(Office.superior_id.is_(None)).scalar_subquery()
    rows = OfficeSetting.__table__
    asked = sa.exists().where(rows.c.kind == kind.key, rows.c.process_key == process_key)
    return asked.where(rows.c.office_id.in_([office_id, province]))


def must_be_reviewed(process_key: str, path: str) -> bool:
    """初审: whether a bureau's approver decides only after its operator has looked, where it has one."""
    if not held(PRE_REVIEW, process_key, path, {}).value.get("required"):
        return False
    today = clock.today()
    at_work = sa.select(Post.id).where(Post.office_id == _ids(path)[-1], Post.duty == Duty.OPERATOR)
    at_work = at_work.where(Post.starts_on <= today, sa.or_(Post.ends_on.is_(None), Post.ends_on >= today))
    return db.session.scalar(at_work.limit(1)) is not None


def legal_bases(process_key: str, path: str, on: dt.date) -> list[str]:
    """办理依据: the articles that a paper of that day cites; none where the province has listed none."""
    return LEGAL_BASES.lines(held(LEGAL_BASES, process_key, path, {}, on).value)
