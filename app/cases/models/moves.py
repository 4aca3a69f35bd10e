"""Cases that stand at a wrong place: proposals to let a waiting task go on as another one of the same diagram."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.cases.models.cases import Case, Task
from app.database import Model, UtcDateTime, choice
from app.identity.models import User


class MoveStatus(StrEnum):
    """环节调整状态"""

    PROPOSED = "proposed"  # 待审批
    DONE = "done"  # 已调整: proposed -> done, by another person; in the transaction that moved the case
    RETURNED = "returned"  # 已退回: proposed -> returned
    WITHDRAWN = "withdrawn"  # 已撤回: proposed -> withdrawn, by an analyst


class Move(Model):
    """环节调整 – a task at which a case waits goes on as another one of the same diagram: proposed, approved, done."""

    __tablename__ = "case_move"
    __table_args__ = (
        sa.Index(
            "ix_case_move_proposed",  # one at a time
            "case_id",
            unique=True,
            postgresql_where=sa.text("status = 'proposed'"),
            sqlite_where=sa.text("status = 'proposed'"),
        ),
        sa.CheckConstraint("(status = 'proposed') = (decided_at IS NULL)", name="decided_when_over"),
        sa.CheckConstraint("from_key <> to_key", name="to_another"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"))  # at which it waited when this was proposed
    from_key: Mapped[str] = mapped_column(sa.String(40))
    from_name: Mapped[str] = mapped_column(sa.String(60))
    to_key: Mapped[str] = mapped_column(sa.String(40))
    to_name: Mapped[str] = mapped_column(sa.String(60))
    reason: Mapped[str] = mapped_column(sa.String(200))
    proposed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    proposed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    status: Mapped[MoveStatus] = mapped_column(choice(MoveStatus), default=MoveStatus.PROPOSED)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("app_user.id"))
    decided_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    opinion: Mapped[str | None] = mapped_column(sa.String(2000))

    case: Mapped[Case] = relationship()
    task: Mapped[Task] = relationship()
    proposed_by: Mapped[User] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])
