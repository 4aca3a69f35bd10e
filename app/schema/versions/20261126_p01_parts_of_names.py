"""The parts by which a name is found."""

import os
import re

import sqlalchemy as sa
from alembic import op

revision = "p01"
down_revision = "r01"
branch_labels = None
depends_on = None

SURNAMES = {
    "曾": "z", "单": "s", "仇": "q", "解": "x", "查": "z", "朴": "p", "区": "o", "盖": "g", "翟": "z", "缪": "m",
    "覃": "q", "冼": "x", "种": "c", "乐": "y", "任": "r", "员": "y", "秘": "b", "折": "s", "繁": "p", "召": "s",
    "万俟": "mq", "尉迟": "yc", "长孙": "zs", "澹台": "tt", "宓": "m", "隗": "w", "那": "n", "燕": "y", "阚": "k",
}  # fmt: skip
SEPARATORS = re.compile(r"[·\s\-’'.]+")
AT_ONCE = 2000


def upgrade() -> None:
    part = sa.String(36).with_variant(sa.String(36, collation="C"), "postgresql")
    op.create_table(
        "name_part",
        sa.Column("student_id", sa.Integer(), nullable=False),
        sa.Column("part", part, nullable=False),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name="fk_name_part_student_id"),
        sa.PrimaryKeyConstraint("student_id", "part", name="pk_name_part"),
    )
    read_names()
    op.create_index("ix_name_part_part", "name_part", ["part", "student_id"])


def read_names() -> None:
    """The parts of every name there is."""
    connection, after = op.get_bind(), 0
    students = sa.table("student", sa.column("id"), sa.column("name"))
    parts = sa.table("name_part", sa.column("student_id"), sa.column("part"))
    query = sa.select(students.c.id, students.c.name).order_by(students.c.id).limit(AT_ONCE)
    while found := connection.execute(query.where(students.c.id > after)).all():
        rows = [{"student_id": each.id, "part": part} for each in found for part in sorted(parts_of(each.name))]
        connection.execute(sa.insert(parts), rows)
        after = found[-1].id


def parts_of(name: str) -> set[str]:
    """As the house reads a name on the day of this revision."""
    plain = name.lower()[:36]
    ends = {plain[place:].strip("· -’'.") for place in range(len(plain)) if not plain[place : place + 1].isascii()}
    words = {plain[found.end() :] for found in SEPARATORS.finditer(plain)}
    return {each for each in {plain, *ends, *words, initials(plain)} if each}


def initials(plain: str) -> str:
    """The first letters in pinyin."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
    from pypinyin import Style, lazy_pinyin

    head = next((plain[:length] for length in (2, 1) if plain[:length] in SURNAMES), "")
    rest = re.findall(r"[a-z]+|[^\x00-\x7f]", SEPARATORS.sub(" ", plain[len(head) :]))
    letters = (
        [each[:1]] if each.isascii() else lazy_pinyin(each, style=Style.FIRST_LETTER, errors="ignore") for each in rest
    )
    return SURNAMES.get(head, "") + "".join(found[0][:1] for found in letters if found)


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
