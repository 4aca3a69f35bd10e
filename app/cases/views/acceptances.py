"""受理 on the page of a case, and the dated notices that are printed of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, url_for

from app import audit, clock
from app.access import Actor, actor, allow, found
from app.cases import operations, queries, rules
from app.cases.models import Acceptance, AcceptanceKind, Case, Task
from app.cases.presenters.cases import compiled_version_of
from app.cases.queries import View
from app.cases.queries.acceptances import (
    acceptance_seen,
    acceptances_of,
    accepted_until,
    asks_acceptance,
    papers_lacking,
    why_not_accept,
)
from app.cases.queries.objections_now import lacks_by_rule
from app.cases.queries.proofs import Proof, proofs_of
from app.cases.transactions import read_and_seen, submit_once
from app.cases.views.blueprint import bp
from app.database import db, transaction
from app.errors import Missing
from app.office_settings.queries import legal_bases
from app.web.checks import Checked, checkable, masked_name
from app.web.formatting import day

NOTICES = {
    AcceptanceKind.ACCEPTED: "受理通知书",
    AcceptanceKind.TOLD: "补正材料一次性告知书",
    AcceptanceKind.DECLINED: "不予受理通知书",
}


@dataclass(frozen=True)
class AcceptancePart:
    """What the page says of 受理.

    task, until, left -- what the reader may accept now, until when, and how many days that are; by_time -- nobody has
    said anything in time, and what was handed in counts as accepted; offered -- the papers that a send-back may tell to
    be missing, and whether they are; by_rule -- what the rules say against the application, which it tells with them
    """

    said: Sequence[tuple[Acceptance, str]]
    task: Task | None
    until: dt.datetime | None
    left: str
    by_time: bool
    offered: Sequence[tuple[Proof, bool]]
    by_rule: Sequence[Mapping[str, Any]]


def acceptance_part(case: Case, actor: Actor, waiting: Sequence[Task], view: View) -> AcceptancePart | None:
    """What the page of that case says of 受理 to that reader; None where its process does not ask for it."""
    version = compiled_version_of(case)
    if not view.whole or not asks_acceptance(version):
        return None
    said, now = acceptances_of(case.id), clock.now()
    open_at = next((task for task in waiting if accepted_until(task) is not None), None)
    until = accepted_until(open_at) if open_at else None
    accepted = any(each.kind is AcceptanceKind.ACCEPTED for each in said)
    may = open_at if open_at and why_not_accept(open_at, actor, said) is None else None
    decides = open_at is not None and (open_at.office_id, open_at.duty) == (actor.office_id, actor.duty)
    present = {each.kind for each in case.attachments}
    lacking = set(papers_lacking(version, case.application, present)) if open_at else set()
    return AcceptancePart(
        said=[(each, NOTICES[each.kind]) for each in said],
        task=may,
        until=until if not accepted else None,
        left=rules.time_left(until, now) if until and not accepted else "",
        by_time=until is not None and not accepted and now > until,
        offered=[(each, each.kind in lacking) for each in proofs_of(version) if each.is_asked(case.application)]
        if open_at
        else (),
        by_rule=lacks_by_rule(version, case) if open_at and decides else (),
    )


@bp.post("/tasks/<int:task_id>/acceptance")
@allow("operator", "approver")
def accept(task_id: int) -> Any:
    """受理: the time of the office begins now."""
    caller = actor()
    number = queries.task_for(caller, task_id).case.number
    submit_once(None, ["accept", task_id], lambda: operations.accept(task_id, actor=caller), actor=caller)
    flash(f"办件 {number} 已受理，办理时限自今日起算。", "success")
    return redirect(url_for("cases.show", number=number))


@bp.get("/cases/<number>/acceptances/<int:acceptance_id>/paper")
@allow("operator", "approver")
def acceptance_paper(number: str, acceptance_id: int) -> Any:
    """The notice to print, for whoever reads what was said in the case."""
    case, view = read_and_seen(actor(), number)
    said = found(acceptance_seen(case, acceptance_id))
    if not view.whole:
        raise Missing()
    page = render_template(
        "cases/acceptance.html",
        back=url_for("cases.show", number=number),
        case=case,
        said=said,
        title=NOTICES[said.kind],
        version=compiled_version_of(case),
        bases=legal_bases(case.process_key, said.office.path, clock.local(said.at).date()),
    )
    with transaction():
        audit.record("papers/print", f"case:{number}", actor=actor(), after={"paper": said.kind})
    return page


@checkable("A")
def check(acceptance_id: int) -> Checked | None:
    """What the public page says of a notice of 受理."""
    said = db.session.get(Acceptance, acceptance_id)
    if said is None or said.case.version_id is None:
        return None
    case = said.case
    return Checked(
        title=NOTICES[said.kind],
        number=f"{case.number}-{said.id}",
        day=said.at,
        office=said.office.name,
        name=masked_name(case.student.name) if case.student else "—",
        valid=any(each.id == said.id for each in acceptances_of(case.id)),
        sentence=f"{said.office.name}于 {day(said.at)} 作出，见办件 {case.number}。",
    )
