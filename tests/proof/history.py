"""What has been decided and done in a case, as a set of plain marks, and which lines of its policies that meets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workflows import scripts
from workflows.errors import RunBroken
from workflows.policies import Policy, Requirement

Marks = frozenset[tuple[str, ...]]
NEGATIVE = ("refuse", "send_back")


class Rules:
    """The policies of the verbs and ends of one diagram."""

    def __init__(self, policies: Mapping[str, Policy]) -> None:
        self.policies = policies
        self.messages = frozenset(each for policy in policies.values() for each in policy.undone_by_messages)
        lines = [line for policy in policies.values() for line in policy.requirements]
        self.asked_never = {line.never for line in lines}
        self.asked_negatives = any(line.negatives is not None for line in lines)

    def _lines(self) -> Iterator[tuple[str, int, Requirement]]:
        for subject, policy in self.policies.items():
            for place, line in enumerate(policy.requirements):
                yield subject, place, line

    def answered(self, marks: Marks, task: Any, outcome: str, facts: Mapping[str, Any]) -> Marks:
        """The marks after an answer of that task; after a repair its office's own approval is asked anew."""
        if task.own.get("kind") == "repair":
            marks = frozenset(marks - self._approval_of(task.role))
        after = set(marks)
        for subject, place, line in self._lines():
            asked = line.answer
            if asked is None:
                continue
            if asked.role not in (None, task.role) or (asked.duty, asked.kind) != (task.duty, task.own.get("kind")):
                continue
            good = outcome == asked.outcome and (not line.in_order or self._earlier_met(marks, subject, place, facts))
            self._mark(after, ("met", subject, str(place)), good)
        if self.asked_negatives:
            counts = outcome == "refuse" or (outcome == "send_back" and task.duty == "approver")
            after -= {("negative", task.id, task.duty, each) for each in NEGATIVE}
            self._mark(after, ("negative", task.id, task.duty, outcome), counts)
        return frozenset(after)

    def _approval_of(self, role: str) -> set[tuple[str, ...]]:
        return {
            ("met", subject, str(place))
            for subject, place, line in self._lines()
            if line.answer is not None
            and (line.answer.role, line.answer.duty, line.answer.kind) == (role, "approver", None)
        }

    def ran(self, marks: Marks, verb: str, facts: Mapping[str, Any]) -> Marks:
        """The marks after a verb has written."""
        for subject, policy in self.policies.items():
            if verb in policy.undone_by_verbs:
                marks = self.undone(marks, subject)
        after = set(marks)
        for subject, place, line in self._lines():
            if line.verb == verb:
                good = not line.in_order or self._earlier_met(marks, subject, place, facts)
                self._mark(after, ("met", subject, str(place)), good)
        if verb in self.asked_never:
            after.add(("ran", verb))
        return frozenset(after - self._of_one_time(verb))

    def _of_one_time(self, verb: str) -> set[tuple[str, ...]]:
        """What counted for one time the verb writes."""
        return {
            ("met", verb, str(place)) for subject, place, line in self._lines() if subject == verb and line.each_time
        }

    def heard(self, marks: Marks, message: str) -> Marks:
        """The marks after a message."""
        for subject, policy in self.policies.items():
            if message in policy.undone_by_messages:
                marks = self.undone(marks, subject)
        return marks

    def undone(self, marks: Marks, verb: str) -> Marks:
        """The marks when the effect of a verb stands no more: nor does what was built on it in order."""
        after = set(marks)
        for subject, policy in self.policies.items():
            fallen = False
            for place, line in enumerate(policy.requirements):
                if line.verb == verb or (fallen and line.in_order):
                    after.discard(("met", subject, str(place)))
                    fallen = fallen or line.in_order
        return frozenset(after - self._of_one_time(verb))

    @staticmethod
    def _mark(marks: set[tuple[str, ...]], mark: tuple[str, ...], present: bool) -> None:
        if present:
            marks.add(mark)
        else:
            marks.discard(mark)

    def _earlier_met(self, marks: Marks, subject: str, place: int, facts: Mapping[str, Any]) -> bool:
        earlier = enumerate(self.policies[subject].requirements[:place])
        return all(
            ("met", subject, str(number)) in marks
            for number, line in earlier
            if line.in_order and not line.promised and applies(line, facts)
        )

    def unmet(self, marks: Marks, subject: str, facts: Mapping[str, Any], *, promised: bool = False) -> list[str]:
        """The lines of a policy that do not hold: those it asks for, or those its verb promises."""
        policy = self.policies.get(subject)
        asked = [
            (place, line)
            for place, line in enumerate(policy.requirements if policy else ())
            if line.promised == promised and applies(line, facts)
        ]
        return [line.text for place, line in asked if not self._holds(marks, subject, place, line, facts)]

    def _holds(self, marks: Marks, subject: str, place: int, line: Requirement, facts: Mapping[str, Any]) -> bool:
        if line.answer is not None or line.verb is not None:
            return ("met", subject, str(place)) in marks
        if line.never is not None:
            return ("ran", line.never) not in marks
        if line.fact is not None:
            return true_of(line.fact, facts)
        negatives = [mark for mark in marks if mark[0] == "negative"]
        if line.negatives:
            return any(mark[3] == "refuse" for mark in negatives)
        return not any(mark[2] == "approver" for mark in negatives)


def applies(line: Requirement, facts: Mapping[str, Any]) -> bool:
    """Does the line hold in this case? What is asked for does where that cannot be told; what is promised does not."""
    if line.when is None:
        return True
    try:
        return bool(scripts.evaluate(line.when, facts))
    except RunBroken:
        return not line.promised


def true_of(expression: str, facts: Mapping[str, Any]) -> bool:
    """Is it true? One that cannot be told is not."""
    try:
        return bool(scripts.evaluate(expression, facts))
    except RunBroken:
        return False
