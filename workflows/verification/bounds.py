"""How long a verdict may take: beyond it a drawing is not decided, and that is said."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from typing import TypeVar

from workflows.translation import gettext

MOST_SECONDS = 3.0  # of the processor, for the verdict on one file
Each = TypeVar("Each")
_until: ContextVar[float] = ContextVar("until", default=float("inf"))


class TooWide(Exception):
    """There are more choices than are followed."""


@contextlib.contextmanager
def within_bounds(seconds: float | None = None) -> Iterator[None]:
    """Let what is worked out here take no longer than so many seconds of the processor."""
    token = _until.set(time.process_time() + (MOST_SECONDS if seconds is None else seconds))
    try:
        yield
    finally:
        _until.reset(token)


def refuse_when_late() -> None:
    """Raises TooWide once the time is over."""
    if time.process_time() > _until.get():
        raise TooWide(gettext("验证用的时间超出了界限"))


def in_time(steps: Iterable[Each]) -> Iterator[Each]:
    """The steps as they are worked out: of a single marking there may be many thousands. Raises TooWide when late."""
    for step in steps:
        refuse_when_late()
        yield step
