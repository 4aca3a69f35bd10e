"""What an address asks for after its question mark, checked against a JSON Schema for each name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request

from app.errors import InvalidInput, Objected
from app.web.pagination import CURSOR, LIMIT, ForeignCursor, read_cursor
from app.web.text import visible
from app.web.validation import converted, objections

Parameters = Mapping[str, Mapping[str, Any]]
Asked = dict[str, Any]
USUAL_LIMIT = 20


def read_query(parameters: Parameters) -> Asked:
    """The values given for these names, converted and checked; what is empty or not given is left out.

    Raises Objected with every fault. A page lets other names pass: whoever sends a link around adds some.
    """
    values, faults = _read(parameters)
    if faults:
        raise Objected(list(faults))
    return values


def _read(parameters: Parameters) -> tuple[Asked, list[InvalidInput]]:
    values, faults = {}, []
    for name, schema in parameters.items():
        given = request.args.getlist(name)
        if len(given) > 1:
            faults.append(InvalidInput(sentence=f"查询参数 {name} 只能出现一次。", field=name))
        elif given and given[0].strip():
            values[name] = converted(schema, given[0].strip())
    return values, faults + objections({"type": "object", "properties": parameters}, values)


def read_whole_query(parameters: Parameters, cursor: Sequence[type] = ()) -> Asked:
    """The query of a call of the programming interface: other names are refused, for a filter that was misspelt and
    passed over would answer with what was not asked for.

    cursor -- the types of what the list's cursor holds, () where there is none. `limit` and `after` are then among the
    answers: the place that the cursor names, one value or a tuple of several, None at the beginning.
    Raises Objected with every fault.
    """
    known = {**parameters, **({"limit": LIMIT, "cursor": CURSOR} if cursor else {})}
    asked, faults = _read(known)
    faults += [_unknown(name, known) for name in request.args if name not in known]
    if cursor and not faults:
        try:
            text = asked.pop("cursor", None)
            place = read_cursor(text, cursor) if text else None
            asked["after"] = place[0] if place and len(cursor) == 1 else place
            asked.setdefault("limit", USUAL_LIMIT)
        except ForeignCursor as fault:
            faults.append(fault)
    if faults:
        raise Objected(list(faults))
    return asked


def _unknown(name: str, known: Parameters) -> InvalidInput:
    usable = f"可用：{'、'.join(known)}" if known else "此处没有查询参数"
    return InvalidInput(sentence=f"没有名为“{visible(name)}”的查询参数（{usable}）。", field=visible(name))
