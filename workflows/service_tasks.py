"""Functions that a diagram may call by name: @service_task("archive/pull")."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Handler = Callable[[Any, Mapping[str, Any]], Mapping[str, Any] | None]
_handlers: dict[str, Handler] = {}


def service_task(name: str) -> Callable[[Handler], Handler]:
    """Offer a function to service tasks under a name such as `archive/pull`.

    It is given the context that the caller of `start`, `complete` … has handed in, and the facts of the run; what it
    returns becomes facts of the run. It may raise a Refusal or Later.
    """

    def register(handler: Handler) -> Handler:
        _handlers[name] = handler
        return handler

    return register


def handlers() -> Mapping[str, Handler]:
    """Every function that is offered to diagrams, by name."""
    return _handlers
