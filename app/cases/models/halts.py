"""Cases and processes that stand still: no decision is taken until somebody lets them go on; cases that were ended."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from app.cases.models.cases import Case
from app.database import Model, UtcDateTime, table
from app.definitions.models import Process
from app.divisions.models import Office
from app.identity.models import User

STANDING = "ended_at IS NULL"


class Halt(Model):
    """挂起 – nobody decides in a case, or in any case of a process, from a moment until another.

    Whoever runs the processes halts, and the clock goes on; an office pauses a case that it has (暂停), and its
    clock stands still.
    """

    __tablename__ = "halt"
    __table_args__ = (
        sa.CheckConstraint("(process_key IS NULL) <> (case_id IS NULL)", name="of_one"),
        sa.Index(
            "ix_halt_process",
            "process_key",
            unique=True,
            postgresql_where=sa.text(STANDING),
            sqlite_where=sa.text(STANDING),
        ),
        sa.Index("ix_halt_of_case", "case_id"),
        *(
            sa.Index(name, "case_id", unique=True, postgresql_where=sa.text(where), sqlite_where=sa.text(where))
            for name, where in (
                ("ix_halt_case", f"{STANDING} AND office_id IS NULL"),
                ("ix_halt_paused", f"{STANDING} AND office_id IS NOT NULL"),
            )
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    process_key: Mapped[str | None] = mapped_column(sa.ForeignKey("process.key"))
    case_id: Mapped[int | None] = mapped_column(sa.ForeignKey("cases.id"))
    reason: Mapped[str] = mapped_column(sa.String(200))
    since: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("app_user.id"))
    office_id: Mapped[int | None] = mapped_column(sa.ForeignKey("office.id"))  # which has paused the case

    process: Mapped[Process | None] = relationship()
    case: Mapped[Case | None] = relationship()
    by: Mapped[User] = relationship(foreign_keys=[by_id])
    office: Mapped[Office | None] = relationship()


class Termination(Model):
    """终止 – an office that had a case has ended it for good, and why."""

    __tablename__ = "termination"
    __table_args__ = (sa.CheckConstraint("reason <> ''", name="reason_given"),)

    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), primary_key=True)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    reason: Mapped[str] = mapped_column(sa.String(200))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    office: Mapped[Office] = relationship()
    user: Mapped[User] = relationship()


HALTS, CASES = table(Halt), table(Case)
#: why no decision may be taken in a case now, None where it may: read with the case, so that it costs no statement
HALTED = (
    sa.select(HALTS.c.reason)
    .where(HALTS.c.ended_at.is_(None))
    .where(sa.or_(HALTS.c.case_id == CASES.c.id, HALTS.c.process_key == CASES.c.process_key))
    .order_by(HALTS.c.id)
    .limit(1)
    .correlate(CASES)
    .scalar_subquery()
)
Case.halted = column_property(HALTED, deferred=True)
