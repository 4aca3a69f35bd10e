"""The audit, for auditors' programs."""

from __future__ import annotations

import datetime as dt
from typing import Any, TypedDict

from flask import Blueprint

from app import audit
from app.access import actor, allow, require
from app.auditing import queries
from app.auditing.queries import Line, Wanted, reconciliation
from app.database import snapshot
from app.web import Asked, Instant, Page, instant, operation, page_of
from app.web.instants import read_instant

bp = Blueprint("auditing_api", __name__, url_prefix="/api/v1")
INSTANT = {"type": "string", "format": "date-time", "description": "也可只写日期；不写时区的为北京时间"}


class AuditLineJson(TypedDict):
    """One event of the audit; `withheld` names what of it is not for auditors to read."""

    chain: str
    place: int
    hash: str
    at: Instant
    verb: str
    subject: str
    actor: str | None
    name: str
    office: str
    duty: str
    before: dict[str, Any]
    after: dict[str, Any]
    withheld: list[str]


class ChainFaultJson(TypedDict):
    """A place at which a chain does not hold."""

    chain: str
    place: int
    detail: str


class VerificationJson(TypedDict):
    """Whether anything was changed, removed or inserted."""

    intact: bool
    faults: list[ChainFaultJson]


@bp.get("/audit")
@allow("auditor")
@operation(
    "日志，最新的在前",
    query={
        "subject": {"type": "string", "maxLength": 80, "description": "事项，如 case:20261124-000001"},
        "actor": {"type": "string", "maxLength": 40, "description": "用户名或姓名"},
        "office": {"type": "string", "maxLength": 80, "description": "机构代码或名称的一部分"},
        "verb": {"type": "string", "maxLength": 80, "description": "操作，如 cases/decide，或只写 cases"},
        "since": INSTANT,
        "until": INSTANT,
    },
    cursor=(dt.datetime, str, int),
)
def list_audit(asked: Asked) -> Page[AuditLineJson]:
    wanted = Wanted(
        subject=asked.get("subject", ""),
        person=asked.get("actor", ""),
        office=asked.get("office", ""),
        verb=asked.get("verb", ""),
        since=read_instant(asked.get("since", "")),
        until=read_instant(asked.get("until", "")),
    )
    found = queries.lines(wanted, actor=actor(), after=asked["after"], limit=asked["limit"] + 1)
    return page_of(found, asked["limit"], as_json, lambda line: [line.at, line.chain, line.place])


@bp.get("/audit/verify")
@allow("auditor")
@operation("校验日志链")
def verify_audit() -> VerificationJson:
    """Every chain from its beginning; `faults` is empty when nothing was changed, removed or inserted."""
    with snapshot():
        faults = list(audit.verify())
    return {
        "intact": not faults,
        "faults": [{"chain": fault.chain, "place": fault.place, "detail": fault.sentence} for fault in faults],
    }


class ReconciliationJson(TypedDict):
    """Whether what lives is what the acts have made of it."""

    agrees: bool
    differences: list[str]


@bp.get("/audit/reconcile")
@allow("auditor")
@operation("核对在办数据与办理记录")
def reconcile_audit() -> ReconciliationJson:
    """Seats, tasks and standings computed from the records of the acts; `differences` is empty when all agrees."""
    require(actor().office_kind == "province")
    with snapshot():
        found = list(reconciliation.reconcile())
    return {"agrees": not found, "differences": found}


def as_json(line: Line) -> AuditLineJson:
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
