"""Joint decisions (会签): several people of one office answer one task, and one outcome is made of their answers.

Drawn as the standard draws it, a user task with several instances; the property `joint` says how many must agree. To
the engine it is one task, completed once with the outcome: who answers what on the way is kept by whoever runs it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml import etree

from workflows.reading import BPMN, place_of, properties
from workflows.translation import gettext
from workflows.vocabulary import outcomes_of

AGREE = "agree"
ALL = "all"
NEGATIVE = ("refuse", "send_back")  # the graver first: it is the outcome where both were given
MOST_PEOPLE = 15
TASKS = tuple(f"{BPMN}{each}" for each in ("userTask", "manualTask", "task"))
INSTANCES = f"{BPMN}multiInstanceLoopCharacteristics"


@dataclass(frozen=True)
class Joint:
    """How the answers of several people count.

    people -- how many are asked; needed -- how many must agree; veto -- whether a single 不同意 decides; in_turn --
    whether each reads what was said before.
    """

    people: int
    needed: int
    veto: bool = False
    in_turn: bool = False

    def outcome_of(self, answers: Sequence[str]) -> str | None:
        """The outcome that these answers amount to; None while it is open.

        Agreed as soon as enough agree, not agreed as soon as they cannot any more.
        """
        against = [each for each in answers if each != AGREE]
        if len(answers) - len(against) >= self.needed:
            return AGREE
        if self.people - len(against) < self.needed or (self.veto and NEGATIVE[0] in against):
            return min(against, key=NEGATIVE.index)
        return None


def joint_of(task: etree._Element) -> Joint | None:
    """How the answers to a user task count; None for one that a single person answers. Only for what has no faults."""
    own, several = properties(task), task.find(INSTANCES)
    if "joint" not in own or several is None:
        return None
    people = int((several.findtext(f"{BPMN}loopCardinality") or "0").strip())
    needed = people if own["joint"] == ALL else int(own["joint"])
    return Joint(people, needed, own.get("veto") == "true", several.get("isSequential") in ("true", "1"))


def faults_of(task: etree._Element) -> Iterator[str]:
    """What is wrong with how a user task is answered by several, each as a sentence."""
    own, several, place = properties(task), task.find(INSTANCES), place_of(task)
    if "joint" not in own:
        if "veto" in own:
            yield gettext("一票否决须与会签规则一起写明（{place}）", place=place)
        return
    if several is None:
        yield gettext("会签环节须画成多实例，并写明人数（{place}）", place=place)
        return
    people = _number((several.findtext(f"{BPMN}loopCardinality") or "").strip())
    if people is None or not 2 <= people <= MOST_PEOPLE:
        yield gettext("会签人数须是 2 至 {most} 的数（{place}）", most=MOST_PEOPLE, place=place)
        return
    needed = people if own["joint"] == ALL else _number(own["joint"])
    if needed is None or not 1 <= needed <= people:
        yield gettext("会签规则须是全体（all），或 1 至 {people} 的数（{place}）", people=people, place=place)
    if own.get("veto", "false") not in ("true", "false"):
        yield gettext("一票否决须是“是”（true）或“否”（false）（{place}）", place=place)
    outcomes = outcomes_of(own)
    if AGREE not in outcomes or not set(outcomes) <= {AGREE, *NEGATIVE}:
        yield gettext("会签环节的办理结果须有同意，此外只能有不同意、退回补正（{place}）", place=place)
    if "kind" in own or "side" in own:
        yield gettext("会签环节不能写明环节含义、所属一方：这样的环节由一人办理（{place}）", place=place)
    if several.find(f"{BPMN}completionCondition") is not None:
        yield gettext("会签何时结束由会签规则决定，不能另写结束条件（{place}）", place=place)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None


def as_single_tasks(root: etree._Element) -> None:
    """Draw each joint decision of a parsed file as the one task that the engine runs."""
    for task in root.iter(*TASKS):
        several = task.find(INSTANCES)
        if several is not None and "joint" in properties(task):
            task.remove(several)
