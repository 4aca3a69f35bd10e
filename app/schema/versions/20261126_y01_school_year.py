"""Why a child was left out: of another cohort, waiting for the last grade; certificates that were taken back."""

import sqlalchemy as sa
from alembic import op

revision = "y01"
down_revision = "p01"
branch_labels = None
depends_on = None

BECAUSE = ("suspended", "dropped_out", "open_case", "repeat", "final_grade", "ungraduated", "cohort")
VALID = sa.text("revoked_case_id IS NULL")


def upgrade() -> None:
    reasons = sa.Enum(*BECAUSE, name="leftoutbecause", native_enum=False, create_constraint=True, length=11)
    if op.get_bind().dialect.name == "sqlite":
        _make_anew(reasons)
    else:
        listed = ", ".join(f"'{each}'" for each in BECAUSE)
        op.drop_constraint(op.f("ck_left_out_leftoutbecause"), "left_out", type_="check")
        op.create_check_constraint(op.f("ck_left_out_leftoutbecause"), "left_out", f"because IN ({listed})")
        op.drop_constraint("uq_certificate_enrolment_id", "certificate", type_="unique")
        op.add_column("certificate", sa.Column("revoked_on", sa.Date(), nullable=True))
        op.add_column("certificate", sa.Column("revoked_case_id", sa.Integer(), nullable=True))
        op.create_foreign_key("fk_certificate_revoked_case_id", "certificate", "cases", ["revoked_case_id"], ["id"])
        op.create_check_constraint(
            op.f("ck_certificate_revoked_under_a_case"),
            "certificate",
            "(revoked_on IS NULL) = (revoked_case_id IS NULL)",
        )
    op.create_index(
        "uq_certificate_valid",
        "certificate",
        ["enrolment_id"],
        unique=True,
        sqlite_where=VALID,
        postgresql_where=VALID,
    )


def _make_anew(reasons: sa.Enum) -> None:
    """SQLite changes no constraint of a table that stands: both tables are made again with their rows."""
    op.execute("ALTER TABLE left_out RENAME TO left_out_before")
    op.create_table(
        "left_out",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("grade", sa.String(length=2), nullable=False),
        sa.Column("because", reasons, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_left_out_case_id"),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name="fk_left_out_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_left_out"),
        sa.UniqueConstraint("case_id", "student_id", name="uq_left_out_case_id_student_id"),
    )
    kept = "id, case_id, student_id, grade, because"
    op.execute(f"INSERT INTO left_out ({kept}) SELECT {kept} FROM left_out_before")
    op.execute("DROP TABLE left_out_before")
    op.execute("ALTER TABLE certificate RENAME TO certificate_before")
    op.execute("DROP INDEX ix_certificate_case_id")
    op.execute("DROP INDEX ix_certificate_student_id")
    kinds = sa.Enum(
        *("graduation", "completion", "leaving"), name="certificatekind", native_enum=False, create_constraint=True
    )
    op.create_table(
        "certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", kinds, nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("revoked_case_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(revoked_on IS NULL) = (revoked_case_id IS NULL)", name=op.f("ck_certificate_revoked_under_a_case")
        ),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_certificate_case_id"),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name="fk_certificate_enrolment_id"),
        sa.ForeignKeyConstraint(["revoked_case_id"], ["cases.id"], name="fk_certificate_revoked_case_id"),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name="fk_certificate_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_certificate"),
        sa.UniqueConstraint("number", name="uq_certificate_number"),
    )
    kept = "id, kind, number, student_id, enrolment_id, issued_on, case_id"
    op.execute(f"INSERT INTO certificate ({kept}) SELECT {kept} FROM certificate_before")
    op.execute("DROP TABLE certificate_before")
    op.create_index("ix_certificate_case_id", "certificate", ["case_id"])
    op.create_index("ix_certificate_student_id", "certificate", ["student_id"])


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
