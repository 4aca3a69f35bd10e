"""How a task that several people answer is shown: the rule in words, and what each of them has said."""

from __future__ import annotations

from app.access import Actor
from app.cases.models import JointAnswer, Task, TaskStatus
from app.cases.presenters import json_types
from app.cases.queries.joint_answers import answers_to, are_shown, joint_of
from app.web import instant
from workflows import Joint


def joint_json(task: Task, actor: Actor) -> json_types.JointJson | None:
    """How the answers of several people to a task count, and who has answered; null where one person answers.

    What an office has not decided yet is its own: others read no answers before.
    """
    joint = joint_of(task)
    if joint is None:
        return None
    shown = are_shown(task)
    answers = answers_to([task.id]) if actor.office_id == task.office_id or task.status is TaskStatus.DONE else []
    return {
        "people": joint.people,
        "needed": joint.needed,
        "veto": joint.veto,
        "in_turn": joint.in_turn,
        "answers": [_answer_json(each, shown) for each in answers],
    }


def _answer_json(answer: JointAnswer, shown: bool) -> json_types.JointAnswerJson:
    return {
        "by": answer.user.name,
        "outcome": answer.outcome if shown else None,
        "reason_code": answer.reason_code if shown else None,
        "opinion": answer.opinion if shown else None,
        "at": instant(answer.at),
    }


def joint_words(joint: Joint) -> str:
    """The rule of a joint decision as officials read it."""
    asked = f"{joint.people} 人会签，" + ("依次提出意见，" if joint.in_turn else "")
    needed = "须全部同意" if joint.needed == joint.people else f"须 {joint.needed} 人同意"
    return asked + needed + ("，一人不同意即为不同意" if joint.veto else "")
