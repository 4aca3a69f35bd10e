"""A passport, a pass or another document is one child's: its keyed hash stands beside its sealed number, once.

Of two records that were given the same document before, the earlier bears it; the later one is marked as contested
with the earlier, for a case to settle, unless it has been marked or merged already.
"""

from __future__ import annotations

import re
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

from app import clock, encryption

revision = "u01"
down_revision = "f01"
branch_labels = None
depends_on = None

EXPLANATION = "系统升级时发现：两个学籍登记了同一证件（类型与号码相同），请核实是否同一学生。"
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
    op.add_column("student", sa.Column("document_hash", sa.String(length=64), nullable=True))
    keep_hashes()
    op.create_index("ix_student_document_hash", "student", ["document_hash"], unique=True)


def keep_hashes() -> None:
    """The hash of every document that a record holds sealed; living records first, then in the order of their age."""
    connection = op.get_bind()
    bearers: dict[str, Any] = {}
    rows = connection.execute(
        sa.select(*(STUDENTS.c[name] for name in ("id", "document_type", "contested", "merged_into_id", "particulars")))
        .where(sa.cast(STUDENTS.c.particulars, sa.Text).contains("document_number_sealed"))
        .order_by(STUDENTS.c.merged_into_id.is_not(None), STUDENTS.c.id)
    ).all()
    for row in rows:
        kept = row.particulars if isinstance(row.particulars, dict) else orjson.loads(row.particulars)
        number = encryption.unseal_text(kept["document_number_sealed"])
        identity = identity_of_document(row.document_type, number)
        if identity is None:
            continue
        document_hash = encryption.keyed_hash(identity)
        first = bearers.setdefault(document_hash, row)
        if first is row:
            connection.execute(sa.update(STUDENTS).where(STUDENTS.c.id == row.id).values(document_hash=document_hash))
        else:
            mark(connection, row, first)


def mark(connection: sa.Connection, later: Any, first: Any) -> None:
    """The later record is contested, and the earlier with it; one that somebody deals with already is left alone."""
    keeper = connection.execute(
        sa.text("SELECT custodian_id FROM archive WHERE student_id = :id"), {"id": later.id}
    ).scalar()
    if keeper is None or later.contested or later.merged_into_id is not None:
        return
    connection.execute(
        sa.insert(CONTESTS).values(
            student_id=later.id,
            other_id=first.id,
            kind="same_person",
            explanation=EXPLANATION,
            marked_at=clock.now(),
            marked_by_id=keeper,
        )
    )
    connection.execute(sa.update(STUDENTS).where(STUDENTS.c.id.in_([later.id, first.id])).values(contested=sa.true()))


def identity_of_document(kind: str, number: str) -> str | None:
    """As the rules of documents have it on the day of this revision."""
    number = re.sub(r"[()]", "", number.upper())
    if kind == "1":
        return None
    if kind in "678C" and re.fullmatch(r"8[123]0000[0-9]{11}[0-9X]", number):
        return f"C:{number}"
    renewed = {"6": r"(H[0-9]{8})[0-9]{2}", "7": r"(M[0-9]{8})[0-9]{2}", "8": r"([0-9]{8})[0-9]{2}[A-Z]?"}
    found = re.fullmatch(renewed[kind], number) if kind in renewed else None
    return f"{kind}:{found[1] if found else number}"


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
