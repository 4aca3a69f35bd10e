"""What a policy file says, once it is read: facts, and for each verb and end the lines that must hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from workflows import scripts
from workflows.errors import RunBroken
from workflows.vocabulary import Kind

END = "结束"  # the word with which the policy of an end begins
NEGATIVE = ("refuse", "send_back")


@dataclass(frozen=True)
class Answer:
    """The latest answer of a role and duty: `role` None for whichever office, `kind` None for an ordinary decision."""

    role: str | None
    duty: str
    kind: Kind | None
    outcome: str

    def is_of(self, role: str, duty: str, kind: Kind | None) -> bool:
        """Is it this requirement that a task of that role, duty and kind answers?"""
        return self.role in (None, role) and (self.duty, self.kind) == (duty, kind)


@dataclass(frozen=True)
class Requirement:
    """One line: what must hold when the verb writes.

    Of `answer`, `verb` (has run and stands), `never` (a verb that has not run), `fact` (an expression) and `negatives`
    (False: no refusal or sending back stands; True: a refusal stands) one is given. in_order -- taken while every
    in_order line before it stood; when -- the expression that says in which cases the line holds, None for always;
    relaxable -- a province may leave it out; promised -- it is not asked for: the verb answers in no other case;
    each_time -- what meets it counts once: the verb uses it up, and so does what undoes the verb.
    """

    text: str
    line: int
    in_order: bool = False
    answer: Answer | None = None
    verb: str | None = None
    never: str | None = None
    fact: str | None = None
    negatives: bool | None = None
    when: str | None = None
    relaxable: bool = False
    promised: bool = False
    each_time: bool = False

    def holds_for(self, facts: Mapping[str, Any]) -> bool:
        """Does the line hold in a case with these facts?

        Where that cannot be worked out, a number is asked for that nobody has given yet, what is asked for is asked
        for, and nothing is promised.
        """
        return self.when is None or _truth(self.when, facts, unknown=not self.promised)

    def is_fact(self, facts: Mapping[str, Any]) -> bool:
        """Is its `fact` true? One that cannot be worked out is not."""
        return self.fact is not None and _truth(self.fact, facts, unknown=False)


@dataclass(frozen=True)
class Policy:
    """What a verb, or an end with an outcome (`结束 agreed`), asks for.

    undone_by_messages, undone_by_verbs -- after which the verb's effect stands no more; reads_only -- it writes
    nothing.
    """

    subject: str
    title: str
    file: str
    basis: tuple[str, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    undone_by_messages: frozenset[str] = frozenset()
    undone_by_verbs: frozenset[str] = frozenset()
    reads_only: bool = False


@dataclass(frozen=True)
class Fact:
    """A fact that conditions may ask for.

    values -- what it may be where that is finite; table -- the decision table whose output of that name it is; numeric
    -- a number not below zero; by -- the verbs that give it, none where it is known from the opening.
    """

    name: str
    values: tuple[Any, ...] = ()
    table: str | None = None
    numeric: bool = False
    by: tuple[str, ...] = ()
    words: str = ""

    def means_the_same(self, other: Fact) -> bool:
        """Is everything but the words the same?"""
        return replace(self, words="") == replace(other, words="")


@dataclass(frozen=True)
class PolicyFile:
    """One file: the facts of a process and its policies by subject."""

    name: str
    facts: Mapping[str, Fact] = field(default_factory=lambda: MappingProxyType({}))
    policies: Mapping[str, Policy] = field(default_factory=lambda: MappingProxyType({}))


EMPTY = PolicyFile("")


def end_subject(outcome: str) -> str:
    """The subject of the policy of an end with that outcome."""
    return f"{END} {outcome}"


def _truth(expression: str, facts: Mapping[str, Any], *, unknown: bool) -> bool:
    try:
        return bool(scripts.evaluate(expression, facts))
    except RunBroken:
        return unknown
