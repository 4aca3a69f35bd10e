"""Papers of a case: with the application, or while a task of the case waits at the office that adds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app import audit, clock, file_store
from app.access import Actor
from app.cases import queries, rules
from app.cases.models import Attachment, Case, Task
from app.cases.operations.opening import open_case
from app.cases.queries.facts import facts_of_case
from app.cases.queries.proofs import UnknownKind, kinds_of
from app.cases.rules import permissions
from app.database import db, end_reading
from app.definitions.queries import compiled_version
from app.errors import InvalidInput, Missing
from app.sequences import insert_for
from app.web import Upload

MOST = 20  # papers of one case


def attach(case: Case, papers: Sequence[Upload], *, actor: Actor, task: Task | None = None) -> None:
    """Write papers down with a case that the caller has locked or just opened; the same as the same kind stands once.

    They were stored as files before (`keep_papers`). Raises InvalidInput when the case would have more than MOST.
    """
    there = db.session.execute(sa.select(Attachment.sha256, Attachment.kind).where(Attachment.case_id == case.id))
    present = {(row.sha256, row.kind) for row in there}
    new = {(each.sha256, each.kind): each for each in reversed(papers) if (each.sha256, each.kind) not in present}
    if len(present) + len(new) > MOST:
        raise InvalidInput(sentence=f"一个办件最多 {MOST} 个附件（已有 {len(present)} 个）。", field="attachments")
    for (sha256, kind), paper in reversed(new.items()):
        if not file_store.holds(sha256):
            raise RuntimeError("a paper is kept as a file before the transaction that names it")
        db.session.execute(
            insert_for()(Attachment).values(
                case_id=case.id,
                task_id=task.id if task else None,
                kind=kind,
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
            after={"sha256": sha256, "kind": kind, "size": len(paper.content), "task": task.key if task else None},
        )


def keep_papers(papers: Sequence[Upload]) -> None:
    """Seal papers and store them as files, durably, before the transaction that names them.

    Nobody's writing waits for it. What a refused transaction leaves behind, no row names.
    """
    end_reading()
    for paper in papers[:MOST]:  # more are refused anyway
        file_store.keep(paper.content)


def open_with(
    process_key: str,
    application: Mapping[str, Any],
    papers: Sequence[Upload],
    *,
    actor: Actor,
    rows: Sequence[Mapping[str, Any]] | None = None,
) -> int:
    """Open a case with the papers of its application; return its id. Raises what opening and attaching raise."""
    case = open_case(process_key, application, actor=actor, rows=rows, proofs={each.kind for each in papers})
    attach(case, papers, actor=actor)
    return case.id


def may_attach_to(number: str, papers: Sequence[Upload], *, actor: Actor) -> tuple[Case, Task]:
    """The case and the task of it that waits at the actor's office, which may add papers.

    Raises Missing, NotYourTurn when nothing of it waits there, InvalidInput when nothing was chosen, or a kind that the
    process does not know.
    """
    case, _view = queries.case_for(actor, number)
    task = rules.task_at(case.tasks, actor)
    if refusal := permissions.why_not_attach(facts_of_case(case), actor, waits_here=task is not None):
        raise refusal
    assert task is not None
    if not papers:
        raise InvalidInput(sentence="请选择要上传的文件。", field="attachments")
    if case.version_id and {each.kind for each in papers} - {"", *kinds_of(compiled_version(case.version_id))}:
        raise UnknownKind(field="kind")
    return case, task


def attach_to(number: str, papers: Sequence[Upload], *, actor: Actor) -> None:
    """Add papers, kept as files before, to a case whose task waits at the actor's office.

    Raises Missing, NotYourTurn when nothing of it waits there, InvalidInput when nothing was chosen or it is too much.
    """
    locked = db.session.scalar(sa.select(Case.id).where(Case.number == number).with_for_update(key_share=True))
    if locked is None:
        raise Missing()
    case, task = may_attach_to(number, papers, actor=actor)
    attach(case, papers, actor=actor, task=task)


def read_attachment(number: str, attachment_id: int, *, actor: Actor) -> tuple[Attachment, bytes]:
    """One paper of a case with its content, for an office that sees the case's content.

    That it was read, `note_reading` writes down before it is given out. Raises Missing, Lost.
    """
    case, view = queries.case_for(actor, number)
    paper = db.session.get(Attachment, attachment_id)
    if not view.whole or paper is None or paper.case_id != case.id:
        raise Missing()
    return paper, file_store.fetch(paper.sha256)


def note_reading(number: str, attachment_id: int, *, actor: Actor) -> None:
    """Write down that a paper was read, and by whom."""
    audit.record("attachments/read", f"case:{number}", actor=actor, after={"attachment": attachment_id})
