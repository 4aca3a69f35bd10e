"""问题学籍: mark a record, alone or with another; settle it under a case: proved, merged, or corrected."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor
from app.database import db
from app.divisions.models import Office
from app.errors import InvalidInput, Objected, Stale
from app.schools.operations import free_seat
from app.students.models import Archive, ArchiveEntry, Section, Standing, Student
from app.students.models.contests import REMEDY_NAMES, Contest, ContestKind, Remedy
from app.students.operations.changes import change, end_suspensions, write_change
from app.students.operations.context import CaseContext
from app.students.operations.corrections import correct_key
from app.students.operations.locking import proved
from app.students.queries import keeps, open_contest_of
from app.students.rules.contests import objections_to_marking, objections_to_remedy
from app.students.rules.permissions import why_not_mark
from app.web import objections as form_objections

CODE = "ZG"  # 问题学籍处理
EXPLANATION = {"type": "string", "title": "情况说明", "minLength": 1, "maxLength": 500, "x-widget": "textarea"}
EXPLAINED = {"type": "object", "properties": {"explanation": EXPLANATION}, "required": ["explanation"]}


def mark(student: Student, kind: str, explanation: str, other: Student | None, *, actor: Actor) -> Contest:
    """Mark a record as contested, and the other one with it: nothing else is begun for them until it is settled.

    Raises NotTheKeeperOfTheRecord, or Objected with everything against it.
    """
    if refusal := why_not_mark(actor, kept=keeps(actor, student)):
        raise refusal
    objections = list(objections_to_marking(student, other, kind))
    if kind not in set(ContestKind):
        objections.append(InvalidInput(sentence="请选择问题类别。", field="kind"))
    objections += form_objections(EXPLAINED, {"explanation": explanation.strip()})
    if objections:
        raise Objected(objections)
    contest = Contest(
        student_id=student.id,
        other_id=other.id if other else None,
        kind=ContestKind(kind),
        explanation=explanation.strip(),
        marked_at=clock.now(),
        marked_by_id=actor.office_id,
    )
    db.session.add(contest)
    try:
        db.session.flush()
    except sa.exc.IntegrityError as error:  # two marked it at once
        raise Stale() from error
    for each in (student, other):
        if each is not None:
            each.contested = True
            audit.record("students/contest", f"student:{each.id}", actor=actor, after={"kind": kind})
    return contest


def settle(context: CaseContext) -> None:
    """Do what the offices have agreed to, and clear the mark of both records (code ZG).

    Raises what stands against it by now, NumberTaken (E-DUP-01), Stale.
    """
    context.claim()
    asked = context.application
    contest = open_contest_of(context.child, for_update=True)
    student = db.session.get_one(Student, context.child, with_for_update=True, populate_existing=True)
    for objection in objections_to_remedy(contest, student, asked):
        raise objection
    if contest is None:
        raise Stale()
    remedy = Remedy(asked["remedy"])
    if remedy is Remedy.MERGE:
        _merge(context, contest, student)
    elif remedy is Remedy.SEPARATE:
        correct_key(context)
    contested = [each for each in (student, contest.other) if each is not None]
    for each in contested:
        each.contested = False
    db.session.flush()
    for each in contested:
        _note(context, contest, each, remedy)
    contest.remedy, contest.cleared_at, contest.case_id = remedy, clock.now(), context.case_id


def _merge(context: CaseContext, contest: Contest, student: Student) -> None:
    """One of two records is kept; the other one is closed, its dossier goes over, and it points at the kept one."""
    asked, other = context.application, contest.other
    if other is None:
        raise Stale()
    kept, lost = (student, other) if asked["keeps"] == "this" else (other, student)
    present = kept.open_enrolment or kept.last_enrolment
    if present is None:
        raise Stale()
    with proved(context, present.entry_year, present.school_id, {kept.id: ["main_number"], lost.id: None}):
        _close(replace(context, student_id=lost.id), lost)
        if (asked["number_of"] == "this") != (kept is student):
            _swap_numbers(kept, lost)
    _hand_over_dossier(kept, lost)
    lost.merged_into_id = kept.id
    audit.record(
        "students/merge",
        f"student:{lost.id}",
        actor=context.actor,
        after={"into": kept.id, "case": context.number},
    )


def _close(context: CaseContext, lost: Student) -> None:
    enrolment: Any = lost.open_enrolment
    if enrolment is None:
        return
    today = clock.today()
    change(context, enrolment, CODE, on=today, standing=Standing.CLOSED)
    free_seat(enrolment.school_id, enrolment.stage, enrolment.entry_year)
    end_suspensions(enrolment.id, today)


def _swap_numbers(kept: Student, lost: Student) -> None:
    """The kept record gets the number that is right; the closed one keeps the other, so that both are still found."""
    right = (lost.main_number, lost.main_number_hash, lost.main_number_masked)
    wrong = (kept.main_number, kept.main_number_hash, kept.main_number_masked)
    lost.main_number_hash = f"merging {lost.id}"
    db.session.flush()  # nobody has two numbers, not even for a moment
    kept.main_number, kept.main_number_hash, kept.main_number_masked = right
    db.session.flush()
    lost.main_number, lost.main_number_hash, lost.main_number_masked = wrong
    db.session.flush()


def _hand_over_dossier(kept: Student, lost: Student) -> None:
    if kept.archive is None or lost.archive is None:
        return
    db.session.execute(
        sa.update(ArchiveEntry)
        .where(ArchiveEntry.archive_id == lost.archive.id)
        .values(archive_id=kept.archive.id, owner_division=kept.archive.owner_division)
    )
    db.session.execute(sa.update(Archive).where(Archive.id == kept.archive.id).values(version=Archive.version + 1))


def _note(context: CaseContext, contest: Contest, child: Student, remedy: Remedy) -> None:
    """The change entry and the proof in the dossier, of a record that stays."""
    enrolment = child.open_enrolment or child.last_enrolment
    if enrolment is None or child.merged_into_id is not None:
        return
    write_change(
        replace(context, student_id=child.id),
        enrolment.epoch,
        enrolment.school_id,
        enrolment.owner_division,
        CODE,
        clock.today(),
        {"contested": contest.kind.value},
        {"contested": "", "remedy": remedy.value},
    )
    if child.archive is None:
        return
    office = db.session.get_one(Office, context.actor.office_id)
    db.session.add(
        ArchiveEntry(
            archive_id=child.archive.id,
            section=Section.PROOF,
            dated=clock.today(),
            title=f"问题学籍处理：{REMEDY_NAMES[remedy]}",
            body=f"{context.application['explanation']}证明材料：{context.application['proof']}",
            signed_by=office.short_name[:40],
            signed_at_office_id=office.id,
            owner_division=child.archive.owner_division,
            case_id=context.case_id,
        )
    )
