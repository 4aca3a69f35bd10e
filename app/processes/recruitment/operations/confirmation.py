"""双方共同确认: each bureau answers for the whole list, naming whom it does not confirm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.cases.models import Case
from app.cases.operations.batches import struck_by
from app.cases.operations.transitions import case_by_number
from app.cases.rules.ended_cases import Recalled, too_late
from app.database import db, execute
from app.definitions.queries import CompiledVersion, compiled_version
from app.errors import InvalidInput, Objected, Refused
from app.office_settings.queries import reasons_in_force
from app.processes.recruitment import rules
from app.processes.recruitment.models import ChildStatus, Consent
from app.processes.recruitment.operations.child_runs import SmallRuns
from app.processes.recruitment.operations.lists import (
    CHILDREN,
    ROSTERS,
    Row,
    check_office,
    children_of,
    hold_seats,
    refuse,
    roster_for,
    sentence,
    set_status,
    write,
)
from app.processes.recruitment.queries import marked_by, side_to_answer
from app.students.operations import CaseContext
from app.web import objections as form_objections

REASON = {
    "type": "object",
    "properties": {"reason": {"type": "string", "title": "说明", "maxLength": 150}},
}
SIDES = {"here": "学校上级", "source": "生源地"}
OTHER = {"here": "source", "source": "here"}


def confirm(context: CaseContext, side: str, outcome: str) -> None:
    """One bureau answers for the list: every child confirmed but for those it has marked or names now, with reasons.

    side -- here (the school's superior) or source. Sent back, no child is answered for; whom it names stays marked.
    Raises NotTheConfirmer, Objected (a place that is not on the list).
    """
    context.claim()
    roster = roster_for(context)
    check_office(context.actor, roster.here_id if side == "here" else roster.source_id)
    execute(sa.update(ROSTERS).where(ROSTERS.c.case_id == context.case_id).values(**{f"{side}_answer": outcome}))
    own, theirs = CHILDREN.c[side], CHILDREN.c[OTHER[side]]
    asked = children_of(
        context.case_id,
        own.is_(None),
        sa.or_(CHILDREN.c.status == ChildStatus.LISTED, theirs == Consent.REFUSED),
    )
    reasons = _refusals(context, asked, outcome, side)
    if outcome == "send_back":
        _note(context.case_id, side, reasons)
        return
    runs, now = SmallRuns(roster.version_id), clock.now()
    write(
        context.case_id,
        [
            {
                "position": child.position,
                side: Consent.REFUSED if child.position in reasons else Consent.AGREED,
                f"{side}_at": now,
                f"{side}_code": reasons.get(child.position, ("", ""))[0],
                f"{side}_reason": reasons.get(child.position, ("", ""))[1],
                "state": runs.answer(bytes(child.state), f"confirm_{side}", **_said(side, child.position in reasons)),
            }
            for child in asked
        ],
    )
    version, who = _version_of(context), SIDES[side]
    said = {place: sentence(version.reason_text(code), why) for place, (code, why) in reasons.items()}
    refuse(context.case_id, {place: f"{who}不予确认：{each}" for place, each in said.items()})


def _said(side: str, is_refused: bool) -> dict[str, str]:
    """The facts of a child's own run; in versions without the property `side` the engine does not give the second."""
    word = "refuse" if is_refused else "agree"
    return {"outcome": word, side: word}


def _refusals(context: CaseContext, asked: Sequence[Row], outcome: str, side: str) -> dict[int, tuple[str, str]]:
    """Whom the office does not confirm, by position: code and reason.

    What it has marked stands, whether its decision names it again or not; only `mark` takes a mark away.
    """
    code, why = CHILDREN.c[f"{side}_code"].name, CHILDREN.c[f"{side}_reason"].name
    marked = {child.position: (getattr(child, code), getattr(child, why)) for child in asked if getattr(child, code)}
    if outcome == "refuse":
        return {child.position: ("other", context.opinion[:150]) for child in asked} | marked
    there, named = {child.position for child in asked}, dict(marked)
    objections: list[Refused] = []
    for place, each in enumerate(context.form.get("refused", ())):
        if each["position"] not in there:
            said = f"名单上没有待本机构确认的第 {each['position']} 号。"
            objections.append(InvalidInput(sentence=said, field=f"form.refused.{place}.position"))
        named[each["position"]] = (each["reason_code"], each.get("reason", ""))
    if objections:
        raise Objected(objections)
    return named


def _version_of(context: CaseContext) -> CompiledVersion:
    version_id = db.session.scalars(sa.select(Case.version_id).where(Case.id == context.case_id)).one()
    assert version_id is not None
    return compiled_version(version_id)


def answers(context: CaseContext) -> Mapping[str, str]:
    """What both bureaus said last, as one outcome, and which of them sent the list back: here, source or both.

    As facts of the run: a join keeps of either branch what it knew before, so it cannot tell by itself. Raises
    NotConfirmed (E-CONSENT) when nobody objects and one has not answered: silence never approves.
    """
    roster = roster_for(context)
    said = {"here": roster.here_answer, "source": roster.source_answer}
    back = [side for side, answer in said.items() if answer == "send_back"]
    outcome = next((each for each in ("refuse", "send_back", "") if each in said.values()), "agree")
    if not outcome:
        raise rules.NotConfirmed()
    return {"outcome": outcome, "returned_by": "both" if len(back) > 1 else "".join(back)}


def mark(case: Case, marks: Mapping[int, tuple[str, str]], *, actor: Actor) -> int:
    """Note whom the actor's office will not confirm while it looks through the list; return how many it has noted.

    marks -- by position: code and reason; an empty code takes the note away. They count once the office has decided.
    Raises NotTheConfirmer (the list does not wait there), Stale (it has been answered for meanwhile), Objected (no
    such place, no such reason).
    """
    side = side_to_answer(case, actor)
    if side is None:
        raise Recalled() if case.outcome == "recalled" else rules.NotTheConfirmer()
    held, waiting = case_by_number(case.number)  # held, so that no decision of the office passes these marks by
    db.session.expire(case, ["tasks"])
    if side_to_answer(case, actor) != side or not waiting:
        raise too_late(held.case_outcome)
    assert case.version_id is not None
    known = {each["code"] for each in reasons_in_force(compiled_version(case.version_id), actor.office_path)}
    there = {child.position for child in children_of(case.id, CHILDREN.c.position.in_(list(marks)))}
    faults: list[Refused] = []
    for place, (code, why) in sorted(marks.items()):
        if place not in there:
            faults.append(InvalidInput(sentence=f"名单上没有第 {place} 号。", field=f"reason_code.{place}"))
        elif code and code not in known:
            faults.append(InvalidInput(sentence=f"第 {place} 号：请从列表中选择原因。", field=f"reason_code.{place}"))
        elif why and not code:
            faults.append(InvalidInput(sentence=f"第 {place} 号：请选择原因。", field=f"reason_code.{place}"))
        if unfit := form_objections(REASON, {"reason": why}):
            faults += [
                InvalidInput(sentence=f"第 {place} 号：{each.detail}", field=f"reason.{place}") for each in unfit
            ]
    if faults:
        raise Objected(faults)
    _note(case.id, side, marks)
    noted = len(marked_by(case.id, side))
    audit.record("rosters/mark", f"case:{case.number}", actor=actor, after={"side": side, "noted": noted})
    return noted


def _note(case_id: int, side: str, marks: Mapping[int, tuple[str, str]]) -> None:
    """Write marks against children of whom the office has said nothing final."""
    values = [{"position": place, f"{side}_code": code, f"{side}_reason": why} for place, (code, why) in marks.items()]
    write(case_id, values, CHILDREN.c[side].is_(None))


def strike(context: CaseContext) -> None:
    """The school gives up some of its list when it has come back for repair."""
    context.claim()
    roster_for(context)
    struck = struck_by(context)
    refuse(context.case_id, dict.fromkeys(struck, "学校不再办理。"), ChildStatus.LISTED)


def settle(context: CaseContext) -> Mapping[str, int]:
    """Both have answered: whom both confirm gets a seat reserved. Raises NoSeat (E-QUOTA-01), nobody confirmed then."""
    context.claim()
    roster = roster_for(context)
    if struck := struck_by(context):
        check_office(context.actor, roster.here_id)
        refuse(context.case_id, dict.fromkeys(struck, "学校上级不予确认：学位不足。"), ChildStatus.LISTED)
    both = (CHILDREN.c.here == Consent.AGREED, CHILDREN.c.source == Consent.AGREED)
    children = children_of(context.case_id, CHILDREN.c.status == ChildStatus.LISTED, *both)
    hold_seats(roster, len(children))
    set_status(context.case_id, [child.position for child in children], ChildStatus.CONFIRMED)
    return {"undirected": len(children)}
