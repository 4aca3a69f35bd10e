"""When a row of an enrolment was written, and the guards of its days: nothing is dated ahead but a registration."""

import sqlalchemy as sa
from alembic import op

revision = "d01"
down_revision = "i01"
branch_labels = None
depends_on = None

#: what opens an enrolment (学籍异动类别码)
OPENING = "('00','17','22','Z1','Z2','Z3','Z4','Z5')"
GRADUATION = "('Z7','Z8','Z9')"
CHECK = (
    "starts_on <= recorded_on"
    " OR CAST(starts_on AS VARCHAR(10)) = substr(CAST(recorded_on AS VARCHAR(10)), 1, 4) || '-09-01'"
)
#: the Chinese day of an instant
DAY_OF = {
    "sqlite": "date({instant}, '+8 hours')",
    "postgresql": "CAST({instant} AT TIME ZONE 'Asia/Shanghai' AS date)",
}
FIRST_OF_SEPTEMBER = "CAST({row}.entry_year AS VARCHAR(4)) || '-09-01'"
#: processes whose children may be registered before the school year begins
AHEAD = (
    "('takeover','registration_primary','registration_stage','late_registration','home_return','recruitment_roster')"
)


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    guards = _stand_down(sqlite)
    _add_the_day(sqlite)
    _repair_the_days(DAY_OF[op.get_bind().dialect.name])
    if not sqlite:
        op.alter_column("enrolment", "recorded_on", nullable=False)
        op.create_check_constraint("starts_by_its_record", "enrolment", CHECK)
    _post_again(guards)
    _guard(sqlite)


def _stand_down(sqlite: bool) -> list[str]:
    """The triggers of the enrolment as statements that make them again."""
    if not sqlite:
        op.execute("ALTER TABLE enrolment DISABLE TRIGGER USER")
        return ["ALTER TABLE enrolment ENABLE TRIGGER USER"]
    triggers = sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'enrolment'")
    found = op.get_bind().execute(triggers).all()
    for name, _statement in found:
        op.execute(f"DROP TRIGGER {name}")
    return [statement for _name, statement in found]


def _post_again(guards: list[str]) -> None:
    for statement in guards:
        op.get_bind().exec_driver_sql(statement)


def _add_the_day(sqlite: bool) -> None:
    """On SQLite with its constraint, which a table cannot get later: the default passes it until the days are known.

    The guard below refuses whoever would write a row with that default.
    """
    if sqlite:
        op.execute(
            "ALTER TABLE enrolment ADD COLUMN recorded_on DATE NOT NULL DEFAULT '9999-12-31'"
            f" CONSTRAINT ck_enrolment_starts_by_its_record CHECK ({CHECK})"
        )
    else:
        op.add_column("enrolment", sa.Column("recorded_on", sa.Date(), nullable=True))


def _repair_the_days(day_of: str) -> None:
    """Each row was written when its opening entry was, or, of the first data, with their case.

    A row that starts later than it was written starts then, unless it was registered for the first of September;
    one whose end was dated ahead ended when that was written. What the entries say is left as it was decided.
    """
    recorded = day_of.format(instant="change.recorded_at")
    opened = day_of.format(instant="cases.opened_at")
    entry = "FROM change WHERE change.student_id = enrolment.student_id AND change.epoch = enrolment.epoch"
    written = (
        f"COALESCE((SELECT MIN({recorded}) {entry} AND change.code IN {OPENING}),"
        f" (SELECT {opened} FROM cases WHERE cases.id = enrolment.case_id AND cases.process_key = 'takeover'),"
        f" (SELECT MIN({recorded}) {entry}), (SELECT {opened} FROM cases WHERE cases.id = enrolment.case_id))"
    )
    by_its_record = CHECK.replace("recorded_on", written)
    # in one statement: SQLite holds the constraint already
    op.execute(
        f"UPDATE enrolment SET recorded_on = {written},"
        f" starts_on = CASE WHEN {by_its_record} THEN starts_on ELSE {written} END"
    )
    ended = (
        f"(SELECT MAX({recorded}) {entry} AND change.case_id = enrolment.case_id AND change.code NOT IN {GRADUATION})"
    )
    op.execute(
        f"UPDATE enrolment SET ends_on = CASE WHEN {ended} < starts_on THEN starts_on ELSE {ended} END"
        f" WHERE ends_on IS NOT NULL AND ends_on > {ended}"
    )


def _guard(sqlite: bool) -> None:
    first = FIRST_OF_SEPTEMBER.format(row="NEW")
    ahead = (
        f"NEW.starts_on > NEW.recorded_on AND (CAST(NEW.starts_on AS VARCHAR(10)) <> {first} OR NOT EXISTS (SELECT 1"
        f" FROM cases WHERE cases.id = NEW.case_id AND cases.process_key IN {AHEAD}))"
    )
    _refuse(
        sqlite,
        "enrolment_dated_ahead",
        "INSERT ON enrolment",
        f"NEW.recorded_on >= '9999-01-01' OR ({ahead})",
        "only a registration starts ahead, on the first of September of its entry year",
    )
    _refuse(
        sqlite,
        "enrolment_stays_itself",
        "UPDATE OF student_id, epoch, stage, starts_on, recorded_on ON enrolment",
        "TRUE",
        "whose enrolment it is and when it began never changes",
    )
    recorded = DAY_OF["sqlite" if sqlite else "postgresql"].format(instant="NEW.recorded_at")
    _refuse(
        sqlite,
        "change_dated_ahead",
        "INSERT ON change",
        f"NEW.effective_on > {recorded} AND NEW.code NOT IN ('Z1','Z2','Z3','Z5')",
        "a change is written on its day and not before",
    )


def _refuse(sqlite: bool, name: str, event: str, condition: str, message: str) -> None:
    if sqlite:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW WHEN {condition}"
            f" BEGIN SELECT RAISE(ABORT, '{message}'); END"
        )
        return
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition}"
        f" THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'check_violation'; END IF; RETURN NEW; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {event} FOR EACH ROW EXECUTE FUNCTION {name}()")


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
