"""A joint decision on the page of its case: the rule in words, and who has answered so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.access import Actor
from app.cases.models import OUTCOME_NAMES, JointAnswer, Task
from app.cases.presenters.joint_answers import joint_words
from app.cases.queries.joint_answers import answers_to, are_shown, joint_of


@dataclass(frozen=True)
class JointShown:
    """A joint decision as far as it has come: its rule in words, and the answers, read or only counted."""

    rule: str
    answers: Sequence[JointAnswer]
    are_shown: bool

    def words(self, answer: JointAnswer) -> str:
        return OUTCOME_NAMES[answer.outcome]


def joint_shown(task: Task, actor: Actor) -> JointShown | None:
    """How far a joint decision has come, to people of its own office: what is not decided yet is nobody else's."""
    joint = joint_of(task)
    if joint is None or actor.office_id != task.office_id:
        return None
    return JointShown(joint_words(joint), answers_to([task.id]), are_shown(task))
