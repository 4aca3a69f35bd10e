"""Suspensions, the matrix of lawful changes and its guards, the history of quotas, the parts of stage numbers."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "lawful_change",
        sa.Column("profile", sa.String(length=10), nullable=False),
        sa.Column("process", sa.String(length=40), nullable=False),
        sa.Column("stage", sa.String(length=10), nullable=False),
        sa.Column("before", sa.String(length=20), nullable=False),
        sa.Column("after", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("profile", "process", "stage", "before", "after", name="pk_lawful_change"),
    )
    op.create_table(
        "quota_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("quota_id", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("before", sa.Integer(), nullable=True),
        sa.Column("basis", sa.String(length=200), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_quota_version_case_id"),
        sa.ForeignKeyConstraint(["quota_id"], ["quota.id"], name="fk_quota_version_quota_id"),
        sa.PrimaryKeyConstraint("id", name="pk_quota_version"),
    )
    op.create_index("ix_quota_version_quota_id", "quota_version", ["quota_id"])
    op.create_table(
        "suspension",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("enrolment_id", sa.Integer(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("certificate", sa.String(length=30), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_on > starts_on", name=op.f("ck_suspension_ends_after_start")),
        sa.ForeignKeyConstraint(["case_id"], ["cases.id"], name="fk_suspension_case_id"),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name="fk_suspension_enrolment_id"),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name="fk_suspension_student_id"),
        sa.PrimaryKeyConstraint("id", name="pk_suspension"),
        sa.UniqueConstraint("certificate", name="uq_suspension_certificate"),
    )
    op.create_index("ix_suspension_ends_on", "suspension", ["ends_on"])
    op.create_index("ix_suspension_enrolment_id", "suspension", ["enrolment_id"])
    # plain ADD COLUMN: rebuilding a table on SQLite would drop its triggers and trip over the keys that point at it
    op.add_column("division", sa.Column("number", sa.String(length=2), nullable=True))
    op.create_index("uq_division_number", "division", ["number"], unique=True)
    op.add_column("school", sa.Column("township_number", sa.String(length=2), nullable=False, server_default="01"))
    op.add_column("school", sa.Column("school_number", sa.String(length=2), nullable=False, server_default="01"))
    op.add_column("student", sa.Column("particulars", sa.Text(), nullable=False, server_default="{}"))
    number_the_counties()
    guard_the_standings()


def number_the_counties() -> None:
    """01–90 in the order of GB/T 2260, as a new province gets them."""
    division = sa.table("division", sa.column("code"), sa.column("number"))
    connection = op.get_bind()
    codes = connection.scalars(sa.select(division.c.code).order_by(division.c.code)).all()
    for place, code in enumerate((each for each in codes if not each.endswith("00")), start=1):
        connection.execute(sa.update(division).where(division.c.code == code).values(number=f"{place:02d}"))


LAWFUL = (
    "SELECT 1 FROM cases JOIN lawful_change ON lawful_change.process = cases.process_key"
    " AND lawful_change.profile = cases.profile WHERE cases.id = NEW.case_id"
    " AND lawful_change.stage IN ('*', NEW.stage) AND lawful_change.before = {before}"
    " AND lawful_change.after IN ('*', NEW.standing) AND (cases.status <> 'closed' OR cases.process_key = 'takeover')"
)
CHANGED = "standing, grade, entry_year, school_id, school_class_id, ends_on"
MESSAGE = "this process may not change an enrolment so"


def guard_the_standings() -> None:
    """Whatever writes an enrolment: only what the matrix allows to the case's process, in its profile."""
    sqlite = op.get_bind().dialect.name == "sqlite"
    for event, before in (("INSERT", "''"), (f"UPDATE OF {CHANGED}", "OLD.standing")):
        name = f"enrolment_is_lawful_{event[:6].lower()}"
        lawful = LAWFUL.format(before=before)
        if sqlite:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON enrolment FOR EACH ROW WHEN NOT EXISTS ({lawful})"
                f" BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )
        else:
            op.execute(
                f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NOT EXISTS ({lawful})"
                f" THEN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
            )
            op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON enrolment FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
