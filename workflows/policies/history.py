"""What has been decided and done in a case so far, as far as policies ask for it, and whether a verb may write now.

The same few bits are followed when a diagram is explored and when a case is decided: a policy has one meaning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from workflows.policies.policy import NEGATIVE, Policy, Requirement
from workflows.vocabulary import Kind

APPROVER = "approver"


class History(NamedTuple):
    """What policies know of a case.

    met -- one bit for each requirement of an answer or a verb; run -- one for each verb that a 未曾 asks about;
    refused -- the keys of the tasks whose latest answer is a refusal; standing -- of those of approvers whose latest is
    a refusal or a sending back.
    """

    met: int = 0
    run: int = 0
    refused: frozenset[str] = frozenset()
    standing: frozenset[str] = frozenset()


BEGUN = History()


@dataclass(frozen=True)
class Task:
    """Of a user task what policies ask for."""

    key: str
    role: str
    duty: str
    kind: Kind | None = None


class Rules:
    """The policies that count in one process, with a place in the history for each of their requirements."""

    def __init__(self, policies: Iterable[Policy]) -> None:
        self.policies: Mapping[str, Policy] = {each.subject: each for each in policies}
        self.titles = {each.subject: each.title for each in self.policies.values()}
        self._bits: dict[tuple[str, int], int] = {}
        for policy in self.policies.values():
            for number, requirement in enumerate(policy.requirements):
                if requirement.answer or requirement.verb:
                    self._bits[policy.subject, number] = len(self._bits)
        never = {each.never for policy in self.policies.values() for each in policy.requirements if each.never}
        self._run = {verb: number for number, verb in enumerate(sorted(never))}
        self._asks_negatives = any(
            each.negatives is not None for policy in self.policies.values() for each in policy.requirements
        )

    def answered(self, history: History, task: Task, outcome: str, facts: Mapping[str, Any]) -> History:
        """The history after an answer. facts -- of the case, with those the answer has given.

        What has been repaired is another application than the one that the repairing office's own approver agreed to:
        the approver is asked again (domain.md, Decisions), the offices after it are not.
        """
        met = self._without_approval(history.met, task.role) if task.kind is Kind.REPAIR else history.met
        for policy in self.policies.values():
            for number, each in enumerate(policy.requirements):
                if each.answer is not None and each.answer.is_of(task.role, task.duty, task.kind):
                    stands = each.answer.outcome == outcome and self._in_order(met, policy, number, facts)
                    met = self._with(met, policy, number, stands)
        if not self._asks_negatives:
            return history._replace(met=met)
        return History(
            met,
            history.run,
            _with_key(history.refused, task.key, outcome == "refuse"),
            _with_key(history.standing, task.key, outcome in NEGATIVE and task.duty == APPROVER),
        )

    def _without_approval(self, met: int, role: str) -> int:
        """Without the ordinary approval of an office."""
        for policy in self.policies.values():
            for number, each in enumerate(policy.requirements):
                if each.answer is not None and each.answer.role and each.answer.is_of(role, APPROVER, None):
                    met = self._with(met, policy, number, False)
        return met

    def ran(self, history: History, verb: str, facts: Mapping[str, Any]) -> History:
        """The history after a verb has written."""
        met = history.met
        for policy in self.policies.values():
            for number, each in enumerate(policy.requirements):
                if each.verb == verb:
                    met = self._with(met, policy, number, self._in_order(met, policy, number, facts))
        for undone in self.policies.values():
            if verb in undone.undone_by_verbs:
                met = self._undone(met, undone.subject)
        met = self._used_up(met, verb)
        run = history.run | (1 << self._run[verb]) if verb in self._run else history.run
        return history._replace(met=met, run=run)

    def with_every_verb(self, history: History) -> History:
        """The history in which every verb that a line asks for stands."""
        met = history.met
        for policy in self.policies.values():
            for number, each in enumerate(policy.requirements):
                if each.verb is not None:
                    met = self._with(met, policy, number, True)
        return history._replace(met=met)

    def heard(self, history: History, message: str) -> History:
        """The history after a message: what it ends stands no more, nor what was done because it stood."""
        met = history.met
        for policy in self.policies.values():
            if message in policy.undone_by_messages:
                met = self._undone(met, policy.subject)
        return history._replace(met=met)

    def ended_by(self, history: History) -> frozenset[str]:
        """The messages that would end something which stands now."""
        return frozenset(
            message
            for policy in self.policies.values()
            for message in policy.undone_by_messages
            if self.heard(history, message) != history
        )

    def missing(self, history: History, subject: str, facts: Mapping[str, Any]) -> list[Requirement]:
        """The lines of the subject's policy that do not hold now; none for a subject without one."""
        policy = self.policies.get(subject)
        if policy is None:
            return []
        return [
            each
            for number, each in enumerate(policy.requirements)
            if not each.promised and each.holds_for(facts) and not self._holds(history, policy, number, facts)
        ]

    def keeps_promises(self, history: History, verb: str, facts: Mapping[str, Any]) -> bool:
        """Is what a verb has answered, now among the facts, what it promises to answer in this history?"""
        policy = self.policies.get(verb)
        return policy is None or all(
            self._holds(history, policy, number, facts)
            for number, each in enumerate(policy.requirements)
            if each.promised and each.holds_for(facts)
        )

    # --- one requirement

    def _holds(self, history: History, policy: Policy, number: int, facts: Mapping[str, Any]) -> bool:
        each = policy.requirements[number]
        if each.never is not None:
            return not history.run >> self._run[each.never] & 1
        if each.negatives is not None:
            return bool(history.refused if each.negatives else not history.standing)
        if each.fact is not None:
            return each.is_fact(facts)
        return self._is_met(history.met, policy, number)

    def _is_met(self, met: int, policy: Policy, number: int) -> bool:
        return bool(met >> self._bits[policy.subject, number] & 1)

    def _with(self, met: int, policy: Policy, number: int, stands: bool) -> int:
        bit = 1 << self._bits[policy.subject, number]
        return met | bit if stands else met & ~bit

    def _in_order(self, met: int, policy: Policy, number: int, facts: Mapping[str, Any]) -> bool:
        """Do the lines before it, of those in order, stand?"""
        return not policy.requirements[number].in_order or all(
            self._is_met(met, policy, before)
            for before, each in enumerate(policy.requirements[:number])
            if each.in_order and (each.answer or each.verb) and each.holds_for(facts)
        )

    def _undone(self, met: int, verb: str) -> int:
        for policy in self.policies.values():
            ended = False
            for number, each in enumerate(policy.requirements):
                if each.verb == verb or (ended and each.in_order and (each.answer or each.verb)):
                    ended = True
                    met = self._with(met, policy, number, False)
        return self._used_up(met, verb)

    def _used_up(self, met: int, verb: str) -> int:
        """Without what counted for one time the verb writes."""
        policy = self.policies.get(verb)
        for number, each in enumerate(policy.requirements if policy else ()):
            if policy is not None and each.each_time:
                met = self._with(met, policy, number, False)
        return met


def _with_key(keys: frozenset[str], key: str, is_in: bool) -> frozenset[str]:
    return keys | {key} if is_in else keys - {key}
