"""What children whose cases were walked have left in the database: the patterns of all others."""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app import clock
from app.cases.models import Case
from app.database import Model, db, execute
from app.demo.scale.kinds import Kind
from app.demo.scale.stamps import Sheet, Stamp, content, instant, number, stamp, text
from app.demo.scale.walks import GRADE, Walked
from app.demo.walking import People
from app.divisions.models import Office
from app.students.models import Directive, Guardian
from workflows.routing import ROLES

ELSEWHERE = frozenset(
    {"attachment", "audit_chain", "audit_event", "case_office", "figure_entry", "name_part", "submission"}
)
#: columns that are the child's own, whoever's pattern it follows
PERSONAL = {
    ("student", "name"): text("name"),
    ("student", "sex"): text("sex"),
    ("student", "born_on"): text("born_on"),
    ("student", "main_number"): content("main_number"),
    ("student", "main_number_hash"): text("number_hash"),
    ("student", "main_number_masked"): text("number_masked"),
    ("student", "household_division"): text("household"),
    ("number_reservation", "number_hash"): text("number_hash"),
    ("guardian", "name"): text("guardian"),
    ("guardian", "phone"): content("phone"),
    ("enrolment", "grade"): text("grade"),
    ("enrolment", "stage"): text("stage"),
    ("enrolment", "entry_year"): number("entry_year"),
    ("directive", "number"): text("directive_number"),
    ("directive", "signature"): content("signature"),
}
NUMBERS = {  # by their kind
    "stage": {"value": text("stage_number")},
    "card": {"value": text("card")},
    "national": {
        "number": content("national"),
        "number_hash": text("national_hash"),
        "number_masked": text("national_masked"),
    },
}


@dataclass
class Life:
    """A pattern: the rows of one child and its case, and what they take to be filled in."""

    kind: Kind
    stamps: list[Stamp]
    instants: dict[str, tuple[dt.datetime, bool]]  # by gap; True: it moves with the hour, False: with the day alone
    day: dt.date  # of everything that was done
    route: list[
        str | int
    ]  # the offices of the case's route and its applicant: gaps, or ids where everybody has the same
    directive: dict[str, Any] | None = None  # gaps and values of what its signature covers

    @functools.cached_property
    def sheet(self) -> Sheet:
        """All its rows."""
        return Sheet(self.stamps)

    @functools.cached_property
    def without_card(self) -> Sheet:
        """All but the number of a card, which the eldest do not have."""
        return Sheet(each for each in self.stamps if "%(card)s" not in each.line)

    @property
    def many(self) -> Counter[str]:
        """How many rows of each table it has."""
        return Counter(each.table for each in self.stamps)


def lives_of(walked: Sequence[Walked], people: People) -> list[Life]:
    """What each of them has left in the database, as patterns."""
    users = {actor.user_id: (office, duty) for (office, duty), actor in people.items()}
    return [_Pattern(each, users).life() for each in walked]


class _Pattern:
    """Makes a life of the rows that one walked case and its child have left."""

    def __init__(self, walked: Walked, users: dict[int | None, tuple[int, str]]) -> None:
        self.walked, self.users = walked, users
        child, case = walked.child, db.session.get_one(Case, walked.case_id)
        concerned = {case.applicant_office_id, *(step.office_id for step in case.route)}
        route = [walked.offices.get(each, each) for each in sorted(concerned)]
        self.life_ = Life(walked.kind, [], {}, clock.local(case.opened_at).date(), route)
        self.ids: dict[tuple[str, int], str] = {("student", child.id): "child", ("cases", case.id): "case"}
        guardian = db.session.scalars(sa.select(Guardian.name).where(Guardian.student_id == child.id)).one()
        offices = [(db.session.get_one(Office, key), gap) for key, gap in walked.offices.items()]
        self.divisions = {office.division_code: gap for office, gap in offices}
        said = [(case.number, "number"), (child.name, "name"), (guardian, "guardian")]
        said += [(self.life_.day.isoformat(), "day")]
        directive = db.session.scalars(sa.select(Directive.number).where(Directive.case_id == case.id)).one_or_none()
        said += [(directive, "directive_number")] if directive else []
        for office, gap in offices:
            said += [(office.name, f"{gap}_name"), (office.code, f"{gap}_code")]
        self.texts = sorted(said, key=lambda each: -len(each[0]))
        self.started = dt.date(child.entry_year, 9, 1)

    def life(self) -> Life:
        rows = [(table, dict(row)) for table in Model.metadata.sorted_tables for row in self._rows(table)]
        counted: Counter[str] = Counter()
        for table, row in rows:
            if "id" in row and (table.name, row["id"]) not in self.ids:
                self.ids[table.name, row["id"]] = f"{table.name}_{counted[table.name]}"
                counted[table.name] += 1
        for table, row in rows:
            marked = {column.name: self._marked(column, row) for column in table.columns}
            self.life_.stamps.append(stamp(table, marked))
            if table.name == "directive":
                self.life_.directive = {**row, **marked}
        return self.life_

    def _rows(self, table: sa.Table) -> Iterator[Any]:
        """The child's rows and the case's, in the order of their keys; not those of a case that follows."""
        if table.name in ELSEWHERE:
            return
        child, mine = self.walked.child, {"student": "id", "cases": "id"}.get(table.name)
        key = self.walked.case_id if table.name == "cases" else child.id
        if mine:
            where = f"{mine} = {key}"
        elif "case_id" in table.c and "student_id" in table.c:
            where = f"student_id = {child.id} AND case_id IN ({self.walked.case_id}, {child.takeover})"
        elif "case_id" in table.c and "archive_id" not in table.c:
            where = f"case_id = {self.walked.case_id}"
        elif "archive_id" in table.c or "student_id" in table.c:
            where = f"{'archive_id' if 'archive_id' in table.c else 'student_id'} = {child.id}"
        else:
            return
        order = ", ".join(column.name for column in table.primary_key)
        yield from execute(sa.text(f'SELECT * FROM "{table.name}" WHERE {where} ORDER BY {order}')).mappings()

    def _marked(self, column: sa.Column[Any], row: dict[str, Any]) -> Any:
        value, table = row[column.name], column.table.name
        if value is None:
            return None
        if (table, column.name) in PERSONAL:
            return PERSONAL[table, column.name]
        if table == "student_number" and column.name in NUMBERS[row["kind"]]:
            return NUMBERS[row["kind"]][column.name]
        match value:
            case dt.datetime():
                return self._instant(value, column.name)
            case dt.date():
                return self._date(value, column.name, row)
            case str():
                return self._text(value, column.name)
            case bool():
                return value
            case int():
                return self._number(value, column, table)
        return value

    def _instant(self, value: dt.datetime, column: str) -> str:
        known = self.life_.instants
        moved = (value, column not in ("deadline", "expires_at"))
        gap = next((each for each, its in known.items() if its == moved), f"instant_{len(known)}")
        known[gap] = moved
        return instant(gap)

    def _date(self, value: dt.date, column: str, row: dict[str, Any]) -> Any:
        if value == self.started or (column == "recorded_on" and row["starts_on"] == self.started):
            return text("started")
        return text("day") if value == self.life_.day else value

    def _number(self, value: int, column: sa.Column[Any], table: str) -> Any:
        if column.primary_key and len(column.table.primary_key) == 1 and not column.foreign_keys:
            return number(self.ids[table, value])
        for key in column.foreign_keys:
            match key.column.table.name:
                case "office" | "school":
                    return number(self.walked.offices[value]) if value in self.walked.offices else value
                case "app_user":
                    office, duty = self.users[value]
                    return number(f"{self.walked.offices[office]}_{duty}")
                case "school_class":
                    return number("school_class")
                case "cases" if value == self.walked.child.takeover:
                    return number("takeover")
                case other if (other, value) in self.ids:
                    return number(self.ids[other, value])
        return value

    def _text(self, value: str, column: str) -> str:
        if column == "owner_division":
            return text(f"{self.divisions[value]}_division")
        for said, gap in self.texts:
            value = value.replace(said, text(gap))
        value = value.replace(f'"grade":"{GRADE}"', f'"grade":"{text("grade")}"')
        return re.sub(r'"([a-z_]+)":(\d+)\b', self._number_in_json, value)

    def _number_in_json(self, found: re.Match[str]) -> str:
        name, value = found[1], int(found[2])
        gap = None
        if name == "student" and value == self.walked.child.id:
            gap = "child"
        elif name == "school" or name in ROLES:
            gap = self.walked.offices.get(value)
        return f'"{name}":{text(gap)}' if gap else found[0]
