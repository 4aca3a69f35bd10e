"""运行管理, for programs: what is halted, what has failed, and how it goes on."""

from __future__ import annotations

from typing import TypedDict

from app.access import actor, allow
from app.cases.models import Halt
from app.database import transaction
from app.studio.api.drafts import bp
from app.studio.operations import halts as operations
from app.studio.queries import halts as queries
from app.web import Instant, Page, instant, one_page, operation, read_json

REASON = {
    "type": "object",
    "properties": {"reason": {"type": "string", "title": "挂起原因", "minLength": 1, "maxLength": 200}},
    "required": ["reason"],
}


class HaltJson(TypedDict):
    """A process or a case in which nobody decides; the other of the two is null."""

    process: str | None
    case: str | None
    reason: str
    since: Instant
    by: str


class IncidentJson(TypedDict):
    """A case that a fault has held up, and why; times -- that a person has tried, null for what the system retries."""

    case: str
    process: str
    what: str
    since: Instant
    code: str
    detail: str
    times: int | None


@bp.get("/halts")
@allow("analyst", "publisher")
@operation("已挂起的流程和办件，新的在前")
def list_halts() -> Page[HaltJson]:
    return one_page([_halt(each) for each in queries.halts(actor())])


def _halt(halt: Halt) -> HaltJson:
    return {
        "process": halt.process_key,
        "case": halt.case.number if halt.case else None,
        "reason": halt.reason,
        "since": instant(halt.since),
        "by": halt.by.name,
    }


@bp.get("/incidents")
@allow("analyst", "publisher")
@operation("办理异常：到期生效、办理名单和机构办理时因故障没有办成的办件，早的在前")
def list_incidents() -> Page[IncidentJson]:
    return _incidents()


def _incidents() -> Page[IncidentJson]:
    return one_page(
        [
            {
                "case": each.number,
                "process": each.process,
                "what": each.what,
                "since": instant(each.since),
                "code": each.code,
                "detail": each.detail,
                "times": each.times,
            }
            for each in queries.incidents(actor())
        ]
    )


@bp.post("/incidents/<number>/retry")
@allow("publisher")
@operation("立即重试一件没有办成的办件")
def retry_incident(number: str) -> Page[IncidentJson]:
    with transaction():
        operations.retry(number, actor=actor())
    return _incidents()


@bp.post("/processes/<key>/halt")
@allow("publisher")
@operation("挂起流程：恢复之前不能在其办件中作出决定（E-HALTED）", body=REASON)
def halt_process(key: str) -> Page[HaltJson]:
    typed = read_json(REASON)
    with transaction():
        operations.halt_process(key, typed["reason"], actor=actor())
    return one_page([_halt(each) for each in queries.halts(actor())])


@bp.post("/processes/<key>/resume")
@allow("publisher")
@operation("恢复流程的办理")
def resume_process(key: str) -> Page[HaltJson]:
    with transaction():
        operations.resume_process(key, actor=actor())
    return one_page([_halt(each) for each in queries.halts(actor())])


@bp.post("/cases/<number>/halt")
@allow("publisher")
@operation("挂起一件：恢复之前不能作出决定（E-HALTED）", body=REASON)
def halt_case(number: str) -> Page[HaltJson]:
    typed = read_json(REASON)
    with transaction():
        operations.halt_case(number, typed["reason"], actor=actor())
    return one_page([_halt(each) for each in queries.halts(actor())])


@bp.post("/cases/<number>/release")
@allow("publisher")
@operation("恢复一件的办理")
def resume_case(number: str) -> Page[HaltJson]:
    with transaction():
        operations.resume_case(number, actor=actor())
    return one_page([_halt(each) for each in queries.halts(actor())])
