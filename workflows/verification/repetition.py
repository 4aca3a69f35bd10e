"""How often an activity is done for one token: once, several times at once or one by one, or again and again."""

from __future__ import annotations

from typing import NamedTuple

from lxml import etree

from workflows.reading import BPMN, number_of

ANY_NUMBER = -1  # of the rounds of a loop


class Repetition(NamedTuple):
    """The loop or the instances of an activity.

    loops -- it is a standard loop, whose condition may hold or not after each round; may_be_skipped -- and before the
    first one (`testBefore`); rounds -- how many it makes at most; instances -- how many there may be of a
    multi-instance activity, empty for any other; one_by_one -- one begins when the one before has ended; ends_early --
    a condition may end it while instances are left.
    """

    loops: bool = False
    may_be_skipped: bool = False
    rounds: int = 1
    instances: tuple[int, ...] = ()
    one_by_one: bool = False
    ends_early: bool = False


ONCE = Repetition()


def repetition_of(element: etree._Element) -> Repetition:
    """What an activity says of it. A loop that may not be skipped is done at least once, whatever its maximum."""
    loop = element.find(f"{BPMN}standardLoopCharacteristics")
    if loop is not None:
        may_be_skipped = loop.get("testBefore") == "true"
        most = number_of(loop.get("loopMaximum"))
        rounds = ANY_NUMBER if most is None else max(most, 0 if may_be_skipped else 1)
        return Repetition(True, may_be_skipped, rounds)
    several = element.find(f"{BPMN}multiInstanceLoopCharacteristics")
    if several is None:
        return ONCE
    constant = (several.findtext(f"{BPMN}loopCardinality") or "").strip()
    instances = (int(constant),) if constant.isdecimal() and len(constant) < 10 else (0, 1, 2)
    one_by_one = several.get("isSequential") == "true"
    return Repetition(
        instances=instances, one_by_one=one_by_one, ends_early=several.find(f"{BPMN}completionCondition") is not None
    )


def one_fewer(rounds: int) -> int:
    """So many rounds of a loop but one; of any number any number is left."""
    return rounds if rounds == ANY_NUMBER else rounds - 1
