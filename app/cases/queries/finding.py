"""Finding cases in a long list: by number, by the child's name, by process.

Where few rows answer, they are found first and looked up in the list; where many do, the list is read in its order and
each line is asked, until the page is full. Either way a page reads some thousand rows at most, whatever the list holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.access import Actor
from app.cases.models import Case, CaseOffice
from app.database import db, table
from app.divisions.queries import named_like
from app.students.models.names import NamePart, range_of
from app.students.queries.lookups import are_few, look_up, looks_up
from app.students.queries.search import bearers_of
from app.web import canonical

SCHOOLS = 50  # whose name holds what was typed


@dataclass(frozen=True)
class Found:
    """A condition of a list.

    cases -- the ids of the cases that meet it, wherever they stand, when they are few
    of_line -- not every line of such a case meets it
    """

    condition: sa.ColumnElement[bool]
    cases: sa.Select[Any] | None = None
    of_line: bool = False


def page_of(
    query: sa.Select[Any],
    case_id: Any,
    found: Sequence[Found | None],
    order: Sequence[sa.UnaryExpression[Any]],
    limit: int,
) -> sa.Subquery:
    """The first lines of a list that meet the conditions, by the columns of `order`, which the query selects.

    case_id -- the query's column of the case
    """
    asked = [each for each in found if each is not None]
    driving = next((each for each in asked if each.cases is not None), None)
    if driving and driving.cases is not None and looks_up():
        query = query.where(*(each.condition for each in asked if each is not driving or each.of_line))
        lines = look_up(driving.cases, lambda key: query.where(case_id == key))
        ordered = [_of(lines, each) for each in order]
        return sa.select(lines).order_by(*ordered).limit(limit).subquery()
    return query.where(*(each.condition for each in asked)).order_by(*order).limit(limit).subquery()


def _of(lines: sa.Subquery, term: sa.UnaryExpression[Any]) -> sa.UnaryExpression[Any]:
    column = lines.c[str(term.element.key)]
    return column.desc() if term.modifier is sa.sql.operators.desc_op else column.asc()


def found_by(typed: str, case_id: Any, student_id: Any = None) -> Found | None:
    """The condition that a case is found by its number, by its child's name, first letters or complete number, or by a
    school that has to do with it, whose name or first letters hold what was typed.

    Nothing typed asks nothing. case_id, student_id -- columns of the list; without the latter the case is asked for it.
    """
    if not typed:
        return None
    digits = any(each.isdigit() for each in typed)  # no name of a person holds one
    if digits and (numbered := _numbered(typed)):
        return Found(case_id.in_(numbered))
    schools = list(db.session.scalars(named_like(typed).limit(SCHOOLS)))
    ways = [_at_schools(schools, case_id)] if schools else []
    if not digits:
        ways.append(_of_bearers(typed, case_id, student_id))
    return _any_of(ways) if ways else Found(sa.false())


def _of_bearers(typed: str, case_id: Any, student_id: Any) -> Found:
    """Cases of children whose name, or its first letters, hold what was typed."""
    part = range_of(typed)
    bearers = sa.select(NamePart.student_id).where(part)
    if are_few(bearers):
        return Found(case_id.in_(_cases_of(bearers)), _cases_of(bearers))
    if student_id is None:
        student_id = _of_case(Case.student_id, case_id)
    reads = sa.select(sa.literal(1)).where(NamePart.student_id == student_id, part).limit(1)
    return Found(reads.correlate_except(NamePart).scalar_subquery().is_not(None))


def _any_of(ways: Sequence[Found]) -> Found:
    """What is found in one of several ways: looked up where each of them finds few."""
    if len(ways) == 1:
        return ways[0]
    few = [each.cases for each in ways if each.cases is not None]
    both = sa.select(sa.union(*few).subquery()) if len(few) == len(ways) else None
    return Found(sa.or_(*(each.condition for each in ways)), both)


def _at_schools(schools: Sequence[int], case_id: Any) -> Found:
    """Cases that one of these schools has to do with."""
    listed = table(CaseOffice).alias()
    cases = sa.select(listed.c.case_id).where(listed.c.office_id.in_(schools))
    if are_few(cases):
        return Found(case_id.in_(cases), cases)
    so = sa.select(sa.literal(1)).where(listed.c.office_id.in_(schools), listed.c.case_id == case_id).limit(1)
    return Found(so.correlate_except(listed).scalar_subquery().is_not(None))


def _numbered(typed: str) -> list[int]:
    """The cases of that number and of whoever bears it: few, so they are found before the list is asked."""
    of_bearers = sa.select(Case.id).where(Case.student_id.in_(bearers_of(canonical.code(typed))))
    return list(db.session.scalars(sa.select(Case.id).where(Case.number == typed).union(of_bearers)))


def _cases_of(bearers: sa.Select[Any]) -> sa.Select[Any]:
    cases = table(Case).alias().c
    if not looks_up():
        return sa.select(cases.id).where(cases.student_id.in_(bearers))
    return sa.select(look_up(bearers, lambda student: sa.select(cases.id).where(cases.student_id == student)))


def of_process(process: str | None, actor: Actor, case_id: Any) -> Found | None:
    """The condition that a case that the actor's office sees runs through that process; without one none is asked.

    case_id -- column of the list
    """
    if not process:
        return None
    listed = table(CaseOffice).alias().c
    cases = sa.select(listed.case_id).where(listed.office_id == actor.office_id, listed.process_key == process)
    if are_few(cases):
        return Found(case_id.in_(cases), cases)
    runs = table(Case).alias()
    so = sa.select(sa.literal(1)).where(runs.c.id == case_id, runs.c.process_key == process)
    # not “its process = …”: PostgreSQL takes that for rare, reads the whole list and sorts it
    return Found(so.correlate_except(runs).scalar_subquery().is_not(None))


def _of_case(column: Any, case_id: Any) -> Any:
    cases = table(Case).alias()
    return sa.select(cases.c[column.key]).where(cases.c.id == case_id).correlate_except(cases).scalar_subquery()
