"""Contested records, and the two guards that must know of the second child of one case."""

import sqlalchemy as sa
from alembic import op

revision = "0010d"
down_revision = "0010c"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE student ADD COLUMN merged_into_id INTEGER"
        " CONSTRAINT fk_student_merged_into_id REFERENCES student (id)"
    )
    op.create_index("ix_student_merged_into_id", "student", ["merged_into_id"])
    op.create_table(
        "contest",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=True),
        sa.Column(
            "kind",
            sa.Enum(
                "same_person",
                "wrong_number",
                "no_number",
                name="contestkind",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("explanation", sa.String(length=500), nullable=False),
        sa.Column("marked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("marked_by_id", sa.Integer(), nullable=False),
        sa.Column(
            "remedy",
            sa.Enum("evidence", "merge", "separate", name="remedy", native_enum=False, create_constraint=True),
            nullable=True,
        ),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.CheckConstraint("(cleared_at IS NULL) = (remedy IS NULL)", name=op.f("ck_contest_remedy_when_cleared")),
        sa.CheckConstraint("(cleared_at IS NULL) = (case_id IS NULL)", name=op.f("ck_contest_case_when_cleared")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_contest_case_id"),
        sa.ForeignKeyConstraint(["marked_by_id"], ["office.id"], name="fk_contest_marked_by_id"),
        sa.ForeignKeyConstraint(["other_id"], ["student.id"], name="fk_contest_other_id"),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name="fk_contest_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_contest"),
    )
    open_contest = sa.text("cleared_at IS NULL")
    op.create_index(
        "uq_contest_one_open",
        "contest",
        ["student_id"],
        unique=True,
        sqlite_where=open_contest,
        postgresql_where=open_contest,
    )
    op.create_index("ix_contest_other_id", "contest", ["other_id"])
    let_a_case_settle_two_records()


#: the other child of an open contest, while the case that settles it is open
SECOND = (
    "EXISTS (SELECT 1 FROM contest WHERE contest.student_id = cases.student_id AND contest.other_id = {child}"
    " AND contest.cleared_at IS NULL)"
)
#: as revision 0002 has it, and the second child
ENROLMENT = (
    "SELECT 1 FROM cases WHERE cases.id = NEW.case_id AND cases.status <> 'closed' AND (cases.student_id IS NULL"
    " OR cases.student_id = NEW.student_id OR (cases.process_key = 'contested_record' AND "
    + SECOND.format(child="NEW.student_id")
    + "))"
)
#: as revision 0005 has it, and the second child
BASIC_DATA = (
    "SELECT 1 FROM cases WHERE cases.status <> 'closed' AND ((cases.student_id = NEW.id AND (cases.process_key IN"
    " ('locked_correction', 'key_correction', 'contested_record', 'reversal') OR (cases.process_key = 'correction'"
    " AND NOT EXISTS (SELECT 1 FROM enrolment JOIN lock_snapshot ON lock_snapshot.school_id IS NULL"
    " AND lock_snapshot.entry_year >= enrolment.entry_year"
    " WHERE enrolment.student_id = NEW.id AND enrolment.ends_on IS NULL))))"
    " OR (cases.process_key = 'contested_record' AND " + SECOND.format(child="NEW.id") + "))"
)
GUARDS = (
    (
        "enrolment_needs_case",
        "UPDATE OF school_id, grade, standing, starts_on, ends_on ON enrolment",
        ENROLMENT,
        "no change of enrolment without an open case",
    ),
    (
        "student_basic_data",
        "UPDATE OF name, sex, born_on, ethnic_group, document_type, main_number_hash, household_division ON student",
        BASIC_DATA,
        "no change of basic data without a case that may",
    ),
)


def let_a_case_settle_two_records() -> None:
    """Merging two records of one child ends the one under the case of the other."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, event, allowed, message in GUARDS:
        if sqlite:
            op.execute(f"DROP TRIGGER {name}")
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW WHEN NOT EXISTS ({allowed})"
                f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        else:
            op.execute(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                f" IF NOT EXISTS ({allowed}) THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation';"
                " END IF; RETURN NEW; END $$"
            )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
