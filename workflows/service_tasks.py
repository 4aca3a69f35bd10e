"""@service_task("archive/pull"): the names the house offers to diagrams."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Handler = Callable[[Any, Mapping[str, Any]], Mapping[str, Any] | None]
_handlers: dict[str, Handler] = {}


def service_task(name: str) -> Callable[[Handler], Handler]:
    """Offer a verb under a name; what it returns becomes facts of the run."""

    def register(handler: Handler) -> Handler:
        _handlers[name] = handler
        return handler

    return register


def handlers() -> Mapping[str, Handler]:
    """Every verb on offer, by name."""
    return _handlers
