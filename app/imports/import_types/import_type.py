"""The registry of import types, and what each must say of itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from app.access import Actor
from app.errors import Missing, Refused
from app.imports.rules.faults import Fault
from app.schools.models import School, Stage
from app.students.rules.family import nested

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
    case_id: int = 0
    position: int = 0


@dataclass(frozen=True)
class Known:
    """What stands of a child who was taken before, and where the school may have it changed."""

    values: Values
    student_id: int | None  # None while the case that took it is open
    processes: Sequence[tuple[str, str, Mapping[str, str]]] = ()  # key, name, our field -> its field

    def differing(self, said: Values) -> dict[str, Any]:
        """The fields of a row that say something else than stands of the child, by their full names."""
        there = flat(self.values)
        return {name: value for name, value in flat(said).items() if value != there.get(name)}

    def change_by(self, process: str, said: Values) -> dict[str, Any]:
        """What the application of that process would ask to change, in the words of its form; {} for nothing."""
        asked: Mapping[str, str] = next((fields for key, _, fields in self.processes if key == process), {})
        mine = {name for name in asked if (way := self.way_for(name)) and way[0] == process}
        return nested({asked[name]: value for name, value in self.differing(said).items() if name in mine})

    def way_for(self, field: str) -> tuple[str, str] | None:
        """Key and name of the process that may change a field, None where there is none (yet)."""
        return next(((key, name) for key, name, asked in self.processes if field in asked), None)


def flat(values: Values, under: str = "") -> dict[str, Any]:
    """The fields of a row by their full names: `guardian.phone`."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{under}{name}.")
        else:
            found[f"{under}{name}"] = value
    return found


@dataclass(frozen=True)
class FieldWords:
    """How people write one field in a workbook, besides the words of its form."""

    captions: Sequence[str] = ()  # other captions under which it is known
    example: str = ""  # for the instructions
    read: Callable[[str], str] = str  # what they write in it, in the form's way; what it does not know it leaves
    own: bool = False  # no two children share it
    stands_in: str = ""  # the field that it is read as, where the sheet has no column for that one


@dataclass(frozen=True)
class Kind:
    """One sort of workbook: its row form, what is checked beyond it, the verb that takes its rows."""

    key: str
    name: str  # in Chinese, as the menu says it
    help: str
    stage: Stage  # that children enter
    #: the JSON Schema of one row as an office's case would ask it (a bureau may have a variant of the process), the
    #: province's without one: its titles are the captions, its `oneOf` the drop-downs
    form_of: Callable[[int | None], Mapping[str, Any]]
    #: what tells one child from another; None where the row does not say enough, or is wrong there already
    identity: Callable[[Values, set[str]], str | None]
    #: what contradicts itself within one row; the second are the fields that are wrong already
    check: Callable[[Values, set[str]], Iterable[Fault]]
    #: what the province knows of these rows, by the row's number
    look_up: Callable[[Sequence[Incoming]], Mapping[int, list[Fault]]]
    #: children whom an earlier list has taken, by the hash of their identity
    taken_before: Callable[[Sequence[str]], Mapping[str, Before]]
    #: open a case with these rows of one school and give its id; raises Objected, a field `rows.17.name` names its row
    take: Callable[[School, Sequence[Values], Actor], int]
    #: what stands against importing anything of the kind today in an office; a workbook can be checked all the same
    objections_of: Callable[[int | None], Sequence[Refused]] = lambda _office_id: []
    #: the entry year of whom it registers today
    entry_year: Callable[[], int] = int
    #: may this actor import such workbooks?
    offered_to: Callable[[Actor], bool] = lambda actor: actor.duty == "operator"
    #: what people write of a field besides the words of the form, by the field's name
    fields: Mapping[str, FieldWords] = field(default_factory=dict)
    #: what the record, or the case under way, says today of children taken before; by the row's number
    known: Callable[[Mapping[int, Before]], Mapping[int, Known]] = lambda _before: {}
    number: str = "main_number"  # the field that holds the child's number
    masked: frozenset[str] = frozenset({"main_number"})  # fields of which a screen shows the ends only
    office_id: int | None = None  # the office whose workbook it is, where there is one

    def form(self) -> Mapping[str, Any]:
        """The form of a row in the workbook of its office."""
        return self.form_of(self.office_id)

    def objections(self) -> Sequence[Refused]:
        """What stands against importing anything there today."""
        return self.objections_of(self.office_id)


KINDS: dict[str, Kind] = {}


def add_kind(kind: Kind) -> Kind:
    """Register a kind."""
    KINDS[kind.key] = kind
    return kind


def kind_of(key: str, office_id: int | None = None) -> Kind:
    """The kind of that key, as it is in the workbooks of an office. Raises Missing."""
    if key not in KINDS:
        raise Missing()
    return replace(KINDS[key], office_id=office_id)


def kinds_for(actor: Actor) -> list[Kind]:
    """What the actor may import."""
    return [replace(kind, office_id=actor.office_id) for kind in KINDS.values() if kind.offered_to(actor)]
