"""A closed case run through another version of its process: what its decisions would have led to there.

The decisions are taken as they were given. Where the other version asks for one more, its first outcome is taken; where
it no longer asks, the decision is left out. A verb that refused (a seat that was missing) is not on record: it refuses
again where only that leads to the task that was decided next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from workflows.diagrams import Diagrams
from workflows.engine import Services, complete, notify, start
from workflows.errors import NotWaiting, Refusal, RunBroken
from workflows.runs import Run, facts_in
from workflows.translation import gettext

MOST_FURTHER = 40  # decisions that were never taken: a version that asks without end is stuck
GIVEN = ("outcome", "returned_by", "refusal", "here", "source")  # by the engine itself, at an answer


class Way(StrEnum):
    """How a case would have gone: the same way, with more decisions or fewer, to another end, or nowhere."""

    SAME = "same"
    MORE = "more"
    FEWER = "fewer"
    OTHER = "other"
    STUCK = "stuck"


@dataclass(frozen=True)
class Decided:
    """A decision on record, or a message that came (key empty)."""

    key: str
    outcome: str
    message: str = ""


@dataclass(frozen=True)
class Replay:
    """What became of a case.

    outcome -- of the end that it came to; further -- the keys of tasks that nobody had decided; left_out -- of those
    that are not asked any more; why -- where it is stuck, in a sentence.
    """

    way: Way
    outcome: str | None
    further: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    why: str = ""


def initial_facts(diagrams: Diagrams, state: bytes) -> dict[str, Any]:
    """What a case knew at its opening, as far as its stored run still says. Raises RunBroken."""
    return {name: value for name, value in facts_in(diagrams, state).items() if name not in GIVEN}


def replay(diagrams: Diagrams, facts: Mapping[str, Any], decisions: Sequence[Decided], outcome: str | None) -> Replay:
    """Run a closed case through these diagrams; nothing is written, no verb is called.

    facts -- see `initial_facts`; decisions -- in their order; outcome -- what the case came to on its own version.
    """
    course = _Course(diagrams)
    try:
        course.begin(facts, decisions)
        for number, each in enumerate(decisions):
            course.take(each, decisions[number + 1 :])
        course.finish()
    except (RunBroken, Refusal) as error:
        return Replay(Way.STUCK, None, tuple(course.further), tuple(course.left_out), str(error))
    return Replay(_way(course, outcome), course.run.outcome, tuple(course.further), tuple(course.left_out))


def _way(course: _Course, outcome: str | None) -> Way:
    if course.run.outcome != outcome:
        return Way.OTHER
    if course.further:
        return Way.MORE
    return Way.FEWER if course.left_out else Way.SAME


class _Refused(Refusal):
    """A verb that refused then, and so again."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code


@dataclass
class _Course:
    """A run under way, and how it differs from what happened."""

    diagrams: Diagrams
    further: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    run: Run = field(init=False)

    def begin(self, facts: Mapping[str, Any], decisions: Sequence[Decided]) -> None:
        self.run = self._onwards(lambda services: start(self.diagrams, facts, context=services), decisions)

    def take(self, decided: Decided, then: Sequence[Decided]) -> None:
        """One decision or message of the record."""
        if decided.message:
            self._hear(decided.message)
            return
        while (task := self._waiting(decided.key)) is None:
            if self.run.finished or decided.key not in self.diagrams.tasks or not self._go_further(then):
                self.left_out.append(decided.key)
                return
        answer = {"outcome": decided.outcome}
        state = self.run.state
        self.run = self._onwards(lambda services: complete(self.diagrams, state, task, answer, context=services), then)

    def finish(self) -> None:
        """Whatever it still asks for is agreed to. Raises RunBroken when that has no end."""
        while not self.run.finished:
            if not self._go_further(()):
                raise RunBroken(gettext("此后没有可以办理的环节"))

    def _go_further(self, then: Sequence[Decided]) -> bool:
        """Give a task that nobody has decided its first outcome; False where none waits. Raises RunBroken."""
        known = {each.key for each in then}
        new = [each for each in self.run.waiting if each.key not in known]
        if not new or len(self.further) >= MOST_FURTHER:
            if new:
                raise RunBroken(gettext("还要再办 {most} 次以上", most=MOST_FURTHER))
            return False
        first, state = new[0], self.run.state
        self.further.append(first.key)
        answer = {"outcome": self.diagrams.tasks[first.key].outcomes[0]}
        self.run = self._onwards(
            lambda services: complete(self.diagrams, state, first.id, answer, context=services), then
        )
        return True

    def _hear(self, message: str) -> None:
        try:
            self.run = notify(self.diagrams, self.run.state, message, context=_services(None))
        except NotWaiting:
            return

    def _waiting(self, key: str) -> str | None:
        return next((each.id for each in self.run.waiting if each.key == key), None)

    def _onwards(self, step: Any, then: Sequence[Decided]) -> Run:
        """Take a step; with a verb that refuses where only so the task is reached that was decided next."""
        run: Run = step(_services(None))
        wanted = next((each.key for each in then if not each.message), None)
        if wanted is None or not run.trail or any(each.key == wanted for each in run.waiting):
            return run
        for code in sorted(self.diagrams.foreseen):
            try:
                other: Run = step(_services(code))
            except Refusal:  # of a verb that the diagram does not let refuse
                continue
            if any(each.key == wanted for each in other.waiting):
                return other
        return run


def _services(code: str | None) -> Services:
    """Verbs that do nothing, or refuse with that code where the diagram foresees it."""

    def call(_verb: str, _facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
        if code is not None:
            raise _Refused(code)
        return None

    return Services(call)
