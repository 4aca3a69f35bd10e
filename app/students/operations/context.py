"""What a verb of the record is told of the case at whose decision it runs."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from app import database
from app.access import Actor
from app.errors import Refused
from workflows import RunBroken, handlers


class Enforcement(Protocol):
    """What is asked before a verb writes: `app.cases.operations.policy_enforcement`."""

    def check(self, verb: str, facts: Mapping[str, Any]) -> None: ...

    def check_rows(self, verb: str, facts: Mapping[str, Any]) -> None: ...

    def ran(self, verb: str) -> None: ...

    def heard(self, message: str) -> None: ...


@dataclass(frozen=True)
class CaseContext:
    """The case at whose decision a service task of a diagram runs: what the verbs of the record must know of it."""

    case_id: int
    number: str
    process: str
    student_id: int | None
    receiving_school_id: int | None
    releasing_school_id: int | None
    applicant_office_id: int
    actor: Actor
    #: the process whose rules its diagram follows; empty for its own
    follows: str = ""
    profile: str = "zj-2010"
    #: (stage): the row of the decision table of its rules, asked when a verb reads it; raises a table's refusals
    policy_for: Callable[[str | None], Mapping[str, Any]] = lambda _stage: {}
    #: the season in which the process may be used, as rows of its table of windows; raises a table's refusals
    windows: Callable[[], Sequence[Mapping[str, str]]] = lambda: ()
    application: Mapping[str, Any] = field(default_factory=dict)
    form: Mapping[str, Any] = field(default_factory=dict)
    #: what the office wrote with its decision
    opinion: str = ""
    #: take the case before the first effect: raises Stale when somebody else has decided meanwhile
    claim: Callable[[], None] = lambda: None
    #: not empty once the case has been taken
    claimed: list[bool] = field(default_factory=list)
    #: asked before each verb whether what is recorded of the case lets it write
    enforcement: Enforcement | None = None
    #: refusals that the diagram may have foreseen; the last one stands in the task it led to
    noted: list[Refused] = field(default_factory=list)

    def call(self, verb: str, facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Let a verb of the diagram write, if policies allow it. Raises PolicyNotHeld, and what it raises."""
        if verb not in handlers():
            raise RunBroken(f"没有名为 {verb} 的操作")
        if self.enforcement is not None:
            self.enforcement.check(verb, facts)
        answer = handlers()[verb](self, facts)
        if self.enforcement is not None:
            self.enforcement.ran(verb)
        return answer

    @contextlib.contextmanager
    def attempt(self) -> Iterator[None]:
        """Around a verb whose refusal the diagram foresees: what it wrote before it refused is undone.

        The case is taken before, and stays taken: the run walks on from the refusal, which is noted for the task that
        it leads to. Raises what the verb raises, or Stale as `claim` does.
        """
        self.claim()
        try:
            with database.attempt():
                yield
        except Refused as refusal:
            self.noted.append(refusal)
            raise

    @property
    def rules_of(self) -> str:
        """The process whose rules apply."""
        return self.follows or self.process

    @property
    def child(self) -> int:
        """The student the case is about; a process about a child cannot open without one."""
        assert self.student_id is not None
        return self.student_id

    @property
    def target(self) -> int:
        """The receiving school; a transfer cannot open without one."""
        assert self.receiving_school_id is not None
        return self.receiving_school_id
