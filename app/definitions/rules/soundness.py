"""What verification says of the diagrams of a process: every way through them is followed, safe and sound are told."""

from __future__ import annotations

from collections.abc import Sequence

from app.definitions.rules.content import Content
from workflows import Report, handlers, verify


def reports_of(content: Content) -> Sequence[Report]:
    """The verdict on each BPMN file, as `python -m workflows check --publishable` gives it. Raises NotBpmn."""
    return verify(content.diagrams, operations=set(handlers()))
