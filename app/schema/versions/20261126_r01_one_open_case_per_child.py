"""A child's number is held by one open case: every case of status holds its child's, and no statement takes it away."""

from alembic import op

revision = "r01"
down_revision = "s02"
branch_labels = None
depends_on = None

#: the case that holds is open, and has not refused the child
OPEN = (
    "EXISTS (SELECT 1 FROM cases WHERE cases.id = OLD.case_id AND cases.status <> 'closed') AND NOT EXISTS (SELECT 1"
    " FROM batch_row WHERE batch_row.case_id = OLD.case_id AND batch_row.number_hash = OLD.number_hash"
    " AND batch_row.status = 'refused')"
)
#: and the case that takes over is not what it goes on as
TAKEN = (
    f"{OPEN} AND (NEW.number_hash <> OLD.number_hash OR (NEW.case_id <> OLD.case_id AND NOT EXISTS"
    " (SELECT 1 FROM cases WHERE cases.id = NEW.case_id AND cases.follows_id = OLD.case_id)))"
)
#: name -> event, what is refused
GUARDS = {
    "number_reservation_stays": ("UPDATE", TAKEN),
    "number_reservation_is_kept": ("DELETE", OPEN),
}
MESSAGE = "a number is held by its case until that is closed"


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    with op.batch_alter_table("number_reservation") as held:
        held.drop_constraint("fk_number_reservation_school_id", type_="foreignkey")
        held.drop_column("school_id")
    op.execute(
        "INSERT INTO number_reservation (number_hash, case_id, reserved_at)"
        " SELECT student.main_number_hash, cases.id, cases.opened_at FROM cases"
        " JOIN student ON student.id = cases.student_id WHERE cases.holds_student AND cases.status <> 'closed'"
        " ON CONFLICT (number_hash) DO UPDATE SET case_id = excluded.case_id, reserved_at = excluded.reserved_at"
        " WHERE number_reservation.case_id IN (SELECT cases.id FROM cases WHERE cases.status = 'closed')"
    )
    for name, (event, refused) in GUARDS.items():
        if sqlite:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {event} ON number_reservation FOR EACH ROW WHEN {refused}"
                f" BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
            )
            continue
        row = "OLD" if event == "DELETE" else "NEW"
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {refused}"
            f" THEN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'check_violation'; END IF; RETURN {row}; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE {event} ON number_reservation FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
