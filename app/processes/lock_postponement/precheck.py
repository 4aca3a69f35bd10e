"""Precheck of postponing the September lock (P05): the province alone, before the lock has fallen."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from app import clock
from app.access import Actor
from app.cases import hooks
from app.cases.hooks import Opening
from app.definitions.queries import CompiledVersion
from app.errors import Objected
from app.students.queries import locked_since
from app.students.rules.locks import objections_to_postponement


@hooks.precheck("lock_postponement")
def open_postponement(
    version: CompiledVersion, application: Mapping[str, Any], *, profile: str, actor: Actor
) -> Opening:
    """Raises Objected with AlreadyLocked (E-LOCK-03) or the day that does not fit."""
    year, until = application["year"], dt.date.fromisoformat(application["until"])
    objections = objections_to_postponement(year, until, locked_since(year), clock.now())
    if objections:
        raise Objected(objections)
    return Opening()
