"""Of a document's number its letters and digits are compared: the hashes of 户口簿 and 其他 are taken anew.

The numbers of all other types held nothing else before. Two records that turn out to be of one document are contested,
the later with the earlier, and each keeps the hash it had, for a case to settle.
"""

from __future__ import annotations

from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

from app import clock, encryption

revision = "u03"
down_revision = "g01"
branch_labels = None
depends_on = None

FREE_TYPES = ("B", "Z")
EXPLANATION = "系统升级时发现：两个学籍登记了同一证件（类型与号码相同，仅书写不同），请核实是否同一学生。"
STUDENTS = sa.table(
    "student",
    *(sa.column(name) for name in ("id", "document_type", "document_hash", "contested", "merged_into_id")),
    sa.column("particulars"),
)
CONTESTS = sa.table(
    "contest",
    *(sa.column(name) for name in ("student_id", "other_id", "kind", "explanation", "marked_by_id")),
    sa.column("marked_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(STUDENTS)
        .where(STUDENTS.c.document_type.in_(FREE_TYPES), STUDENTS.c.document_hash.is_not(None))
        .order_by(STUDENTS.c.id)
    ).all()
    for row in rows:
        document_hash = hash_of(row)
        if document_hash == row.document_hash:
            continue
        bearer = connection.execute(sa.select(STUDENTS).where(STUDENTS.c.document_hash == document_hash)).first()
        if bearer is None:
            connection.execute(sa.update(STUDENTS).where(STUDENTS.c.id == row.id).values(document_hash=document_hash))
        else:
            earlier, later = sorted((bearer, row), key=lambda each: each.id)
            mark(connection, later, earlier)


def hash_of(row: Any) -> str:
    """As the rules of documents have it on the day of this revision."""
    kept = row.particulars if isinstance(row.particulars, dict) else orjson.loads(row.particulars)
    number = encryption.unseal_text(kept["document_number_sealed"])
    return encryption.keyed_hash(f"{row.document_type}:{''.join(each for each in number.upper() if each.isalnum())}")


def mark(connection: sa.Connection, later: Any, earlier: Any) -> None:
    """Both are contested, unless somebody deals with one of them already."""
    keeper = connection.execute(
        sa.text("SELECT custodian_id FROM archive WHERE student_id = :id"), {"id": later.id}
    ).scalar()
    if keeper is None or any(each.contested or each.merged_into_id is not None for each in (later, earlier)):
        return
    connection.execute(
        sa.insert(CONTESTS).values(
            student_id=later.id,
            other_id=earlier.id,
            kind="same_person",
            explanation=EXPLANATION,
            marked_at=clock.now(),
            marked_by_id=keeper,
        )
    )
    both = STUDENTS.c.id.in_([later.id, earlier.id])
    connection.execute(sa.update(STUDENTS).where(both).values(contested=sa.true()))


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
