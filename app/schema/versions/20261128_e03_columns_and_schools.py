"""Columns that a person has chosen for a list, and the parts of schools' names by which cases are found."""

from __future__ import annotations

import os

import sqlalchemy as sa
from alembic import op

revision = "e03"
down_revision = "m06"
branch_labels = None
depends_on = None
LONGEST = 80


def upgrade() -> None:
    op.create_table(
        "column_choice",
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("box", sa.String(length=10), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["app_user.id"], name="fk_column_choice_user_id"),
        sa.PrimaryKeyConstraint("user_id", "box", name="pk_column_choice"),
    )
    op.create_table(
        "school_name_part",
        sa.Column("office_id", sa.Integer(), nullable=False),
        sa.Column(
            "part", sa.String(LONGEST).with_variant(sa.String(LONGEST, collation="C"), "postgresql"), nullable=False
        ),
        sa.ForeignKeyConstraint(["office_id"], ["office.id"], name="fk_school_name_part_office_id"),
        sa.PrimaryKeyConstraint("office_id", "part", name="pk_school_name_part"),
    )
    _read_names()
    op.create_index("ix_school_name_part_part", "school_name_part", ["part", "office_id"])


def _read_names() -> None:
    """The parts of every school's names there are: as many rows as schools have letters."""
    connection = op.get_bind()
    offices = sa.table("office", *(sa.column(name) for name in ("id", "name", "short_name", "kind")))
    parts = sa.table("school_name_part", sa.column("office_id"), sa.column("part"))
    query = sa.select(offices.c.id, offices.c.name, offices.c.short_name).where(offices.c.kind == "school")
    for each in connection.execute(query.order_by(offices.c.id)).all():
        named = _parts_of(each.name) | _parts_of(each.short_name)
        connection.execute(sa.insert(parts), [{"office_id": each.id, "part": part} for part in sorted(named)])


def _parts_of(name: str) -> set[str]:
    """As the house reads a school's name on the day of this revision."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    from pypinyin import Style, lazy_pinyin

    plain = name.lower()[:LONGEST]
    read = (each if each.isascii() else lazy_pinyin(each, style=Style.FIRST_LETTER, errors="ignore") for each in plain)
    letters = "".join(each if isinstance(each, str) else (each[0][:1] if each else "") for each in read)
    ends = {text[place:].strip() for text in (plain, letters) for place in range(len(text))}
    return {each for each in ends if each}


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
