"""Papers of a case: with the application, or while a task of the case waits at the office that adds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app import audit, clock, vault
from app.access import Actor
from app.cases import queries, rules
from app.cases.models import Attachment, Case, Task
from app.cases.operations.opening import open_case
from app.database import db
from app.errors import InvalidInput, Missing
from app.interface import Upload
from app.series import insert_for

MOST = 20  # papers of one case


def attach(case: Case, papers: Sequence[Upload], *, actor: Actor, task: Task | None = None) -> None:
    """Keep papers with a case that the caller has locked or just opened; one that is there already is kept once.

    Raises InvalidInput when the case would have more than MOST.
    """
    present = set(db.session.scalars(sa.select(Attachment.sha256).where(Attachment.case_id == case.id)))
    new = {each.sha256: each for each in reversed(papers) if each.sha256 not in present}
    if len(present) + len(new) > MOST:
        raise InvalidInput(sentence=f"一个办件最多 {MOST} 个附件（已有 {len(present)} 个）。", field="attachments")
    for sha256, paper in reversed(new.items()):
        vault.keep(paper.content)
        db.session.execute(
            insert_for()(Attachment).values(
                case_id=case.id,
                task_id=task.id if task else None,
                name=paper.name,
                media_type=paper.media_type,
                size=len(paper.content),
                sha256=sha256,
                office_id=actor.office_id,
                added_by=actor.user_id,
                added_at=clock.now(),
            )
        )
        audit.record(
            "attachments/add",
            f"case:{case.number}",
            actor=actor,
            after={"sha256": sha256, "size": len(paper.content), "task": task.key if task else None},
        )


def open_with(
    process_key: str,
    application: Mapping[str, Any],
    papers: Sequence[Upload],
    *,
    actor: Actor,
    rows: Sequence[Mapping[str, Any]] | None = None,
) -> int:
    """Open a case with the papers of its application; return its id. Raises what opening and attaching raise."""
    case = open_case(process_key, application, actor=actor, rows=rows)
    attach(case, papers, actor=actor)
    return case.id


def attach_to(number: str, papers: Sequence[Upload], *, actor: Actor) -> None:
    """Add papers to a case whose task waits at the actor's office.

    Raises Missing, NotYourTurn when nothing of it waits there, InvalidInput when nothing was chosen or it is too much.
    """
    locked = db.session.scalar(sa.select(Case.id).where(Case.number == number).with_for_update())
    if locked is None:
        raise Missing()
    case, _view = queries.case_for(actor, number)
    task = rules.task_at(case.tasks, actor)
    if task is None:
        raise rules.NotYourTurn()
    if not papers:
        raise InvalidInput(sentence="请选择要上传的文件。", field="attachments")
    attach(case, papers, actor=actor, task=task)


def read_attachment(number: str, attachment_id: int, *, actor: Actor) -> tuple[Attachment, bytes]:
    """One paper of a case with its content, for an office that sees the case's content; written down.

    Raises Missing, Lost.
    """
    case, view = queries.case_for(actor, number)
    paper = db.session.get(Attachment, attachment_id)
    if not view.whole or paper is None or paper.case_id != case.id:
        raise Missing()
    content = vault.fetch(paper.sha256)
    audit.record("attachments/read", f"case:{number}", actor=actor, after={"attachment": attachment_id})
    return paper, content
