"""What is recorded of a case, held against its policies: the same lines that its diagram was proved by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.policies.history import BEGUN, History, Rules, Task


@dataclass(frozen=True)
class Answered:
    """A decision that is on record."""

    task: Task
    outcome: str


@dataclass(frozen=True)
class Ran:
    """A verb that has written."""

    verb: str


@dataclass(frozen=True)
class Heard:
    """A message that the case has received."""

    message: str


Act = Answered | Ran | Heard


def history_of(rules: Rules, acts: Iterable[Act], facts: Mapping[str, Any], *, verbs_known: bool = True) -> History:
    """The history that these acts, in their order, amount to.

    facts -- of the case; verbs_known -- False for a case whose verbs were not kept: then what it asks of verbs is taken
    to hold, and its decisions alone are looked at.
    """
    history = BEGUN if verbs_known else rules.with_every_verb(BEGUN)
    for act in acts:
        match act:
            case Answered():
                history = rules.answered(history, act.task, act.outcome, facts)
            case Ran():
                history = rules.ran(history, act.verb, facts)
            case Heard():
                history = rules.heard(history, act.message)
    return history
