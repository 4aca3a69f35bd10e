"""What was recorded of telling the guardian, and of an objection."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from app.cases.models import Decision
from app.cases.rules.guardian_objections import ServedNotice
from app.database import db
from app.definitions.queries import CompiledVersion
from workflows import Kind


def asks_the_guardian(version: CompiledVersion) -> bool:
    """True for a version in which the guardian is told."""
    return any(each.kind is Kind.GUARDIAN_NOTICE for each in version.diagrams.tasks.values())


def served_notice(version: CompiledVersion, case_id: int) -> ServedNotice | None:
    """What stands of it in a case; None while nobody was told, or where nobody is."""
    if not asks_the_guardian(version):
        return None
    said = sa.select(Decision.key, Decision.form).where(Decision.case_id == case_id, Decision.undone_id.is_(None))
    return notice_in(version, ((row.key, row.form) for row in db.session.execute(said.order_by(Decision.id))))


def notice_in(version: CompiledVersion, said: Iterable[tuple[str, Mapping[str, Any] | None]]) -> ServedNotice | None:
    """The same of decisions that are at hand, by task and form, the oldest first."""
    found: ServedNotice | None = None
    for key, form in said:
        spec, form = version.diagrams.tasks.get(key), form or {}
        if spec is not None and spec.kind is Kind.GUARDIAN_NOTICE:
            day = dt.date.fromisoformat(form["served_on"])
            found = ServedNotice(day, form["means"], bool(form.get("consented")))
        elif spec is not None and spec.kind is Kind.OBJECTION_PERIOD and found is not None:
            on = form.get("objected_on")
            consented = found.consented or bool(form.get("consented"))
            found = ServedNotice(
                found.served_on,
                found.means,
                consented,
                form.get("objection", ""),
                dt.date.fromisoformat(on) if on else None,
                is_over=True,
            )
    return found
