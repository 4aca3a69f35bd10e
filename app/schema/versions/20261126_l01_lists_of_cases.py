"""A row for each office that sees a case, kept by triggers: lists of cases are read from its index, page by page."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "l01"
down_revision = "u03"
branch_labels = None
depends_on = None

#: the office of a step and everybody above it: at most zone, county, city, province
ABOVE = (
    " JOIN office AS o ON o.id = s.office_id"
    " LEFT JOIN office AS b ON b.id = o.superior_id"
    " LEFT JOIN office AS t ON t.id = b.superior_id"
    " LEFT JOIN office AS u ON u.id = t.superior_id"
    " JOIN office AS a ON a.id IN (o.id, o.superior_id, b.superior_id, t.superior_id, u.superior_id)"
)
COLUMNS = "office_id, case_id, own, closed, student_id, process_key"
#: events by the name of their trigger: table, event, when
EVENTS = {
    "case_office_closes": ("cases", "UPDATE OF status", "(OLD.status = 'closed') <> (NEW.status = 'closed')"),
    "case_office_applicant": (
        "cases",
        "UPDATE OF applicant_office_id, student_id",
        "OLD.applicant_office_id <> NEW.applicant_office_id OR {distinct}",
    ),
    "case_office_step_moves": ("route_step", "UPDATE OF office_id", "OLD.office_id <> NEW.office_id"),
    "case_office_superior": ("office", "UPDATE OF path", "OLD.path <> NEW.path"),
}


def upgrade() -> None:
    op.create_table(
        "case_office",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Integer(), nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("student_id", sa.Integer(), nullable=True),
        sa.Column("process_key", sa.String(length=40), nullable=False),
    )
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.execute(_fill("TRUE", sqlite))
    _keys(sqlite)
    (_on_sqlite if sqlite else _on_postgresql)()


def _keys(sqlite: bool) -> None:
    """The keys and indexes, on what is there by now."""
    with op.batch_alter_table("case_office") as table:
        table.create_primary_key("pk_case_office", ["office_id", "case_id"])
        table.create_foreign_key("fk_case_office_office_id", "office", ["office_id"], ["id"])
        table.create_foreign_key("fk_case_office_case_id", "cases", ["case_id"], ["id"])
    op.create_index("ix_case_office_case_id", "case_office", ["case_id"])
    op.create_index("ix_case_office_process", "case_office", ["office_id", "process_key", "case_id"])
    op.create_index("ix_case_office_box", "case_office", ["office_id", "own", "closed", "case_id"])
    if not sqlite:
        op.execute("ANALYZE case_office")


def _fill(which: str, sqlite: bool) -> str:
    """Write the rows of the cases for which the condition `which` holds, where {case} is the case's id."""
    own = "MAX(r.own)" if sqlite else "bool_or(r.own)"
    return (
        f"INSERT INTO case_office ({COLUMNS})"
        f" SELECT r.office_id, r.case_id, {own}, c.status = 'closed', c.student_id, c.process_key"
        " FROM (SELECT applicant_office_id AS office_id, id AS case_id, TRUE AS own FROM cases"
        " UNION ALL"
        f" SELECT a.id, s.case_id, a.id = s.office_id FROM route_step AS s{ABOVE}) AS r"
        f" JOIN cases AS c ON c.id = r.case_id WHERE {which.format(case='r.case_id')}"
        " GROUP BY r.office_id, r.case_id, c.status, c.student_id, c.process_key ORDER BY r.case_id, r.office_id"
    )


def _anew(which: str, sqlite: bool) -> str:
    return f"DELETE FROM case_office WHERE {which.format(case='case_id')}; {_fill(which, sqlite)};"


def _bodies(sqlite: bool) -> dict[str, str]:
    """What each of the triggers on a change does."""
    return {
        "case_office_closes": "UPDATE case_office SET closed = (NEW.status = 'closed') WHERE case_id = NEW.id;",
        "case_office_applicant": _anew("{case} = NEW.id", sqlite),
        "case_office_step_moves": _anew("{case} = NEW.case_id", sqlite),
        "case_office_superior": _anew(
            "{case} IN (SELECT s.case_id FROM route_step AS s WHERE s.office_id = NEW.id)", sqlite
        ),
    }


def _on_sqlite() -> None:
    op.execute(
        "CREATE TRIGGER case_office_opens AFTER INSERT ON cases FOR EACH ROW BEGIN"
        f" INSERT INTO case_office ({COLUMNS}) VALUES"
        " (NEW.applicant_office_id, NEW.id, TRUE, NEW.status = 'closed', NEW.student_id, NEW.process_key); END"
    )
    op.execute(
        "CREATE TRIGGER case_office_step AFTER INSERT ON route_step FOR EACH ROW BEGIN"
        f" INSERT INTO case_office ({COLUMNS})"
        " SELECT a.id, s.case_id, a.id = s.office_id, c.status = 'closed', c.student_id, c.process_key"
        f" FROM (SELECT NEW.case_id AS case_id, NEW.office_id AS office_id) AS s{ABOVE}"
        " JOIN cases AS c ON c.id = s.case_id WHERE TRUE"
        " ON CONFLICT (office_id, case_id) DO UPDATE SET own = TRUE WHERE excluded.own; END"
    )
    for name, body in _bodies(sqlite=True).items():
        table, event, when = EVENTS[name]
        when = when.format(distinct="OLD.student_id IS NOT NEW.student_id")
        op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW WHEN {when} BEGIN {body} END")


def _on_postgresql() -> None:
    _function(
        "case_office_opens",
        f"INSERT INTO case_office ({COLUMNS})"
        " SELECT n.applicant_office_id, n.id, TRUE, n.status = 'closed', n.student_id, n.process_key"
        " FROM added AS n ORDER BY n.id;",
    )
    _function(
        "case_office_step",
        f"INSERT INTO case_office ({COLUMNS})"
        " SELECT a.id, s.case_id, bool_or(a.id = s.office_id), c.status = 'closed', c.student_id, c.process_key"
        f" FROM added AS s{ABOVE} JOIN cases AS c ON c.id = s.case_id"
        " GROUP BY a.id, s.case_id, c.status, c.student_id, c.process_key ORDER BY s.case_id, a.id"
        " ON CONFLICT (office_id, case_id) DO UPDATE SET own = TRUE WHERE excluded.own AND NOT case_office.own;",
    )
    for name, table in (("case_office_opens", "cases"), ("case_office_step", "route_step")):
        op.execute(
            f"CREATE TRIGGER {name} AFTER INSERT ON {table} REFERENCING NEW TABLE AS added"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )
    for name, body in _bodies(sqlite=False).items():
        table, event, when = EVENTS[name]
        when = when.format(distinct="OLD.student_id IS DISTINCT FROM NEW.student_id")
        _function(name, body)
        op.execute(
            f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION {name}()"
        )


def _function(name: str, body: str) -> None:
    op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} RETURN NULL; END $$")


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
