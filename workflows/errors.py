"""Exceptions as sentences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any


class Refusal(Exception):
    """A rule says no: a sentence with a code.

    Subclasses set `code` and `text`; keyword values fill the text. A diagram foresees a refusal by an error boundary
    event with the same code.
    """

    code = "E-REFUSED"
    text = "不能办理。"

    def __init__(self, *, field: str | None = None, **values: Any) -> None:
        self.values = values
        self.field = field
        self.detail = self.text.format(**values)
        super().__init__(self.detail)


class DiagramRefused(Exception):
    """The diagram cannot be run as it is drawn; the sentence names the element, `element` is its id where known."""

    def __init__(self, sentence: str, findings: Sequence[str] = (), element: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.element = element or None
        self.findings = tuple(findings) or (sentence,)


class Later(Exception):
    """A service says that its day has not come, before it has written anything: the run waits there to be woken."""

    def __init__(self, until: dt.date) -> None:
        super().__init__(until.isoformat())
        self.until = until


class TaskGone(Exception):
    """The run is not waiting at that task."""


class NotWaiting(Exception):
    """Nobody in the run waits for that message."""


class NotMovable(Exception):
    """The run cannot go over to another version; the sentence says why, without its full stop."""


class RunBroken(Exception):
    """The run cannot go on: its state or its diagram is not what it should be."""
