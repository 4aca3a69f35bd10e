"""The audit is only ever appended to: whoever runs the application cannot alter or remove a line of it."""

from alembic import op

revision = "0007b"
down_revision = "0007"
branch_labels = None
depends_on = None

MESSAGE = "the audit is only appended to"


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_event_is_kept_{event.lower()} BEFORE {event} ON audit_event"
                f" BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_event_is_kept() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'check_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_event_is_kept BEFORE UPDATE OR DELETE ON audit_event"
        " FOR EACH ROW EXECUTE FUNCTION audit_event_is_kept()"
    )


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
