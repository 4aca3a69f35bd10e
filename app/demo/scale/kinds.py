"""The kinds of cases that a big province holds, and how many of each there are among a thousand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Other = Literal["far", "near", ""]  # the other school of a transfer: under another bureau, under the same, none


@dataclass(frozen=True)
class Kind:
    """Cases of a process that so many desks have agreed to; among a thousand open (or closed) ones so many are such.

    refused -- the next desk refuses
    popular -- among a thousand of them, how many have their other school under the bureau that everybody asks
    """

    process: str
    other: Other
    agreed: int
    among: int
    closed: bool = False
    refused: bool = False
    popular: int = 0


OPEN = (
    Kind("transfer", "far", 0, 150),
    Kind("transfer", "far", 1, 200, popular=85),
    Kind("transfer", "far", 2, 100),
    Kind("transfer", "far", 3, 80),
    Kind("transfer", "far", 4, 50),
    Kind("transfer", "near", 0, 40),
    Kind("transfer", "near", 1, 40),
    Kind("transfer", "near", 2, 20),
    Kind("transfer", "near", 3, 20),
    Kind("class_change", "", 0, 100),
    Kind("drop_out", "", 0, 100),
    Kind("drop_out", "", 1, 100),
)
CLOSED = (
    Kind("transfer", "far", 1, 300, closed=True, refused=True, popular=940),
    Kind("transfer", "far", 4, 180, closed=True, popular=900),
    Kind("transfer", "near", 3, 20, closed=True),
    Kind("class_change", "", 1, 400, closed=True),
    Kind("drop_out", "", 0, 100, closed=True, refused=True),
)
