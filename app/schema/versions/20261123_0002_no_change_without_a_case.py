"""No enrolment or custodian changes without an open case of that student."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

GUARDS = {
    "enrolment": ("school_id", "grade", "standing", "starts_on", "ends_on"),
    "archive": ("custodian_id",),
}
OPEN_CASE = (
    "SELECT 1 FROM cases WHERE cases.id = NEW.case_id AND cases.status <> 'closed'"
    " AND (cases.student_id IS NULL OR cases.student_id = NEW.student_id)"
)
MESSAGE = "no change of {table} without an open case"


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for table, columns in GUARDS.items():
        message, listed = MESSAGE.format(table=table), ", ".join(columns)
        if sqlite:
            op.execute(
                f"CREATE TRIGGER {table}_needs_case BEFORE UPDATE OF {listed} ON {table} FOR EACH ROW"
                f" WHEN NOT EXISTS ({OPEN_CASE}) BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        else:
            op.execute(
                f"CREATE FUNCTION {table}_needs_case() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                f" IF NOT EXISTS ({OPEN_CASE}) THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation';"
                " END IF; RETURN NEW; END $$"
            )
            op.execute(
                f"CREATE TRIGGER {table}_needs_case BEFORE UPDATE OF {listed} ON {table}"
                f" FOR EACH ROW EXECUTE FUNCTION {table}_needs_case()"
            )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
