"""Formats that a package above adds to the forms, such as the divisions of the country."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """What a field of this format may hold."""

    canonical: Callable[[str], str]  # the one way to write it; a text that is not understood stays as it is
    fault: Callable[[str], tuple[str, str] | None]  # code and sentence of what is wrong with it, None for nothing


FORMATS: dict[str, Format] = {}


def add_format(name: str, added: Format) -> None:
    """Let forms ask for it: `"format": name`."""
    FORMATS[name] = added
