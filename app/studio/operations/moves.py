"""环节调整: an analyst proposes with a reason where a case is to wait, another person approves it."""

from __future__ import annotations

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor, found, require
from app.cases import operations as cases
from app.cases.models import Case, Move, MoveStatus
from app.cases.queries.moves import open_case_of, plan_move
from app.cases.rules.refusals import CannotMove
from app.database import db, serialise
from app.errors import InvalidInput, Stale
from app.studio.operations.proposals import LONGEST, checked_words
from app.studio.queries.drafts import require_studio
from app.studio.queries.moves import move_for, open_task_of, waiting_move_of
from app.studio.rules.moves import MoveWaits, OwnMove

LONGEST_REASON = 200  # characters: it stands in the task to which the case goes


def propose(number: str, key: str, to: str, reason: str, *, actor: Actor) -> Move:
    """Propose that a case goes on from the task `key` to the task `to` of its diagram.

    Raises NotAllowed, Missing, InvalidInput, CannotMove, MoveWaits.
    """
    require_studio(actor)
    if not 0 < len(reason.strip()) <= LONGEST_REASON:
        raise InvalidInput(sentence=f"请填写调整的原因，不超过 {LONGEST_REASON} 字。", field="reason")
    case_id = found(db.session.scalar(sa.select(Case.id).where(Case.number == number)))
    serialise(f"move:{number}")
    if waiting := waiting_move_of(case_id):
        raise MoveWaits(number=number, id=waiting.id)
    case = open_case_of(case_id)
    task = open_task_of(case_id, key)
    if task is None:
        raise CannotMove(why="办件没有停在所选的环节，请重新查看")
    plan = plan_move(case, key, to)
    move = Move(
        case_id=case_id,
        task_id=task[0],
        from_key=key,
        from_name=task[1],
        to_key=to,
        to_name=plan.version.diagrams.tasks[to].name,
        reason=reason.strip(),
        proposed_by_id=actor.user_id,
        proposed_at=clock.now(),
    )
    db.session.add(move)
    db.session.flush()
    _record("studio/propose_move", move, actor)
    return move


def approve(move_id: int, opinion: str, *, actor: Actor) -> Move:
    """The case waits there from now on. Raises NotAllowed, Missing, OwnMove, InvalidInput, Stale, CannotMove."""
    if len(opinion) > LONGEST:
        raise InvalidInput(sentence=f"意见不能超过 {LONGEST} 字。", field="opinion")
    move = _waiting(move_id, actor)
    refuse_own(move, actor)
    cases.move_case(move, actor=actor)
    return _decide(move, MoveStatus.DONE, actor, opinion)


def return_move(move_id: int, opinion: str, *, actor: Actor) -> Move:
    """Give it back with an opinion; the case stays. Raises NotAllowed, Missing, OwnMove, InvalidInput, Stale."""
    checked_words("opinion", "意见", opinion)
    move = _waiting(move_id, actor)
    refuse_own(move, actor)
    return _decide(move, MoveStatus.RETURNED, actor, opinion)


def withdraw(move_id: int, *, actor: Actor) -> Move:
    """Take back a move that waits. Raises NotAllowed, Missing, Stale."""
    return _decide(_waiting(move_id, actor), MoveStatus.WITHDRAWN, actor)


def refuse_own(move: Move, actor: Actor) -> None:
    """Raises OwnMove for whoever has proposed it, in whichever post."""
    require(actor.user_id != move.proposed_by_id, OwnMove())


def _waiting(move_id: int, actor: Actor) -> Move:
    move = move_for(actor, move_id, lock=True)
    if move.status is not MoveStatus.PROPOSED:
        raise Stale()
    return move


VERBS = {
    MoveStatus.DONE: "studio/approve_move",
    MoveStatus.RETURNED: "studio/return_move",
    MoveStatus.WITHDRAWN: "studio/withdraw_move",
}


def _decide(move: Move, status: MoveStatus, actor: Actor, opinion: str = "") -> Move:
    move.status, move.decided_at, move.decided_by_id = status, clock.now(), actor.user_id
    move.opinion = opinion.strip() or None
    db.session.flush()
    _record(VERBS[status], move, actor)
    return move


def _record(verb: str, move: Move, actor: Actor) -> None:
    before, after = {"task": move.from_key}, {"case": move.case.number, "task": move.to_key}
    audit.record(verb, f"move:{move.id}", actor=actor, before=before, after=after)
