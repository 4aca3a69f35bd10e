"""The audit, for auditors' programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify, request

from app import audit
from app.access import actor, allow
from app.auditing import queries
from app.auditing.arguments import cursor_after, moment, place
from app.auditing.queries import Line, Wanted
from app.database import snapshot
from app.interface import instant, limit_argument, operation

bp = Blueprint("auditing_api", __name__, url_prefix="/api/v1")


@bp.get("/audit")
@allow("auditor")
@operation("日志，最新的在前", query=("subject", "actor", "office", "verb", "since", "until", "limit", "cursor"))
def lines() -> Any:
    limit = limit_argument()
    given = {name: request.args.get(name, "").strip()[:80] for name in ("subject", "office", "verb")}
    wanted = Wanted(
        **given, person=request.args.get("actor", "").strip()[:40], since=moment("since"), until=moment("until")
    )
    found = queries.lines(wanted, actor=actor(), after=place(), limit=limit + 1)
    return jsonify(items=[as_json(line) for line in found[:limit]], next=cursor_after(found, limit))


@bp.get("/audit/verify")
@allow("auditor")
@operation("校验日志链")
def verify() -> Any:
    """Every chain from its beginning; `faults` is empty when nothing was changed, removed or inserted."""
    with snapshot():
        faults = list(audit.verify())
    return jsonify(
        intact=not faults,
        faults=[{"chain": fault.chain, "place": fault.place, "detail": fault.sentence} for fault in faults],
    )


def as_json(line: Line) -> dict[str, Any]:
    """A line as programs read it."""
    return {
        "chain": line.chain,
        "place": line.place,
        "hash": line.hash,
        "at": instant(line.at),
        "verb": line.verb,
        "subject": line.subject,
        "actor": line.username,
        "name": line.name,
        "office": line.office,
        "duty": line.duty,
        "before": line.before,
        "after": line.after,
        "withheld": line.withheld,
    }
