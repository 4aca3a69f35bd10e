"""暂存: keeping what is typed before it is sent, and letting it go once it was."""

from __future__ import annotations

import datetime as dt
import json
import zlib
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases.models import Decision, FormDraft, TaskStatus
from app.cases.operations.opening import is_startable
from app.cases.queries.form_drafts import Field, count_drafts, count_of, draft_at, own_draft
from app.cases.queries.tasks import task_for
from app.cases.rules.form_drafts import (
    LONGEST,
    MOST_DRAFTS,
    MOST_FIELDS,
    TERM,
    DraftPlace,
    DraftTooLong,
    NewerDraft,
    TooManyDrafts,
    is_typed,
)
from app.database import db, execute, serialise, table
from app.definitions.queries import processes
from app.encryption import seal_bytes
from app.errors import Missing, NotAllowed, Stale
from app.students.queries import student_for

DRAFTS = table(FormDraft)


def keep_draft(place: DraftPlace, fields: Sequence[Field], *, revision: int, actor: Actor) -> FormDraft:
    """Keep what was typed into that form, in place of what the same person kept of it before.

    revision -- that of the draft which whoever types has seen, 0 for none; what lies there since then stays.

    Raises Missing (no such form), NotAllowed, NewerDraft (E-FORM-DRAFT), TooManyDrafts, DraftTooLong, Stale (the same
    person has decided the task meanwhile).
    """
    typed = [(name, value) for name, value in fields if is_typed(name)]
    if count_of(typed) > LONGEST or len(typed) > MOST_FIELDS:
        raise DraftTooLong(most=LONGEST)
    _check_place(place, actor)
    serialise(f"drafts of {actor.user_id}")  # two windows save one after the other
    held = draft_at(place, actor)
    if held is None and revision:
        raise NewerDraft(what="提交或删除")
    if held is not None and held.revision != revision:
        raise NewerDraft(what=f"更新（{clock.local(held.saved_at):%H:%M} 保存）")
    if held is None:
        if count_drafts(actor) >= MOST_DRAFTS:
            raise TooManyDrafts(most=MOST_DRAFTS)
        held = FormDraft(
            user_id=actor.user_id,
            office_id=actor.office_id,
            duty=actor.duty,
            place=place.key,
            task_id=place.task,
            process_key=place.process,
            student_id=place.student,
            about=place.about,
            revision=0,
        )
        db.session.add(held)
    held.content = seal_bytes(zlib.compress(json.dumps(typed).encode("utf-8", "surrogatepass")))
    held.revision, held.saved_at = held.revision + 1, clock.now()
    db.session.flush()
    return held


def _check_place(place: DraftPlace, actor: Actor) -> None:
    """Raises Missing, NotAllowed, Stale: nobody keeps a draft of what they could not have been asked."""
    if place.task is None:
        if not any(each.key == place.process for each in processes()):
            raise Missing()
        if not is_startable(place.process, actor):
            raise NotAllowed()
        if place.student is not None:
            student_for(actor, place.student)
        return
    task = task_for(actor, place.task)
    if task.office_id != actor.office_id or task.duty != actor.duty:
        raise Missing()
    mine = sa.select(Decision.id).where(Decision.task_id == task.id, Decision.user_id == actor.user_id)
    if task.status is not TaskStatus.OPEN and db.session.scalar(mine) is not None:
        raise Stale()


def forget_draft(draft_id: int, *, actor: Actor) -> None:
    """Delete a draft of one's own. Raises Missing."""
    db.session.delete(own_draft(draft_id, actor))


def forget_draft_at(place: DraftPlace, *, actor: Actor) -> None:
    """Delete the draft of that form, because it was sent: in the transaction of what it was sent for."""
    mine = (DRAFTS.c.user_id == actor.user_id, DRAFTS.c.office_id == actor.office_id, DRAFTS.c.duty == actor.duty)
    execute(sa.delete(DRAFTS).where(*mine, DRAFTS.c.place == place.key))


def is_drafted() -> Any:
    """True where the actor keeps a draft of the form that `draft_parameters` names: for a statement that reads more."""
    whose = (DRAFTS.c[name] == sa.bindparam(f"draft_{name}") for name in ("user_id", "office_id", "duty", "place"))
    return sa.exists().where(*whose)


def draft_parameters(task_id: int, actor: Actor) -> dict[str, Any]:
    """Whose draft `is_drafted` asks for: the actor's of the decision of that task."""
    place = DraftPlace(task=task_id).key
    return {
        "draft_user_id": actor.user_id,
        "draft_office_id": actor.office_id,
        "draft_duty": actor.duty,
        "draft_place": place,
    }


def forget_old_drafts(now: dt.datetime) -> int:
    """Delete what nobody has changed within the term; how many."""
    return int(execute(sa.delete(DRAFTS).where(DRAFTS.c.saved_at < now - TERM)).rowcount)
