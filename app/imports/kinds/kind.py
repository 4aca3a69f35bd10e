"""The shelf of kinds, and what each must say of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from app.access import Actor
from app.errors import Missing, Refused
from app.imports.faults import Fault
from app.schools.models import School, Stage

Values = Mapping[str, Any]  # a row in the words of its form


@dataclass(frozen=True)
class Incoming:
    """One row that nothing is said against yet, on its way to being looked up in the province."""

    number: int  # of the row in the sheet
    values: Values
    school: School


@dataclass(frozen=True)
class Before:
    """That a child stands in somebody's list already."""

    school_id: int
    school: str
    case: str
    day: str


@dataclass(frozen=True)
class Kind:
    """One sort of workbook: its row form, what is checked beyond it, the verb that takes its rows."""

    key: str
    name: str  # in Chinese, as the menu says it
    help: str
    stage: Stage  # that children enter
    #: the JSON Schema of one row: its titles are the captions, its `oneOf` the drop-downs
    form: Callable[[], Mapping[str, Any]]
    #: what tells one child from another; None where the row does not say enough
    identity: Callable[[Values], str | None]
    #: what contradicts itself within one row; the second are the fields that are wrong already
    check: Callable[[Values, set[str]], Iterable[Fault]]
    #: what the province knows of these rows, by the row's number
    look_up: Callable[[Sequence[Incoming]], Mapping[int, list[Fault]]]
    #: children whom an earlier list has taken, by the hash of their identity
    taken_before: Callable[[Sequence[str]], Mapping[str, Before]]
    #: open a case with these rows of one school and give its id; raises Objected, a field `rows.17.name` names its row
    take: Callable[[School, Sequence[Values], Actor], int]
    #: what stands against importing anything of the kind today; a workbook can be checked all the same
    objections: Callable[[], Sequence[Refused]] = list
    #: the entry year of whom it registers today
    entry_year: Callable[[], int] = int
    #: may this actor import such workbooks?
    offered_to: Callable[[Actor], bool] = lambda actor: actor.duty == "operator"
    #: other captions under which a field is known, by the field's name
    aliases: Mapping[str, Sequence[str]] = field(default_factory=dict)
    #: other ways to write a field's codes, by the field's name
    words: Callable[[], Mapping[str, Mapping[str, str]]] = dict
    #: what the instructions give as an example, by the field's name
    example: Mapping[str, str] = field(default_factory=dict)
    number: str = "main_number"  # the field that holds the child's number
    masked: frozenset[str] = frozenset({"main_number"})  # fields of which a screen shows the ends only


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
    """What the actor may import."""
    return [kind for kind in KINDS.values() if kind.offered_to(actor)]
