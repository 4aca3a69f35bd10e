"""What can be put where: every kind of value into every place of a request, or a sample that takes them in turn."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from tests.hostile import values
from tests.hostile.places import Door, Sent, leaves, with_leaf

Mutation = tuple[Sent, str]  # the request, and in words what is wrong with it


class Sampler:
    """Takes `each` values at every place, beginning where it left off at the place before: all have their turn."""

    def __init__(self, each: int) -> None:
        self.each = each
        self.begin: dict[int, int] = {}

    def of(self, kinds: Sequence[Any]) -> list[Any]:
        if self.each >= len(kinds):
            return list(kinds)
        begin = self.begin.get(id(kinds), 0)
        self.begin[id(kinds)] = begin + self.each
        return list(itertools.islice(itertools.cycle(kinds), begin % len(kinds), begin % len(kinds) + self.each))


PATHS = tuple(quote(each) for each in (*values.NUMBERS, *values.TEXTS, *values.WORDS) if each and "/" not in each)
ADDRESSES = (*PATHS, *values.BYTES)
HEADERS = tuple((name, each) for name, given in values.HEADERS.items() for each in given)
QUERIES = (*(f"?{each}={each}&q={each}" for each in values.BYTES), "?limit=1&limit=2", "?utm=1", "?&&=&", "?q")


def mutations(door: Door, sample: Sampler) -> Iterator[Mutation]:
    """Requests like the door's sensible one, each with one thing wrong."""
    sensible = door.sensible
    for name in sensible.path:
        for value in sample.of(ADDRESSES):
            yield replace(sensible, path={**sensible.path, name: value}), f"address {name}={value[:40]}"
    for name in door.names if sensible.method == "GET" else ():
        for value in sample.of(values.CURSORS if name == "cursor" else values.TYPED):
            yield replace(sensible, query=((name, value),)), f"query {name}={value[:40]!r}"
    for suffix in sample.of(QUERIES):
        yield replace(sensible, suffix=suffix), f"query {suffix}"
    for header, value in sample.of(HEADERS):
        yield replace(sensible, headers={header: value}), f"header {header}: {value[:40]!r}"
    yield from _of_the_body(door, sample)


def _of_the_body(door: Door, sample: Sampler) -> Iterator[Mutation]:
    sensible = door.sensible
    if sensible.form is not None and not sensible.is_api:
        for name in door.names:
            for value in sample.of(values.TYPED):
                yield replace(sensible, form={**sensible.form, name: value}), f"form {name}={value[:40]!r}"
    if isinstance(sensible.body, dict):
        for at in leaves(sensible.body):
            for value in sample.of(values.JSONS):
                yield replace(sensible, body=with_leaf(sensible.body, at, value)), f"JSON {at}={str(value)[:40]!r}"
    if sensible.method not in ("GET", "DELETE"):
        for raw in sample.of(values.BODIES):
            yield replace(sensible, body=raw, form=None), f"body {raw[:40]!r}"
