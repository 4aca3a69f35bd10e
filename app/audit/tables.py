"""Which tables are sealed, which columns are not, and what of a record never changes. Named here, for every package."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.database import Model, UtcDateTime
from app.encryption import Sealed

#: neither acts nor what they made: the chain itself, sessions, counters, drafts, what only holds for a moment, and what
#: triggers derive of sealed rows
UNSEALED = frozenset(
    {
        "audit_chain",
        "audit_event",
        "case_office",
        "case_person",
        "column_choice",
        "delivery",
        "draft_file",
        "failed_sign_in",
        "figure",
        "figure_entry",
        "form_draft",
        "import_caption",
        "import_file",
        "import_row",
        "kept_student",
        "known_place",
        "name_part",
        "notification_preference",
        "number_reservation",
        "phrase",
        "process_draft",
        "rate_limit",
        "saved_list",
        "school_name_part",
        "series",
        "sign_in",
        "star",
        "submission",
        "task_claim",
        "unsent_form",
    }
)
#: columns in which the clock and the post keep their marks, without an act
MARKS = {
    "app_user": {"use_asked_at"},
    "message_out": {"sent_at", "attempts", "next_attempt_at", "fault"},
    "notice": {"read_at", "passed_on_at"},
    "suspension": {"reminded_at"},
    "task": {"reminded_at", "remind_at", "escalated_at", "seen_at", "urged_at", "returned"},
}
#: the record of an act: these columns never change and the row is never deleted
RECORDS = {
    "acceptance": "case_id, task_id, kind, office_id, user_id, lacks, reason, at",
    "advice": "task_id, kind, asked_by_id, of_user_id, question, asked_at",
    "app_user": "username",
    "archive_entry": "section, dated, title, body, signed_by, signed_at_office_id",
    "attachment": "case_id, task_id, name, media_type, size, sha256, office_id, added_by, added_at",
    "case_comment": "case_id, office_id, user_id, scope, text, at",
    "case_copy": "case_id, office_id, by_office_id, by_user_id, remark, at",
    "case_migration": "process_key, from_id, to_id, mapping, reason, rehearsal, proposed_by_id, proposed_at",
    "case_move": "case_id, task_id, from_key, from_name, to_key, to_name, reason, proposed_by_id, proposed_at",
    "cases": "number, process_key, profile, opened_by, opened_at, follows_id",
    "certificate": "kind, number, student_id, enrolment_id, issued_on, case_id",
    "change": "case_id, student_id, epoch, code, school_id, owner_division, effective_on, recorded_at, before, after,"
    " reverses_id",
    "class_check": "case_id, school_id, year, term, grade, class_number, teacher, listed, present, unlisted, digest",
    "contest": "student_id, other_id, kind, explanation, marked_at, marked_by_id",
    "decision": "case_id, task_id, key, office_id, user_id, outcome, reason_code, opinion, form, at, state_before,"
    " clocks_before",
    "directive": "number, kind, student_id, archive_id, archive_version, from_office_id, to_school_id, issuer_id,"
    " issued_by, case_id, issued_at, expires_at, signature",
    "failed_decision": "case_id, task_id, cause, code, detail, since",
    "filing": "plan_id",
    "joint_answer": "task_id, user_id, outcome, reason_code, opinion, at",
    "hand_over": "task_id, from_user_id, to_user_id, reason, at",
    "halt": "process_key, case_id, reason, since, by_id",
    "left_out": "case_id, student_id, grade, because",
    "lock_postponement": "case_id",
    "message_in": "reference, province, kind, body, answers, received_at",
    "message_out": "reference, province, kind, body, answers, case_id, written_at",
    "migrated_case": "migration_id, case_id",
    "notice": "case_id, task_id, office_id, kind, text, at, supervision_id",
    "office_setting": "kind, process_key, office_id, value, starts_on, note, set_by_id, set_at",
    "plan": "case_id, kind, stage, entry_year, source_id",
    "post": "user_id, office_id, duty, starts_on",
    "post_proposal": "kind, office_id, username, name, duty, starts_on, ends_on, post_id, successor_id, reason,"
    " proposed_by_id, proposed_at",
    "pre_review": "task_id, user_id, recommendation, opinion, at",
    "process_variant": "process_key, office_id",
    "process_version": "process_key, office_id, based_on_id, number, checksum, files, forms, published_at,"
    " published_by, drawn_by, note",
    "proposal": "draft_id, process_key, base_id, files, checksum, editor_ids, note, proposed_by_id, proposed_at",
    "proof": "number, student_id, enrolment_id, purpose, stated, issued_by, issued_at, valid_until",
    "quota_entry": "kind, seats, case_id, at",
    "quota_version": "total, before, basis, case_id, set_at",
    "reorganisation": "office_id, kind, successor_id, effective_on, basis, before, after, case_id",
    "step_back": "case_id, kind, task_id, from_task_id, office_id, user_id, reason, at",
    "supervision": "case_id, task_id, office_id, user_id, opinion, at",
    "suspension": "student_id, certificate, starts_on",
    "task": "case_id, run_task, key",
}
#: what only moves forward: table -> columns, when an update of them is refused; an open case and its open tasks pass
#: to whoever comes after a school that is merged or closed, a closed one and an ended one stay where they were
FORWARD = {
    "advice": (
        "opinion, answered_at, withdrawn_at",
        "(OLD.answered_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL) AND (NEW.opinion <> OLD.opinion"
        " OR NEW.answered_at IS DISTINCT FROM OLD.answered_at OR NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at)",
    ),
    "case_move": ("status", "OLD.status <> 'proposed' AND NEW.status <> OLD.status"),
    "cases": (
        "status, outcome, closed_at, applicant_office_id, version_id",
        "OLD.status = 'closed' AND (NEW.status <> 'closed' OR NEW.outcome <> OLD.outcome"
        " OR NEW.closed_at <> OLD.closed_at OR NEW.applicant_office_id <> OLD.applicant_office_id"
        " OR NEW.version_id IS DISTINCT FROM OLD.version_id)",
    ),
    "decision": ("undone_id", "OLD.undone_id IS NOT NULL AND NEW.undone_id IS DISTINCT FROM OLD.undone_id"),
    "directive": ("status", "OLD.status <> 'issued' AND NEW.status <> OLD.status"),
    "filing": ("number, accepted_at", "OLD.number IS NOT NULL AND (NEW.number IS NULL OR NEW.number <> OLD.number)"),
    "joint_answer": (
        "taken_back_at",
        "OLD.taken_back_at IS NOT NULL AND NEW.taken_back_at IS DISTINCT FROM OLD.taken_back_at",
    ),
    "plan": ("status", "OLD.status = 'ended' AND NEW.status <> 'ended'"),
    "post_proposal": ("status", "OLD.status <> 'open' AND NEW.status <> OLD.status"),
    "proposal": ("status, version_id", "OLD.status <> 'open' AND NEW.status <> OLD.status"),
    "task": (
        "status, arrived_at",
        "OLD.status <> 'open' AND (NEW.status <> OLD.status OR NEW.arrived_at <> OLD.arrived_at)",
    ),
}


@dataclass(frozen=True)
class SealedTable:
    """A sealed table: its keys and the columns that its digests cover, in the order of their names."""

    table: sa.Table
    keys: tuple[sa.Column[Any], ...]
    columns: tuple[sa.Column[Any], ...]

    @property
    def name(self) -> str:
        return str(self.table.name)

    @property
    def term(self) -> str:
        """What the table holds, in Chinese: its model's docstring opens with it."""
        return _terms().get(self.name, self.name)

    @property
    def marks(self) -> bool:
        """True when some columns are not sealed."""
        return self.name in MARKS


def sealed_tables() -> dict[str, SealedTable]:
    """Every sealed table by name; a new one is sealed unless it is named in UNSEALED."""
    return _sealed_tables(len(Model.metadata.tables))


@functools.lru_cache(maxsize=2)
def _sealed_tables(_tables: int) -> dict[str, SealedTable]:
    return {
        name: SealedTable(
            table,
            tuple(table.primary_key.columns),
            tuple(sorted((c for c in table.c if c.name not in MARKS.get(name, ())), key=lambda c: c.name)),
        )
        for name, table in sorted(Model.metadata.tables.items())
        if name not in UNSEALED
    }


@functools.lru_cache(maxsize=1)
def _terms() -> dict[str, str]:
    return {
        str(mapper.local_table.name): (mapper.class_.__doc__ or "").partition(" – ")[0]  # type: ignore[attr-defined]
        for mapper in Model.registry.mappers
    }


def kind_of(column: sa.Column[Any]) -> str:
    """How a value of that column is brought to a form that is the same on both engines."""
    if isinstance(column.type, UtcDateTime):
        return "instant"
    if isinstance(column.type, sa.LargeBinary | Sealed):
        return "bytes"
    return "yes or no" if isinstance(column.type, sa.Boolean) else "plain"
