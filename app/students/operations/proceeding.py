"""What a verb of the record is told of the case at whose decision it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from app.access import Actor
from app.errors import Refused


@dataclass(frozen=True)
class Proceeding:
    """The case at whose decision a service task of a diagram runs: what the verbs of the record must know of it."""

    case_id: int
    number: str
    process: str
    student_id: int | None
    receiving_school_id: int | None
    releasing_school_id: int | None
    applicant_office_id: int
    actor: Actor
    profile: str = "zj-2010"
    policy: Mapping[str, Any] = field(default_factory=dict)
    application: Mapping[str, Any] = field(default_factory=dict)
    form: Mapping[str, Any] = field(default_factory=dict)
    #: what the office wrote with its decision
    opinion: str = ""
    #: take the case before the first effect: raises Stale when somebody else has decided meanwhile
    claim: Callable[[], None] = lambda: None
    #: not empty once the case has been taken
    claimed: list[bool] = field(default_factory=list)
    #: refusals that the diagram may have foreseen; the last one stands in the task it led to
    noted: list[Refused] = field(default_factory=list)

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
