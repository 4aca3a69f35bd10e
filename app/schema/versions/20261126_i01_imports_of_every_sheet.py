"""Rows of several sheets, captions matched by hand, and names in their canonical form."""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "i01"
down_revision = "0013"
branch_labels = None
depends_on = None

HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
DOTS = str.maketrans(dict.fromkeys("•・･‧∙⋅●", "·"))


def upgrade() -> None:
    op.add_column("import_file", sa.Column("foreign_captions", sa.Text(), nullable=False, server_default="[]"))
    op.add_column("import_file", sa.Column("trouble", sa.String(length=200), nullable=False, server_default=""))
    op.add_column("import_row", sa.Column("sheet", sa.String(length=40), nullable=False, server_default=""))
    op.add_column("import_row", sa.Column("row", sa.Integer(), nullable=False, server_default="0"))
    row = sa.table("import_row", sa.column("row"), sa.column("number"))
    op.execute(sa.update(row).values(row=row.c.number))
    op.create_table(
        "import_caption",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("caption", sa.String(length=60), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("matched_by", sa.Integer(), nullable=False),
        sa.Column("matched_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_import_caption_office_id"),
        sa.ForeignKeyConstraint(["matched_by"], ["app_user.id"], name="fk_import_caption_matched_by"),
        sa.PrimaryKeyConstraint("office_id", "kind", "caption", name="pk_import_caption"),
    )
    write_names_alike()


def canonical(name: str) -> str:
    """A name as it is compared from now on: no blank between Chinese characters, one interpunct, composed."""
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFC", name)).strip().translate(DOTS)
    plain = re.sub(f"(?<=[{HAN}]) ?[.．] ?(?=[{HAN}])", "·", plain)
    plain = re.sub(r" ?· ?", "·", plain)
    return re.sub(f"(?<=[{HAN}]) (?=[{HAN}])", "", plain)


def write_names_alike() -> None:
    """A name is written otherwise, nothing of the record changes: the guards of the basic data stand aside for it."""
    connection = op.get_bind()
    resume = stand_aside(connection)
    for table in ("student", "guardian"):
        people = sa.table(table, sa.column("id"), sa.column("name"))
        names = connection.execute(sa.select(people.c.id, people.c.name)).all()
        changed = [(each.id, name) for each in names if (name := canonical(each.name)) != each.name and name]
        for person, name in changed:
            connection.execute(sa.update(people).where(people.c.id == person).values(name=name))
    resume()


def stand_aside(connection):
    """Take the guards of `student` away; returns what puts them back as they were."""
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql("ALTER TABLE student DISABLE TRIGGER USER")
        return lambda: connection.exec_driver_sql("ALTER TABLE student ENABLE TRIGGER USER")
    guards = connection.exec_driver_sql(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'student'"
    ).all()
    for name, _ in guards:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    return lambda: [connection.exec_driver_sql(text) for _, text in guards]


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
