"""A case as programs read it, with everything that hangs on it, in one statement.

Objects would be made by seven statements and cost most of an answer's time. What is read here has the names of the
models, so that both are shown by the same words.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Sequence
from typing import Any

import orjson
import sqlalchemy as sa

from app.access import Actor
from app.cases.models import (
    Attachment,
    Case,
    ComingChange,
    Decision,
    Outcome,
    RouteStep,
    Task,
    TaskStatus,
)
from app.cases.queries.cases import View, view_of
from app.cases.queries.parts_read import (
    CaseRead,
    ChildRead,
    ComingRead,
    DecisionRead,
    DirectiveRead,
    OfficeRead,
    PaperRead,
    SchoolRead,
    StepRead,
    TaskRead,
)
from app.database import db, execute, table
from app.divisions.models import Office, OfficeKind
from app.errors import Missing
from app.identity.models import Duty, User
from app.students.models import Directive, Student

Row = Any  # a row of chosen columns: SQLAlchemy types it by position, we read it by name
CASES, OFFICES = table(Case), table(Office)
AnyCase = Case | CaseRead


def read_case(actor: Actor, number: str) -> tuple[CaseRead, View]:
    """The case of that number and how much of it the actor's office may see. Raises Missing when nothing."""
    return _seen(actor, _read("number", [number]))


def read_case_of(actor: Actor, case_id: int) -> tuple[CaseRead, View]:
    """The same of the case with that id, which the caller has just acted on. Raises Missing."""
    return _seen(actor, _read("id", [case_id]))


def read_cases(case_ids: Sequence[int]) -> list[CaseRead]:
    """The cases with those ids, in their order."""
    found = {each.id: each for each in _read("id", list(case_ids))} if case_ids else {}
    return [found[each] for each in case_ids]


def _seen(actor: Actor, found: list[CaseRead]) -> tuple[CaseRead, View]:
    if not found:
        raise Missing()
    return found[0], view_of(actor, found[0])


def _read(by: str, values: list[Any]) -> list[CaseRead]:
    statement = _statement(by, db.session.connection().dialect.name)
    return [_case(row) for row in execute(statement, {"wanted": values})]


# ── the statement ────────────────────────────────────────────────────────────────────────────────────────────────────

CASE_COLUMNS = (
    "id", "number", "process_key", "version_id", "profile", "status", "outcome", "applicant_office_id", "application",
    "ended_because", "late_at", "opened_at", "closed_at",
)  # fmt: skip
PARTS: dict[str, tuple[type[Any], tuple[str, ...]]] = {
    "tasks": (Task, ("id", "key", "name", "office_id", "duty", "status", "arrived_at", "deadline", "note", "seen_at")),
    "route": (RouteStep, ("position", "key", "name", "office_id", "duty", "reason", "skipped")),
    "decisions": (Decision, ("id", "key", "outcome", "reason_code", "opinion", "form", "at", "user_id", "undone_id")),
    "attachments": (Attachment, ("id", "kind", "name", "media_type", "size", "sha256", "added_at")),
}
OFFICE_COLUMNS = ("code", "name", "kind", "path")
DIRECTIVE_COLUMNS = ("number", "kind", "status", "student_id", "issued_at", "expires_at")


@functools.lru_cache(maxsize=8)
def _statement(by: str, dialect: str) -> Any:
    """Built once for each engine: the case with what it has one of, and a JSON array of each of its lists."""
    student, coming, directive = table(Student), table(ComingChange), table(Directive)
    issuer, target = OFFICES.alias("issuer"), OFFICES.alias("target")
    issued = directive.alias("issued")
    newest = sa.select(sa.func.max(issued.c.id)).where(issued.c.case_id == CASES.c.id).correlate(CASES)
    joined = (
        CASES.outerjoin(student, student.c.id == CASES.c.student_id)
        .outerjoin(coming, coming.c.case_id == CASES.c.id)
        .outerjoin(directive, directive.c.id == newest.scalar_subquery())
        .outerjoin(issuer, issuer.c.id == directive.c.issuer_id)
        .outerjoin(target, target.c.id == directive.c.to_school_id)
    )
    return (
        sa.select(
            *(CASES.c[name] for name in CASE_COLUMNS),
            *(student.c[name].label(f"student_{name}") for name in ("id", "name", "main_number_masked")),
            *(coming.c[name].label(f"coming_{name}") for name in ("takes_effect_on", "ended_at", "fault")),
            *(directive.c[name].label(f"directive_{name}") for name in DIRECTIVE_COLUMNS),
            *(issuer.c[name].label(f"issuer_{name}") for name in OFFICE_COLUMNS),
            *(target.c[name].label(f"target_{name}") for name in OFFICE_COLUMNS),
            *(_listed(model, names, dialect).label(part) for part, (model, names) in PARTS.items()),
        )
        .select_from(joined)
        .where(CASES.c[by].in_(sa.bindparam("wanted", type_=CASES.c[by].type, expanding=True)))
    )


def _listed(model: type[Any], names: tuple[str, ...], dialect: str) -> Any:
    """The rows of that table under the case, each an array: columns, those of the office, and who decided by name."""
    rows, person = table(model), table(User)
    owner = person.alias("owner")  # on whose behalf
    columns = [*(rows.c[name] for name in names), *(OFFICES.c[name] for name in OFFICE_COLUMNS)]
    joined = rows.join(OFFICES, OFFICES.c.id == rows.c.office_id)
    if model is Decision:
        joined = joined.join(person, person.c.id == rows.c.user_id)
        joined = joined.outerjoin(owner, owner.c.id == rows.c.for_user_id)
        columns.extend([person.c.name, owner.c.name])
    array, group = ("json_build_array", "json_agg") if dialect == "postgresql" else ("json_array", "json_group_array")
    each = getattr(sa.func, array)(*(_plain(column) for column in columns))
    gathered = sa.cast(getattr(sa.func, group)(each, type_=sa.Text), sa.Text)
    query = sa.select(gathered).select_from(joined).where(rows.c.case_id == CASES.c.id).correlate(CASES)
    return query.scalar_subquery()


def _plain(column: Any) -> Any:
    """As the database holds it: what Python makes of a column is made below."""
    return sa.type_coerce(column, sa.Text) if not isinstance(column.type, sa.Integer | sa.Boolean) else column


# ── what is made of it ───────────────────────────────────────────────────────────────────────────────────────────────


def _case(row: Row) -> CaseRead:
    child = ChildRead(row.student_id, row.student_name, row.student_main_number_masked) if row.student_id else None
    values: list[Any] = [*row[: len(CASE_COLUMNS)], child, _coming(row), _directive(row)]
    case = CaseRead(*values)
    case.tasks = [
        TaskRead(
            key_, case, key, name, office_id, _office(*office), Duty(duty), TaskStatus(status), _instant(arrived),
            _instant(deadline), _json(note), _instant(seen) if seen else None,
        )
        for key_, key, name, office_id, duty, status, arrived, deadline, note, seen, *office in _rows(row.tasks)
    ]  # fmt: skip
    case.route = [
        StepRead(position, key, name, office_id, _office(*office), Duty(duty), reason, bool(skipped))
        for position, key, name, office_id, duty, reason, skipped, *office in _rows(row.route)
    ]
    case.decisions = [
        DecisionRead(
            key_, case, key, _office(*office), _by(person, owner), Outcome(outcome), reason, opinion, _json(form),
            _instant(at), user_id, undone_id,
        )
        for key_, key, outcome, reason, opinion, form, at, user_id, undone_id, *office, person, owner
        in _rows(row.decisions)
    ]  # fmt: skip
    case.attachments = [
        PaperRead(key_, kind, name, media_type, size, sha256, _office(*office), _instant(added))
        for key_, kind, name, media_type, size, sha256, added, *office in _rows(row.attachments)
    ]
    return case


def _by(person: str, owner: str | None) -> str:
    """As `Decision.by`."""
    return f"{person}（代{owner}）" if owner else person


def _rows(listed: str | None) -> list[list[Any]]:
    """By their first column: a key, or a place in the route."""
    return sorted(orjson.loads(listed), key=lambda each: each[0]) if listed else []


def _coming(row: Row) -> ComingRead | None:
    if row.coming_takes_effect_on is None:
        return None
    return ComingRead(row.coming_takes_effect_on, row.coming_ended_at, row.coming_fault)


def _directive(row: Row) -> DirectiveRead | None:
    if row.directive_number is None:
        return None
    values = row._mapping
    number, kind, status, student, issued_at, expires_at = (values[f"directive_{name}"] for name in DIRECTIVE_COLUMNS)
    issuer, target = (_office(*(values[f"{side}_{name}"] for name in OFFICE_COLUMNS)) for side in ("issuer", "target"))
    return DirectiveRead(number, kind, status, student, issuer, SchoolRead(target), issued_at, expires_at)


@functools.lru_cache(maxsize=20_000)
def _office(code: str, name: str, kind: str, path: str) -> OfficeRead:
    return OfficeRead(code, name, OfficeKind(kind), path)


def _instant(said: str) -> dt.datetime:
    at = dt.datetime.fromisoformat(said)
    return at if at.tzinfo else at.replace(tzinfo=dt.UTC)


def _json(said: str | None) -> Any:
    return None if said is None else orjson.loads(said)
