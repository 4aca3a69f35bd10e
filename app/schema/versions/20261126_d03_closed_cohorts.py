"""Registrations that go on as 补录, and the guards of a closed cohort: its proofs, its children, their data."""

import sqlalchemy as sa
from alembic import op

revision = "d03"
down_revision = "d02"
branch_labels = None
depends_on = None


def proof_of(year: str, school: str) -> str:
    """The proof that a lock has fallen on a cohort: of the province, or of a school that has written since."""
    return (
        "SELECT 1 FROM lock_snapshot WHERE lock_snapshot.case_id IS NULL AND ((lock_snapshot.school_id IS NULL AND"
        f" lock_snapshot.entry_year >= {year}) OR (lock_snapshot.school_id = {school} AND lock_snapshot.entry_year ="
        f" {year}))"
    )


def locked(child: str) -> str:
    """The cohort of the child's last enrolment is closed."""
    last = f"(SELECT MAX(epoch) FROM enrolment AS newest WHERE newest.student_id = {child})"
    return (
        f"EXISTS (SELECT 1 FROM enrolment WHERE enrolment.student_id = {child} AND enrolment.epoch = {last}"
        f" AND EXISTS ({proof_of('enrolment.entry_year', 'enrolment.school_id')}))"
    )


def under_a_case(child: str, correction: str) -> str:
    """An open case of the child whose process may write its data, or one that settles it with another record."""
    second = (
        "EXISTS (SELECT 1 FROM contest WHERE contest.student_id = cases.student_id"
        f" AND contest.other_id = {child} AND contest.cleared_at IS NULL)"
    )
    return (
        f"EXISTS (SELECT 1 FROM cases WHERE cases.status <> 'closed' AND ((cases.student_id = {child} AND"
        " (cases.process_key IN ('locked_correction', 'key_correction', 'contested_record', 'reversal')"
        f" OR (cases.process_key = 'correction' AND {correction})))"
        f" OR (cases.process_key = 'contested_record' AND {second})))"
    )


BASIC = "name, sex, born_on, ethnic_group, document_type, main_number_hash, household_division"
LATE = "('registration_primary','registration_stage','home_return','recruitment_roster')"
DATA = "no change of basic data without a case that may"
#: 2010: a new pupil's data wait for the superior until the next cohort has closed; fields stand in `correction.dmn`
LEFT_TO_THE_SCHOOL = (
    f"(cases.profile <> 'zj-2010' OR NOT {locked('NEW.id')} OR EXISTS (SELECT 1 FROM lock_snapshot WHERE"
    " lock_snapshot.school_id IS NULL AND lock_snapshot.entry_year > (SELECT MAX(enrolment.entry_year) FROM enrolment"
    " WHERE enrolment.student_id = NEW.id)))"
)
#: name -> event, what is refused, the message
GUARDS = {
    # as revision 0010d has it; the lock is the school's proof too, and a child that has left is locked with its cohort
    "student_basic_data": (
        f"UPDATE OF {BASIC} ON student",
        f"NOT {under_a_case('NEW.id', 'NOT ' + locked('NEW.id'))}",
        DATA,
    ),
    "student_particulars": (
        "UPDATE OF particulars ON student",
        f"NOT {under_a_case('NEW.id', LEFT_TO_THE_SCHOOL)}",
        DATA,
    ),
    "guardian_added": (
        "INSERT ON guardian",
        f"{locked('NEW.student_id')} AND NOT {under_a_case('NEW.student_id', 'FALSE')}",
        DATA,
    ),
    "guardian_changed": (
        "UPDATE ON guardian",
        f"{locked('OLD.student_id')} AND NOT {under_a_case('OLD.student_id', 'FALSE')}",
        DATA,
    ),
    "guardian_removed": (
        "DELETE ON guardian",
        f"{locked('OLD.student_id')} AND NOT {under_a_case('OLD.student_id', 'FALSE')}",
        DATA,
    ),
    "enrolment_after_lock": (
        "INSERT ON enrolment",
        f"EXISTS (SELECT 1 FROM cases WHERE cases.id = NEW.case_id AND cases.process_key IN {LATE}"
        f" AND cases.late_at IS NULL) AND EXISTS ({proof_of('NEW.entry_year', 'NEW.school_id')})",
        "into a closed cohort a child comes by a late registration alone",
    ),
    "enrolment_is_kept": ("DELETE ON enrolment", "TRUE", "an enrolment is ended, never deleted"),
    "lock_snapshot_stays": ("UPDATE ON lock_snapshot", "TRUE", "the proof of a lock never changes"),
    "lock_snapshot_is_kept": ("DELETE ON lock_snapshot", "TRUE", "the proof of a lock never changes"),
}


def upgrade() -> None:
    op.add_column("cases", sa.Column("late_at", sa.DateTime(timezone=True), nullable=True))
    sqlite = op.get_bind().dialect.name == "sqlite"
    if sqlite:
        op.execute("DROP TRIGGER student_basic_data")
    for name, (event, refused, message) in GUARDS.items():
        if sqlite:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW WHEN {refused}"
                f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
            continue
        row = "OLD" if event.startswith("DELETE") else "NEW"
        op.execute(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {refused}"
            f" THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF; RETURN {row}; END $$"
        )
        if name != "student_basic_data":
            op.execute(f"CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
