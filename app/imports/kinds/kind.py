"""The shelf of kinds, and what each must say of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.access import Actor
from app.errors import Missing
from app.imports.faults import Fault
from app.schools.models import School, Stage


@dataclass(frozen=True)
class Incoming:
    """One row that its form has nothing against, on its way to being looked up in the province."""

    number: int  # of the row in the sheet
    values: Mapping[str, Any]
    school_id: int
    number_hash: str


@dataclass(frozen=True)
class Imported:
    """What took a batch of rows: the case opened with them."""

    case_id: int
    number: str


def _nothing_known(_rows: Sequence[Incoming]) -> Mapping[int, list[Fault]]:
    return {}


@dataclass(frozen=True)
class Kind:
    """One sort of workbook: its row form, what is checked beyond it, the verb that takes its rows."""

    key: str
    name: str  # in Chinese, as the menu says it
    help: str
    #: the JSON Schema of one row: its titles are the captions, its `oneOf` the drop-downs
    form: Callable[[], Mapping[str, Any]]
    #: the stage that children enter by it at a school, None where the school has none of its stages
    stage_at: Callable[[School], Stage | None]
    #: open a case with these rows of one school; raises Objected, a field `rows.17.name` names its row
    take: Callable[[School, Sequence[Mapping[str, Any]], Actor], Imported]
    #: may this actor import such workbooks now?
    offered_to: Callable[[Actor], bool]
    #: what contradicts itself within one row, given the fields that are right by themselves
    check: Callable[[Mapping[str, Any]], Iterable[Fault]] = lambda _values: ()
    #: what the province knows of these rows, by the row's number
    look_up: Callable[[Sequence[Incoming]], Mapping[int, list[Fault]]] = _nothing_known
    #: other captions under which a field is known, by the field's name
    aliases: Mapping[str, Sequence[str]] = field(default_factory=dict)
    #: other ways to write a field's codes, by the field's name
    words: Callable[[], Mapping[str, Mapping[str, str]]] = dict
    #: what the example row of the template says, by the field's name
    example: Mapping[str, str] = field(default_factory=dict)
    identity: str = "main_number"  # the field that tells one child from another


KINDS: dict[str, Kind] = {}


def add_kind(kind: Kind) -> Kind:
    """Put a kind on the shelf."""
    KINDS[kind.key] = kind
    return kind


def kind_of(key: str) -> Kind:
    """The kind of that key. Raises Missing."""
    if key not in KINDS:
        raise Missing()
    return KINDS[key]


def kinds_for(actor: Actor) -> list[Kind]:
    """What the actor may import now."""
    return [kind for kind in KINDS.values() if kind.offered_to(actor)]
