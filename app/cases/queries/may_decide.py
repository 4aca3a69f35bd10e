"""May this person decide that task now? With everything the rule asks, read from the case."""

from __future__ import annotations

from dataclasses import replace

from app.access import Actor
from app.cases.models import Task
from app.cases.queries.facts import facts_of_case, facts_of_task, has_acted_elsewhere, has_drafted
from app.cases.queries.joint_answers import has_answered, joint_of
from app.cases.rules import permissions
from app.cases.rules.permissions import TaskFacts
from app.errors import Refused


def why_not_decide(task: Task, actor: Actor) -> Refused | None:
    """Against deciding that task, as the decision itself would be refused; None where it would not."""
    return permissions.why_not_decide(_facts(task, actor), facts_of_case(task.case), actor, **_acts_of(task, actor))


def why_not_decider(task: Task, actor: Actor) -> Refused | None:
    """Against being who decides that task, though it may still wait for something."""
    return permissions.why_not_decider(_facts(task, actor), facts_of_case(task.case), actor, **_acts_of(task, actor))


def _facts(task: Task, actor: Actor) -> TaskFacts:
    facts = facts_of_task(task)
    return replace(facts, joint=joint_of(task) is not None) if actor.on_behalf else facts


def _acts_of(task: Task, actor: Actor) -> dict[str, bool]:
    return {
        "drafted": has_drafted(task, actor),
        "answered": has_answered(task, actor),
        "elsewhere": any(has_acted_elsewhere(task, each) for each in actor.persons),
    }
