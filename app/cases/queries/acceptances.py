"""受理: what has been said of the papers of a case, until when it must be, and what of them is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases.models import Acceptance, AcceptanceKind, Attachment, Case, Decision, Task
from app.cases.queries.facts import facts_of_case, facts_of_task, has_acted_elsewhere, has_drafted
from app.cases.queries.proofs import proofs_of
from app.cases.rules import permissions
from app.database import db
from app.definitions.queries import CompiledVersion, compiled_version
from app.errors import InvalidInput, Refused

KIND_NAMES = {
    AcceptanceKind.ACCEPTED: "受理",
    AcceptanceKind.TOLD: "一次性告知",
    AcceptanceKind.DECLINED: "不予受理",
}


def acceptances_of(case_id: int) -> Sequence[Acceptance]:
    """What was said of the papers of that case and stands, in its order: a decision taken back has told nothing."""
    undone = sa.exists().where(Decision.task_id == Acceptance.task_id, Decision.undone_id.is_not(None))
    stands = sa.or_(Acceptance.kind == AcceptanceKind.ACCEPTED, ~undone)
    asked = sa.select(Acceptance).where(Acceptance.case_id == case_id, stands)
    return db.session.scalars(asked.order_by(Acceptance.id)).all()


def asks_acceptance(version: CompiledVersion) -> bool:
    """True for a process that checks once what was handed in."""
    return any(each.accepts_within is not None for each in version.diagrams.tasks.values())


def days_to_accept(task: Task) -> int | None:
    """Within how many working days the task's office accepts; None where its diagram does not ask it."""
    if task.case.version_id is None:
        return None
    spec = compiled_version(task.case.version_id).diagrams.tasks.get(task.key)
    return spec.accepts_within if spec else None


def accepted_until(task: Task) -> dt.datetime | None:
    """The last moment of 受理: from then on what was handed in counts as accepted since it came."""
    days = days_to_accept(task)
    return None if days is None else clock.deadline_after(task.arrived_at, days)


def why_not_accept(task: Task, actor: Actor, said: Sequence[Acceptance]) -> Refused | None:
    """Against 受理 of that task by that person; said -- what was said of the papers of its case before."""
    return permissions.why_not_accept(
        facts_of_task(task),
        facts_of_case(task.case),
        actor,
        drafted=has_drafted(task, actor),
        elsewhere=has_acted_elsewhere(task, actor.user_id),
        until=accepted_until(task),
        accepted=any(each.kind is AcceptanceKind.ACCEPTED for each in said),
        now=clock.now(),
    )


def papers_lacking(version: CompiledVersion, application: Mapping[str, Any], present: Collection[str]) -> list[str]:
    """The kinds of papers that this application should bring and does not, as the process declares them."""
    return [each.kind for each in proofs_of(version) if each.is_asked(application) and each.kind not in present]


def papers_present(case_id: int) -> set[str]:
    """The kinds of papers that are with a case."""
    return set(db.session.scalars(sa.select(Attachment.kind).where(Attachment.case_id == case_id)))


def lacks_of(
    version: CompiledVersion,
    kinds: Sequence[str],
    present: Collection[str],
    before: Sequence[Acceptance],
    by_rule: Sequence[Mapping[str, Any]] = (),
) -> list[dict[str, Any]]:
    """What is told to be missing, with the article of each; again -- it was told before, late -- it was missing then
    and not told, though everything is to be told at once.

    by_rule -- what the rules say against the application, told after the papers: of a rule nobody knows whether it
    stood against it before, so none is late. Raises InvalidInput for a kind that the process does not know.
    """
    known = {each.kind: each for each in proofs_of(version)}
    if unknown := sorted(set(kinds) - set(known)):
        raise InvalidInput(sentence=f"本业务没有这一类证明材料：{unknown[0][:40]}。", field="lacks")
    told = [each for each in before if each.kind is AcceptanceKind.TOLD]
    earlier = {lack["kind"] for each in told for lack in each.lacks}
    return [
        {
            "kind": kind,
            "title": proof.title,
            "note": proof.note,
            "basis": proof.basis,
            "again": kind in earlier,
            "late": bool(told) and kind not in earlier and kind not in present,
        }
        for kind, proof in known.items()
        if kind in set(kinds)
    ] + [{**each, "again": each["kind"] in earlier, "late": False} for each in by_rule]


def acceptance_seen(case: Case, acceptance_id: int) -> Acceptance | None:
    """One of the case's own; None for any other."""
    said = db.session.get(Acceptance, acceptance_id)
    return said if said is not None and said.case_id == case.id else None
