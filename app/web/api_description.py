"""The programming interface describes itself: what each call takes and gives stands at its view."""

from __future__ import annotations

import functools
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import Response, current_app, request
from werkzeug.routing import Rule

from app.web.query_parameters import Parameters, read_whole_query

JSON = "application/json"


@dataclass(frozen=True)
class Operation:
    """One call of the programming interface, as its view declares it."""

    view: Callable[..., Any]  # its name is the operation's id, its return annotation the shape of the answer
    summary: str
    body: Mapping[str, Any] | None = None  # JSON Schema; None for a body that is a file, or none at all
    media: str = JSON  # of the body
    part: str | None = None  # the body may also come in this field of a form, with files beside it (`attachments`)
    query: Parameters = field(default_factory=dict)
    cursor: Sequence[type] = ()  # a list: the types of what its cursor holds
    status: int = 200  # of success
    gives: str = JSON  # media type of the answer
    idempotent: bool = False  # takes an Idempotency-Key
    etag: bool = False  # takes `If-Match` and `If-None-Match: *`
    in_brief: bool = False  # answers with less when asked to (`Prefer: return=minimal`)
    refuses: Sequence[int] = ()  # statuses beyond those that its nature brings with it

    @property
    def answer(self) -> Any:
        """The type of what it answers."""
        return typing.get_type_hints(self.view, include_extras=True)["return"]


def operation(summary: str, **declared: Any) -> Callable[[Any], Any]:
    """Declare an API view: one line, and whatever of `Operation` differs from the usual.

    The query is checked before the view is called, which gets its values as `asked` where it declares any. What the
    view returns is its answer, or the answer with a status of its own.
    """

    def declare(view: Any) -> Any:
        described = Operation(view, summary, **declared)
        asks = bool(described.query or described.cursor)

        @functools.wraps(view)
        def called(**path: Any) -> Any:
            asked = read_whole_query(described.query, described.cursor)
            answer = view(**path, asked=asked) if asks else view(**path)
            return answer if isinstance(answer, Response | tuple) else (answer or "", described.status)

        called.operation = described  # type: ignore[attr-defined]
        return called

    return declare


def wants_brief() -> bool:
    """True when the caller prefers the answer in brief (RFC 7240)."""
    said = request.headers.get("Prefer", "").replace(" ", "").lower()
    return "return=minimal" in said.replace(";", ",").split(",")


def answered_in_brief(answer: Any) -> Any:
    """The answer, saying that it is in brief because the caller prefers so."""
    return answer, 200, {"Preference-Applied": "return=minimal"}


def operations() -> list[tuple[str, Rule, Operation]]:
    """Every declared call: its method, its address, and what it says of itself."""
    rules = sorted(current_app.url_map.iter_rules(), key=lambda each: each.rule)
    declared = [(rule, getattr(current_app.view_functions[rule.endpoint], "operation", None)) for rule in rules]
    return [(next(iter((rule.methods or set()) - {"HEAD", "OPTIONS"})), rule, each) for rule, each in declared if each]
