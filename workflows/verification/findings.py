"""What verification has to say about a drawing: one sentence per finding, tied to the element it concerns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ERROR, WARNING, INFO = "error", "warning", "info"
# whose rule it is: of the BPMN 2.0 standard, of its tokens, of who must have agreed, of the engine, of this platform
STANDARD, SOUNDNESS, POLICY, ENGINE, HOUSE = "standard", "soundness", "policy", "engine", "house"
WRONG_EVERYWHERE = (STANDARD, SOUNDNESS)
UNDECIDED = "undecided"


@dataclass(frozen=True)
class Finding:
    """One thing to know about a drawing; `kind` tells whose rule it is, `rule` which."""

    rule: str
    severity: str
    element: str | None
    message: str
    kind: str
    counter_example: tuple[Mapping[str, Any], ...] = ()  # of a policy: the steps that lead to it, to be replayed


@dataclass(frozen=True)
class Report:
    """The verdict on one file. `safe` and `sound` are None where the bound was reached first."""

    file: str
    loads: bool
    safe: bool | None
    sound: bool | None
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings by which it is no sound diagram of the standard, whoever runs it."""
        return tuple(each for each in self.findings if each.severity == ERROR and each.kind in WRONG_EVERYWHERE)

    @property
    def forbidding(self) -> tuple[Finding, ...]:
        """The findings that keep the drawing from being published here: every error, and what could not be decided."""
        return tuple(each for each in self.findings if each.severity == ERROR or each.rule == UNDECIDED)
