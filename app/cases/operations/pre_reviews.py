"""初审: what the operator of a bureau recommends to the approver of the same office."""

from __future__ import annotations

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.cases import rules
from app.cases.models import Outcome, PreReview, Task
from app.cases.operations.answers import OPINION
from app.cases.operations.transitions import Row
from app.cases.queries.facts import facts_of_case, facts_of_task
from app.cases.rules import permissions
from app.database import db
from app.definitions.queries import compiled_version
from app.dry_runs import in_dry_run
from app.errors import InvalidInput, Missing, Objected, Stale
from app.office_settings.queries import must_be_reviewed
from app.web import objections as form_objections


def pre_review(task_id: int, recommendation: str, opinion: str, *, actor: Actor) -> int:
    """初审: the bureau's operator recommends; the approver of the same office sees it and decides. The case's id.

    Raises Missing, what permissions refuse, Objected, Stale when a colleague was faster.
    """
    task = db.session.get(Task, task_id)
    if task is None or task.office_id != actor.office_id:
        raise Missing()
    spec = compiled_version(task.case.version_id).diagrams.tasks.get(task.key) if task.case.version_id else None
    outcomes = spec.outcomes if spec else ()
    facts = facts_of_task(task), facts_of_case(task.case)
    if refusal := permissions.why_not_pre_review(*facts, actor, reviewed=task.pre_review is not None):
        raise refusal
    faults = form_objections(OPINION, {"opinion": opinion})
    if recommendation not in {Outcome.AGREE, *outcomes} - {Outcome.ACKNOWLEDGE}:
        faults = [*faults, InvalidInput(sentence="请选择初审建议。", field="recommendation")]
    if faults:
        raise Objected(list(faults))
    db.session.add(
        PreReview(
            task_id=task_id,
            user_id=actor.user_id,
            recommendation=Outcome(recommendation),
            opinion=opinion,
            at=clock.now(),
        )
    )
    try:
        db.session.flush()
    except sa.exc.IntegrityError as error:
        raise Stale() from error
    audit.record("cases/pre_review", f"case:{task.case.number}", actor=actor, after={"task": task.key})
    return int(task.case_id)


def check_reviewed(task: Row, actor: Actor) -> None:
    """Where the bureau, or the province for all, has set so, its operator has looked first. Raises NotReviewed."""
    if task.duty != "approver" or task.pre_reviewed_by or not task.review_set or actor.office_kind == "school":
        return
    if must_be_reviewed(task.process_key, task.office_path) and not in_dry_run():
        raise rules.NotReviewed()
