"""Children by the office where they stand: those who are enrolled nowhere in a table of their own, kept by triggers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "l03"
down_revision = "l02"
branch_labels = None
depends_on = None

LEFT = (
    "INSERT INTO kept_student (student_id, custodian_id, school_id, grade, standing)"
    " SELECT a.student_id, a.custodian_id, e.school_id, e.grade, e.standing"
    " FROM archive AS a JOIN enrolment AS e ON e.student_id = a.student_id"
    " WHERE e.ends_on IS NOT NULL AND NOT EXISTS (SELECT 1 FROM enrolment AS n"
    " WHERE n.student_id = e.student_id AND n.epoch > e.epoch)"
)
ANEW = f"DELETE FROM kept_student WHERE student_id = NEW.student_id; {LEFT} AND a.student_id = NEW.student_id;"
ENDED = "OLD.ends_on IS NOT NULL OR NEW.ends_on IS NOT NULL"
#: name of a trigger: table, event, when
TRIGGERS = {
    "kept_student_begins": ("enrolment", "INSERT", ""),
    "kept_student_ends": ("enrolment", "UPDATE OF ends_on, school_id, grade, standing", ENDED),
    "kept_student_archive": ("archive", "INSERT", ""),
    "kept_student_moves": ("archive", "UPDATE OF custodian_id", "OLD.custodian_id <> NEW.custodian_id"),
}
OPEN = sa.text("ends_on IS NULL")


def upgrade() -> None:
    op.create_table(
        "kept_student",
        sa.Column("student_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("custodian_id", sa.Integer(), nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(length=2), nullable=False),
        sa.Column("standing", sa.String(length=11), nullable=False),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name="fk_kept_student_student_id"),
        sa.ForeignKeyConstraint(["custodian_id"], ["office.id"], name="fk_kept_student_custodian_id"),
        sa.ForeignKeyConstraint(["school_id"], ["school.id"], name="fk_kept_student_school_id"),
        sa.PrimaryKeyConstraint("student_id", name="pk_kept_student"),
    )
    op.execute(LEFT)
    op.create_index("ix_kept_student_custodian", "kept_student", ["custodian_id", "student_id"])
    for name in ("grade", "standing"):
        op.create_index(f"ix_kept_student_{name}", "kept_student", ["custodian_id", name, "student_id"])
        op.create_index(f"ix_enrolment_{name}", "enrolment", ["school_id", name, "student_id"])
    op.create_index(
        "ix_enrolment_open", "enrolment", ["school_id", "student_id"], sqlite_where=OPEN, postgresql_where=OPEN
    )
    if op.get_bind().dialect.name == "sqlite":
        for name, (table, event, when) in TRIGGERS.items():
            condition = f" WHEN {when}" if when else ""
            op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW{condition} BEGIN {ANEW} END")
        return
    op.execute(
        f"CREATE FUNCTION kept_student_anew() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {ANEW} RETURN NULL; END $$"
    )
    for name, (table, event, when) in TRIGGERS.items():
        condition = f" WHEN ({when})" if when else ""
        op.execute(
            f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW{condition}"
            " EXECUTE FUNCTION kept_student_anew()"
        )
    op.execute("ANALYZE kept_student")


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
