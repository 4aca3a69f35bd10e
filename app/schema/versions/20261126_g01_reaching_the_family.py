"""After the lock a school may write how the family is reached, where the policy leaves it that, and nothing else."""

from alembic import op

revision = "g01"
down_revision = "u02"
branch_labels = None
depends_on = None

DATA = "no change of basic data without a case that may"
CHILD = "OLD.student_id"
#: as revision d03 has it: the cohort of the child's last enrolment is closed
LOCKED = (
    f"EXISTS (SELECT 1 FROM enrolment WHERE enrolment.student_id = {CHILD} AND enrolment.epoch ="
    f" (SELECT MAX(epoch) FROM enrolment AS newest WHERE newest.student_id = {CHILD}) AND EXISTS"
    " (SELECT 1 FROM lock_snapshot WHERE lock_snapshot.case_id IS NULL AND ((lock_snapshot.school_id IS NULL AND"
    " lock_snapshot.entry_year >= enrolment.entry_year) OR (lock_snapshot.school_id = enrolment.school_id AND"
    " lock_snapshot.entry_year = enrolment.entry_year))))"
)
#: 2010: a new pupil's data wait for the superior until the next cohort has closed; fields stand in `correction.dmn`
LEFT_TO_THE_SCHOOL = (
    "(cases.profile <> 'zj-2010' OR EXISTS (SELECT 1 FROM lock_snapshot WHERE lock_snapshot.school_id IS NULL AND"
    " lock_snapshot.entry_year > (SELECT MAX(enrolment.entry_year) FROM enrolment"
    f" WHERE enrolment.student_id = {CHILD})))"
)


def under_a_case(correction: str) -> str:
    """An open case of the child whose process may write its data, or one that settles it with another record."""
    second = (
        "EXISTS (SELECT 1 FROM contest WHERE contest.student_id = cases.student_id"
        f" AND contest.other_id = {CHILD} AND contest.cleared_at IS NULL)"
    )
    return (
        f"EXISTS (SELECT 1 FROM cases WHERE cases.status <> 'closed' AND ((cases.student_id = {CHILD} AND"
        " (cases.process_key IN ('locked_correction', 'key_correction', 'contested_record', 'reversal')"
        f" OR (cases.process_key = 'correction' AND {correction})))"
        f" OR (cases.process_key = 'contested_record' AND {second})))"
    )


#: name -> columns, what is refused
GUARDS = {
    "guardian_changed": ("id, student_id, name, relation", f"{LOCKED} AND NOT {under_a_case('FALSE')}"),
    "guardian_reached": ("phone", f"{LOCKED} AND NOT {under_a_case(LEFT_TO_THE_SCHOOL)}"),
}


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute("DROP TRIGGER guardian_changed" if sqlite else "DROP TRIGGER guardian_changed ON guardian")
    for name, (columns, refused) in GUARDS.items():
        event = f"BEFORE UPDATE OF {columns} ON guardian FOR EACH ROW"
        if sqlite:
            op.execute(f"CREATE TRIGGER {name} {event} WHEN {refused} BEGIN SELECT RAISE(ABORT, '{DATA}'); END")
            continue
        op.execute(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {refused}"
            f" THEN RAISE EXCEPTION '{DATA}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} {event} EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
