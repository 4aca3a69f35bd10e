"""What somebody has typed and not sent: their own alone, in the post for which it was typed."""

from __future__ import annotations

import json
import zlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag

from app.access import Actor
from app.cases.models import Case, Decision, FormDraft, Task, TaskStatus
from app.cases.rules.form_drafts import LONGEST, DraftPlace
from app.database import db
from app.definitions.models import Process
from app.encryption import unseal_bytes
from app.errors import Missing
from app.students.models import Student

Field = tuple[str, str]  # name and text, as a form sends them


@dataclass(frozen=True)
class DraftLine:
    """A draft with what its form is about."""

    draft: FormDraft
    process: str
    task: str  # the name of the step; empty for an application
    number: str  # of the case; empty for an application
    child: str
    over: bool  # its task was decided meanwhile, or taken away

    @property
    def title(self) -> str:
        """What the form is, in words."""
        return f"{self.process}：{self.task or '填写申请'}"


_decided = sa.select(sa.literal(1)).where(
    Decision.task_id == FormDraft.task_id, Decision.user_id == sa.bindparam("user"), Decision.undone_id.is_(None)
)
#: whoever has decided the task needs what they had typed no more, whichever way they sent it
NOT_SENT_BY = ~_decided.correlate(FormDraft).exists()
OF_POST = (
    FormDraft.user_id == sa.bindparam("user"),
    FormDraft.office_id == sa.bindparam("office"),
    FormDraft.duty == sa.bindparam("duty"),
)


def _post_of(actor: Actor) -> dict[str, Any]:
    return {"user": actor.user_id, "office": actor.office_id, "duty": actor.duty}


def draft_at(place: DraftPlace, actor: Actor) -> FormDraft | None:
    """The actor's draft of that form."""
    return db.session.scalar(sa.select(FormDraft).where(*OF_POST, FormDraft.place == place.key), _post_of(actor))


def own_draft(draft_id: int, actor: Actor) -> FormDraft:
    """A draft of the actor's own in this post. Raises Missing."""
    found = db.session.scalar(sa.select(FormDraft).where(*OF_POST, FormDraft.id == draft_id), _post_of(actor))
    if found is None:
        raise Missing()
    return found


def drafts_of(actor: Actor, *, draft_id: int | None = None, place: DraftPlace | None = None) -> list[DraftLine]:
    """The actor's drafts in this post, the latest first: some fifty at most. draft_id, place -- that one alone."""
    query = (
        sa.select(
            FormDraft,
            Process.name,
            sa.func.coalesce(Task.name, ""),
            sa.func.coalesce(Case.number, ""),
            sa.func.coalesce(Student.name, ""),
            sa.and_(Task.id.is_not(None), Task.status != TaskStatus.OPEN),
        )
        .outerjoin(Task, Task.id == FormDraft.task_id)
        .outerjoin(Case, Case.id == Task.case_id)
        .join(Process, Process.key == sa.func.coalesce(Case.process_key, FormDraft.process_key))
        .outerjoin(Student, Student.id == sa.func.coalesce(Case.student_id, FormDraft.student_id))
        .where(*OF_POST, NOT_SENT_BY)
        .order_by(FormDraft.saved_at.desc(), FormDraft.id.desc())
    )
    if draft_id is not None:
        query = query.where(FormDraft.id == draft_id)
    if place is not None:
        query = query.where(FormDraft.place == place.key)
    return [DraftLine(*row[:5], over=bool(row[5])) for row in db.session.execute(query, _post_of(actor))]


def draft_line(draft_id: int, actor: Actor) -> DraftLine:
    """One of them. Raises Missing."""
    found = drafts_of(actor, draft_id=draft_id)
    if not found:
        raise Missing()
    return found[0]


def count_drafts(actor: Actor) -> int:
    """How many drafts the actor has in this post."""
    asked = sa.select(sa.func.count()).select_from(FormDraft).where(*OF_POST, NOT_SENT_BY)
    return db.session.scalar(asked, _post_of(actor)) or 0


def drafts_elsewhere(actor: Actor) -> dict[tuple[int, str], int]:
    """How many drafts the same person has in other posts, by office and duty."""
    asked = (
        sa.select(FormDraft.office_id, FormDraft.duty, sa.func.count())
        .where(FormDraft.user_id == sa.bindparam("user"), ~sa.and_(*OF_POST), NOT_SENT_BY)
        .group_by(FormDraft.office_id, FormDraft.duty)
    )
    return {(office, duty): count for office, duty, count in db.session.execute(asked, _post_of(actor))}


def fields_of(draft: FormDraft) -> list[Field]:
    """What was typed; nothing where it cannot be read any more (another field key)."""
    try:
        text = zlib.decompressobj().decompress(unseal_bytes(draft.content), 8 * LONGEST)
    except (InvalidTag, zlib.error):
        return []
    return [(name, value) for name, value in json.loads(text)]


def place_of(draft: FormDraft) -> DraftPlace:
    """The form of which it is."""
    return DraftPlace(draft.task_id, draft.process_key, draft.student_id, draft.about)


def count_of(fields: Collection[Field]) -> int:
    """How many characters they have together."""
    return sum(len(name) + len(value) for name, value in fields)


def texts_of(fields: Sequence[Field], names: Collection[str]) -> dict[str, str]:
    """Those of these names, the last of each."""
    return {name: value for name, value in fields if name in names}
