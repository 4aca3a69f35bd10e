"""The September lock and its guard, who was left out, class lists checked, discrepancies, certificates."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    the_lock()
    whole_schools()
    guard_the_basic_data()


def the_lock() -> None:
    op.create_table(
        "lock_postponement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_year", sa.Integer(), nullable=False),
        sa.Column("locks_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_lock_postponement_case_id"),
        sa.PrimaryKeyConstraint("id", name="pk_lock_postponement"),
    )
    op.create_index("ix_lock_postponement_entry_year", "lock_postponement", ["entry_year"])
    op.create_table(
        "lock_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_year", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("rest", sa.String(length=64), nullable=True),
        sa.Column("children", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(case_id IS NULL) = (rest IS NULL)", name=op.f("ck_lock_snapshot_rest_under_a_case")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_lock_snapshot_case_id"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_lock_snapshot_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_lock_snapshot"),
    )
    for name, columns, where in (
        ("uq_lock_snapshot_school", ["entry_year", "school_id"], sa.text("case_id IS NULL")),
        ("uq_lock_snapshot_whole", ["entry_year"], sa.text("school_id IS NULL")),
    ):
        op.create_index(name, "lock_snapshot", columns, unique=True, sqlite_where=where, postgresql_where=where)


def whole_schools() -> None:
    op.create_table(
        "left_out",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(length=2), nullable=False),
        sa.Column("because", choice("leftoutbecause", LEFT_OUT_BECAUSE), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_left_out_case_id"),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name="fk_left_out_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_left_out"),
        sa.UniqueConstraint("case_id", "student_id", name="uq_left_out_case_id_student_id"),
    )
    op.create_table(
        "class_check",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("term", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(length=2), nullable=False),
        sa.Column("class_number", sa.Integer(), nullable=False),
        sa.Column("teacher", sa.String(length=36), nullable=False),
        sa.Column("listed", sa.Integer(), nullable=False),
        sa.Column("present", sa.Integer(), nullable=False),
        sa.Column("unlisted", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.CheckConstraint("present >= 0 AND present <= listed", name=op.f("ck_class_check_present_of_listed")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_class_check_case_id"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_class_check_school_id"),
        sa.PrimaryKeyConstraint("id", name="pk_class_check"),
        sa.UniqueConstraint("case_id", "grade", "class_number", name="uq_class_check_case_id_grade_class_number"),
    )
    op.create_index("ix_class_check_school_id", "class_check", ["school_id"])
    op.create_table(
        "discrepancy",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("kind", choice("discrepancykind", ("record_only", "person_only")), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=36), nullable=False),
        sa.Column("grade", sa.String(length=2), nullable=False),
        sa.Column("class_number", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.Column("settled_how", sa.String(length=200), nullable=False),
        sa.CheckConstraint("(settled_at IS NULL) = (settled_how = '')", name=op.f("ck_discrepancy_settled_how")),
        sa.CheckConstraint(
            "(student_id IS NULL) = (kind = 'person_only')", name=op.f("ck_discrepancy_record_has_student")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_discrepancy_case_id"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_discrepancy_school_id"),
        sa.ForeignKeyConstraint(["settled_by"], ["app_user.id"], name="fk_discrepancy_settled_by"),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name="fk_discrepancy_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_discrepancy"),
    )
    op.create_index("ix_discrepancy_case_id", "discrepancy", ["case_id"])
    op.create_index("ix_discrepancy_school_id", "discrepancy", ["school_id"])
    op.create_table(
        "certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", choice("certificatekind", ("graduation", "completion", "leaving")), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_certificate_case_id"),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name="fk_certificate_enrolment_id"),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name="fk_certificate_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_certificate"),
        sa.UniqueConstraint("enrolment_id", name="uq_certificate_enrolment_id"),
        sa.UniqueConstraint("number", name="uq_certificate_number"),
    )
    op.create_index("ix_certificate_case_id", "certificate", ["case_id"])
    op.create_index("ix_certificate_student_id", "certificate", ["student_id"])


LEFT_OUT_BECAUSE = ("suspended", "dropped_out", "open_case", "repeat", "final_grade")


def choice(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True)


# the main number as it is kept may be sealed anew under another key; its hash changes only with the number itself
BASIC = "name, sex, born_on, ethnic_group, document_type, main_number_hash, household_division"
# `correction` (一般信息变更) is the school's own and ends with the lock, whose snapshot stands from the next tick on
ALLOWED = (
    "SELECT 1 FROM cases WHERE cases.student_id = NEW.id AND cases.status <> 'closed' AND (cases.process_key IN"
    " ('locked_correction', 'key_correction', 'contested_record', 'reversal') OR (cases.process_key = 'correction'"
    " AND NOT EXISTS (SELECT 1 FROM enrolment JOIN lock_snapshot ON lock_snapshot.school_id IS NULL"
    " AND lock_snapshot.entry_year >= enrolment.entry_year"
    " WHERE enrolment.student_id = NEW.id AND enrolment.ends_on IS NULL)))"
)
MESSAGE = "no change of basic data without a case that may"


def guard_the_basic_data() -> None:
    """Whatever writes a child's basic data: only under an open case of that child whose process may."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            f"CREATE TRIGGER student_basic_data BEFORE UPDATE OF {BASIC} ON student FOR EACH ROW"
            f" WHEN NOT EXISTS ({ALLOWED}) BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION student_basic_data() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT EXISTS ({ALLOWED})"
        f" THEN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER student_basic_data BEFORE UPDATE OF {BASIC} ON student"
        " FOR EACH ROW EXECUTE FUNCTION student_basic_data()"
    )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
