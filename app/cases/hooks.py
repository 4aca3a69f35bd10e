"""Hooks: what a process adds to the engine, registered by its key when the application is built.

The engine knows no process by name. It looks a hook up by the key of the case's process and does without where none is
registered: a process by configuration alone has no hook at all.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from app.access import Actor
from app.cases.models import Case, CaseOutcome, Task
from app.definitions.queries import CompiledVersion
from app.divisions.models import Office
from app.errors import Refused
from app.students.models import Directive, Student
from app.students.operations import CaseContext
from app.students.operations.dry_run import Rehearsal
from app.students.queries.acts import ChildOfAct

F = TypeVar("F", bound=Callable[..., Any])
Row = Any  # a row of chosen columns: SQLAlchemy types it by position, we read it by name
Offered = Sequence[tuple[Any, str]]  # what may be chosen, as (value, words)


class Hook(Generic[F]):
    """One place where a process may add its own: at most one function for a process."""

    def __init__(self) -> None:
        self._of: dict[str, F] = {}

    def __call__(self, *keys: str) -> Callable[[F], F]:
        """Register the decorated function for these processes."""

        def register(function: F) -> F:
            self._of.update(dict.fromkeys(keys, function))
            return function

        return register

    def of(self, key: str) -> F | None:
        """What the process has registered; None for one that adds nothing here."""
        return self._of.get(key)

    @property
    def keys(self) -> tuple[str, ...]:
        """The processes that have registered something."""
        return tuple(self._of)


# ── what is told ─────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class RowOpening:
    """One child of a batch, as it is kept."""

    content: Mapping[str, Any]
    #: by which the child is held while the case is open: the keyed hash of the main number, or of another document
    number_hash: str
    shown: str  # the number, to be masked
    #: what the deciding offices should know
    warning: Refused | None = None
    #: keyed hashes of further documents of the child, held with the number until the case is closed
    further: Sequence[str] = ()

    @property
    def hashes(self) -> tuple[str, ...]:
        """Everything by which the child is held."""
        return self.number_hash, *self.further


@dataclass(frozen=True)
class Opening:
    """What an accepted application opens a case with: the answer of a precheck."""

    facts: Mapping[str, bool | str | int | float] = field(default_factory=dict)
    student: Student | None = None
    #: a status case: while it is open no other one of this child may be
    holds_student: bool = True
    receiving: Office | None = None
    releasing: Office | None = None
    #: the application as it is kept, where it differs from what was typed
    application: Mapping[str, Any] | None = None
    #: the offices of roles that follow from more than the two schools, such as both sides of a recruiting plan
    offices: Mapping[str, Office] = field(default_factory=dict)
    #: the work list of a batch: one application per child
    rows: Sequence[RowOpening] = ()
    #: keyed hashes of further numbers that no other open case may hold: of a child that has no record yet, or a second
    holds: Sequence[str] = ()
    #: what the first office should know
    warning: Refused | None = None
    #: whatever else the precheck has found that the `on_open` of its process needs
    found: Any = None


@dataclass(frozen=True)
class Closing:
    """A case that closes, whichever way: by the end of its diagram, by recall, from outside."""

    case_id: int
    process: str
    outcome: CaseOutcome
    at: dt.datetime
    actor: Actor
    because: str = ""  # in a sentence without its full stop, where something outside the diagram ended it


# ── prechecks and forms ──────────────────────────────────────────────────────────────────────────────────────────────

#: (version, application, *, profile, actor, [rows]): what an application must satisfy before its case opens, every
#: objection at once. Raises Missing, NotAllowed, Objected
precheck: Hook[Callable[..., Opening]] = Hook()
#: (version, child, profile, actor): what the precheck says of the child alone, whatever the application would say; a
#: process without it may be opened for any child
against_child: Hook[Callable[[CompiledVersion, Student, str, Actor], Sequence[Refused]]] = Hook()
#: (version, child, profile, actor): which fields of the form the actor may not write of the child today, each with why
closed_fields: Hook[Callable[[CompiledVersion, Student, str, Actor], Sequence[Refused]]] = Hook()
#: (version, application, case): the application as it is kept after a repair, checked as at its opening. Raises Refused
repair: Hook[Callable[[CompiledVersion, Mapping[str, Any], Row], Mapping[str, Any]]] = Hook()
#: (version, case): what stands today against an application under way; a process without it is asked as by its `repair`
objections_now: Hook[Callable[[CompiledVersion, Row], Sequence[Refused]]] = Hook()
#: processes whose rules another diagram may follow (`rules_of`): all that they need of it stands in its application
shared_rules: set[str] = set()
#: processes whose `repair` asks the days of its form too, with all the rest
own_days: set[str] = set()
#: processes whose own precheck asks in which days of the year they may be applied for
own_windows: set[str] = set()
#: (case, row): what a row of a list must satisfy when it is corrected, who the child is being the same
repair_row: Hook[Callable[[Case, Mapping[str, Any]], Sequence[Refused]]] = Hook()
#: (version, profile, actor): what stands against any application of the process today, before anybody types
objections_today: Hook[Callable[[CompiledVersion, str, Actor], Sequence[Refused]]] = Hook()


@dataclass(frozen=True)
class Example:
    """What a rehearsal of a process begins with, such that its precheck accepts it.

    cast -- of the form in which those who take part are chosen, by field: {"standing": "suspended"}; its `day` is a
    month and a day, the next of which is meant
    values -- of the application, and of the one row of its list, over those that the form itself suggests, as a
    scenario writes them: days by their distance (`=day+180`), who takes part by name (`=other_bureau`); None for
    what stays empty
    """

    cast: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Scene:
    """Those whom a rehearsal has invented: what went before with them is written in its transaction, and undone."""

    applicant: Office
    other: Office | None
    child: Student | None
    #: a case of that process, which is agreed to once something has been written under it
    case_of: Callable[[str], AbstractContextManager[Case]]
    actor: Actor


#: process -> with what its rehearsals begin; those of a process without it begin with what its form suggests
examples: dict[str, Example] = {}
#: (scene): what has gone before an application of the process where its applicant is invented; gives the names under
#: which an example speaks of it
scene: Hook[Callable[[Scene], Mapping[str, Any]]] = Hook()
#: (actor): what stands in the opening form before anything is typed
draft: Hook[Callable[[Actor], Mapping[str, Any]]] = Hook()
#: (school_id, application): what it would do now for that school, with what has been typed
rehearsal: Hook[Callable[[int, Mapping[str, Any]], Rehearsal]] = Hook()
#: (case): whom an open case about a whole school would move now, by name; those of a finished one the record names
act_children: Hook[Callable[[Case], Sequence[ChildOfAct]]] = Hook()
#: (task): what stands in the form of a task before anything is typed; None where the engine's own words do
prefill: Hook[Callable[[Task], Mapping[str, Any] | None]] = Hook()

# ── the life of a case ───────────────────────────────────────────────────────────────────────────────────────────────

#: (case, opening): what is written with a new case. Raises Refused
on_open: Hook[Callable[[Case, Opening], None]] = Hook()
#: (closing): what ends with a case
on_close: Hook[Callable[[Closing], None]] = Hook()
#: (context, directive, how): what becomes of a case whose directive was revoked or has expired, in place of the
#: diagram's event `directive_ended`
on_directive_ended: Hook[Callable[[CaseContext, Directive, str], None]] = Hook()
#: (case_id, application): the entry year whose children the case registers, which goes on as 补录 after the lock
cohort: Hook[Callable[[int, Mapping[str, Any]], int | None]] = Hook()

# ── fields and pages ─────────────────────────────────────────────────────────────────────────────────────────────────


class FieldHook:
    """What a field of a process's forms offers, by process and field: asked with the child, if any, and the actor."""

    def __init__(self) -> None:
        self._of: dict[str, dict[str, Callable[[Student | None, Actor], Offered]]] = {}

    def __call__(self, key: str, *fields: str) -> Callable[[F], F]:
        """Register the decorated function for these fields."""

        def register(function: F) -> F:
            self._of.setdefault(key, {}).update(dict.fromkeys(fields, function))
            return function

        return register

    def of(self, key: str) -> Mapping[str, Callable[[Student | None, Actor], Offered]]:
        """By field; empty for a process that offers nothing."""
        return self._of.get(key, {})


#: what may be chosen, and nothing else
choices = FieldHook()
#: what pages offer by name where programs send a code
names = FieldHook()
#: process -> the endpoint of the page where its application begins, where that is no form about a child kept here
start_page: dict[str, str] = {}


@dataclass(frozen=True)
class Panel:
    """A part of a page that a process fills: its template, and what the template is told."""

    template: str
    values: Mapping[str, Any]
    place: Literal["title", "content"] = "content"


#: (actor): beside the opening form
beside_form: Hook[Callable[[Actor], Panel | None]] = Hook()
#: (case, actor): on the page of a case whose content the actor may see
beside_case: Hook[Callable[[Case, Actor], Sequence[Panel]]] = Hook()
#: (case): what the card of a case's list says, in place of how many were registered; its values name the `address` of
#: the list's own page, and the `words` that lead there
list_panel: Hook[Callable[[Case], Panel | None]] = Hook()

# ── for programs ─────────────────────────────────────────────────────────────────────────────────────────────────────

#: (case, positions): what programs read of the rows of a list besides, by position
row_fields: Hook[Callable[[Case, Sequence[int]], Mapping[int, Mapping[str, Any]]]] = Hook()
#: field -> (case): what programs read of every case whose content they may see; null where it says nothing
case_fields: dict[str, Callable[[Any], Any]] = {}

# ── the clock ────────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Job:
    """What the clock does besides its own: counted under a name, and told in words."""

    name: str
    words: str
    work: Callable[[dt.datetime], int]


jobs: list[Job] = []


def job(name: str, words: str) -> Callable[[F], F]:
    """Register what the clock does besides: asked with the moment, it says how many things it has done."""

    def register(function: F) -> F:
        jobs.append(Job(name, words, function))
        return function

    return register
