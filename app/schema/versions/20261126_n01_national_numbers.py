"""National numbers and former main numbers as the main number is kept: encrypted, found by a keyed hash, masked.

What had been written is repaired: a formal number was kept as G and a part of the hash of the main number, and is G
and the identity number; a temporary one stood in clear, and so did the number that an arrival declares.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import orjson
import sqlalchemy as sa
from alembic import op

from app import encryption

revision = "n01"
down_revision = "y01"
branch_labels = None
depends_on = None

NUMBERS = sa.table(
    "student_number",
    *(sa.column(name) for name in ("id", "student_id", "kind", "value", "number_hash", "number_masked", "case_id")),
    sa.column("number", sa.LargeBinary),
    sa.column("valid_until"),
)
CHECKS = {
    "sealed_by_kind": "(value IS NULL) = (kind IN ('national', 'former_main'))",
    "clear_or_sealed": "(value IS NULL) = (number_hash IS NOT NULL)",
    "declared_or_given": "student_id IS NOT NULL OR kind = 'national'",
}


def upgrade() -> None:
    with op.batch_alter_table("student_number") as numbers:
        numbers.alter_column("student_id", existing_type=sa.Integer(), nullable=True)
        numbers.alter_column("value", existing_type=sa.String(length=64), nullable=True)
        numbers.add_column(sa.Column("number", sa.LargeBinary(), nullable=True))
        numbers.add_column(sa.Column("number_hash", sa.String(length=64), nullable=True))
        numbers.add_column(sa.Column("number_masked", sa.String(length=19), nullable=False, server_default=""))
    repair_numbers()
    repair_applications()
    with op.batch_alter_table("student_number") as numbers:
        numbers.create_unique_constraint(op.f("uq_student_number_kind_number_hash"), ["kind", "number_hash"])
        for name, condition in CHECKS.items():
            numbers.create_check_constraint(op.f(f"ck_student_number_{name}"), condition)


def repair_numbers() -> None:
    """Every national number and former main number that stands in clear or as a hash."""
    connection = op.get_bind()
    rows = connection.execute(
        sa.text(
            "SELECT student_number.id, student_number.kind, student_number.value, student_number.case_id,"
            " student_number.student_id, student.main_number, student.main_number_hash FROM student_number"
            " JOIN student ON student.id = student_number.student_id"
            " WHERE student_number.kind IN ('national', 'former_main') ORDER BY student_number.id"
        )
    ).all()
    known = _GivenUp(connection)
    for row in rows:
        if row.kind == "former_main":
            number = known.number_of(row.value)
            by_its_ends = {"number_hash": row.value, "number_masked": _as_changed(connection, row)}
            kept = _kept(number) if number else by_its_ends
        elif len(row.value) == 64:
            present = row.main_number_hash[:63] == row.value[1:]
            number = None if present else known.number_of(row.value[1:])
            kept = _kept("G" + (number or encryption.unseal(bytes(row.main_number))))
        else:
            kept = _kept(row.value)
        connection.execute(sa.update(NUMBERS).where(NUMBERS.c.id == row.id).values(value=None, **kept))


class _GivenUp:
    """Main numbers given up since: they stand in lists of registration, and in what the ministry was asked."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self.asked: dict[str, str] | None = None

    def number_of(self, number_hash: str) -> str | None:
        """The number with this keyed hash, of which 63 digits are enough; None when it is kept nowhere."""
        listed = self.connection.execute(
            sa.text("SELECT content FROM batch_row WHERE number_hash >= :low AND number_hash < :high LIMIT 1"),
            {"low": number_hash[:63], "high": f"{number_hash[:63]}g"},
        ).scalar()
        number = orjson.loads(encryption.unseal(bytes(listed))).get("main_number") if listed else None
        if self.asked is None:
            self.asked = {encryption.keyed_hash(each)[:63]: each for each in self._asked_about()}
        return str(number).upper() if number else self.asked.get(number_hash[:63])

    def _asked_about(self) -> Iterator[str]:
        sent = sa.text("SELECT body FROM message_out WHERE kind = 'national_check'")
        for body in self.connection.execute(sent).scalars():
            yield from (each["main_number"] for each in orjson.loads(encryption.unseal(bytes(body)))["children"])


def _as_changed(connection: sa.Connection, row: Any) -> str:
    """The former number as the entry of its change shows it: its ends."""
    entries = connection.execute(
        sa.text("SELECT before FROM change WHERE case_id = :case_id AND student_id = :student_id ORDER BY id DESC"),
        {"case_id": row.case_id, "student_id": row.student_id},
    )
    shown = (orjson.loads(before).get("main_number") for before in entries.scalars() if before)
    return next((each for each in shown if each), "")


def repair_applications() -> None:
    """The number that an arrival declares, sealed in its application as its other numbers are."""
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, application FROM cases WHERE process_key = 'arrival'")).all()
    for row in rows:
        application = orjson.loads(row.application)
        number = application.pop("national_number", None)
        if number is None:
            continue
        kept = _kept(str(number).upper())
        application["national_number_sealed"] = base64.b64encode(kept["number"]).decode()
        application["national_number_masked"] = kept["number_masked"]
        connection.execute(
            sa.text("UPDATE cases SET application = :application WHERE id = :id"),
            {"application": orjson.dumps(application).decode(), "id": row.id},
        )


def _kept(number: str) -> dict[str, Any]:
    lettered = number[:1] in ("G", "L", "J") and len(number) == 19
    digits = number[1:] if lettered else number
    shown = f"{digits[:6]}{'*' * min(8, len(digits) - 10)}{digits[-4:]}"
    masked = f"{number[0]}{shown}" if lettered else shown
    return {
        "number": encryption.seal(number),
        "number_hash": encryption.keyed_hash(number),
        "number_masked": masked[:19],
    }


def downgrade() -> None:
    raise NotImplementedError("the schema only goes forward; restore a backup instead")
