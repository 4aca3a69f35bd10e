"""Children who do not go on: given up, dropped with the list, abandoned with the case; their seats given back."""

from __future__ import annotations

from collections.abc import Sequence

from app.processes.recruitment.models import ChildStatus
from app.processes.recruitment.operations.child_runs import SmallRuns
from app.processes.recruitment.operations.lists import (
    Row,
    check_office,
    quota_of,
    refuse,
    roster_for,
    roster_of,
    sentence,
    with_status,
    write,
)
from app.schools.operations import reserved_seats
from app.students.operations import CaseContext, give_up_directive


def give_up(context: CaseContext) -> None:
    """The school hands back what it has not used: directives, seats, the children they were for."""
    context.claim()
    roster = roster_for(context)
    check_office(context.actor, roster.school_id)
    give_up_directive(context)
    rest = with_status(context.case_id, ChildStatus.DIRECTED, ChildStatus.CONFIRMED)
    end_children(roster, rest, f"学校不再转入：{sentence(context.opinion)}")


def drop(context: CaseContext) -> None:
    """The list is refused as a whole, or nobody of it was confirmed."""
    context.claim()
    roster_for(context)
    abandon(context.case_id, f"名单未获同意：{sentence(context.opinion or '无人确认')}")


def end_children(roster: Row, children: Sequence[Row], why: str) -> None:
    """Refuse children after they were confirmed: their runs end, their seats are given back."""
    runs = SmallRuns(roster.version_id)
    write(
        roster.case_id,
        [
            {
                "position": child.position,
                "state": runs.answer(
                    bytes(child.state),
                    "register" if child.status == ChildStatus.DIRECTED else "direct",
                    outcome="refuse",
                ),
            }
            for child in children
        ],
    )
    held = reserved_seats.held_by(roster.case_id).get(quota_of(roster), 0)
    refuse(roster.case_id, dict.fromkeys([child.position for child in children], why))
    reserved_seats.release(quota_of(roster), min(held, len(children)), case_id=roster.case_id)


def abandon(case_id: int, why: str) -> None:
    """The case has ended: whoever is not registered is refused, every seat given back. Nothing for any other case."""
    if roster_of(case_id) is None:
        return
    rest = with_status(case_id, ChildStatus.LISTED, ChildStatus.CONFIRMED, ChildStatus.DIRECTED)
    refuse(case_id, dict.fromkeys([child.position for child in rest], why))
    reserved_seats.release_all(case_id)
