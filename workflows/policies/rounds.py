"""Whether a standard loop goes round once more: as the engine asks its condition, with the facts after each round."""

from __future__ import annotations

from workflows.policies.facts import Data, Facts
from workflows.policies.tokens import NotFollowed
from workflows.reading import BPMN
from workflows.translation import gettext
from workflows.verification.drawing import Node
from workflows.verification.repetition import ANY_NUMBER

MOST_ROUNDS = 20  # of a loop that are followed


def loop_condition(node: Node) -> str | None:
    """The condition by which a loop goes on; None where it says none, or is no loop."""
    text = node.element.findtext(f"{BPMN}standardLoopCharacteristics/{BPMN}loopCondition")
    return (text or "").strip() or None


def goes_round(node: Node, done: int, data: Data, facts: Facts) -> bool:
    """Does another round follow after so many that are done? One that says no condition goes on to its maximum.

    Raises NotFollowed where that cannot be worked out, or there are too many rounds.
    """
    repeats, condition = node.repeats, loop_condition(node)
    if not repeats.loops or done >= repeats.rounds != ANY_NUMBER:
        return False
    if repeats.rounds > MOST_ROUNDS or (condition is None and repeats.rounds == ANY_NUMBER):
        raise NotFollowed(gettext("{node}的重复次数超过 {most}", node=node, most=MOST_ROUNDS))
    holds = True if condition is None else facts.holds(condition, data)
    if holds is None:
        raise NotFollowed(gettext("{node}的循环条件引用了尚未给出的数据", node=node))
    return holds


def is_passed_by(node: Node, data: Data, facts: Facts) -> bool:
    """Is a loop whose condition is asked first (`testBefore`) not done at all? Raises NotFollowed."""
    return node.repeats.may_be_skipped and not goes_round(node, 0, data, facts)
