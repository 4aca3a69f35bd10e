"""Who has taken a task to read, as programs read it."""

from __future__ import annotations

from typing import TypedDict

from app.web import Instant


class ClaimJson(TypedDict):
    """签收: who has taken a task to read, and since when."""

    name: str
    at: Instant
