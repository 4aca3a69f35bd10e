"""What verification has to say about a drawing: one sentence per finding, tied to the element it concerns."""

from __future__ import annotations

from dataclasses import dataclass

ERROR, WARNING, INFO = "error", "warning", "info"


@dataclass(frozen=True)
class Finding:
    """One thing to know about a drawing; only an error keeps it from being published."""

    rule: str
    severity: str
    element: str | None
    message: str


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
        """The findings that keep the drawing from being published."""
        return tuple(each for each in self.findings if each.severity == ERROR)


def quoted(name: str | None, key: str | None) -> str:
    """How a sentence calls an element: by its name, by its id where it has none."""
    return f"“{' '.join((name or key or '?').split())}”"
