"""What an office's leader proposes of its people, until a security administrator has decided it."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Model, UtcDateTime, choice
from app.divisions.models import Office
from app.identity.models import Duty, User


class ProposalKind(StrEnum):
    """任职申请类别"""

    APPOINT = "appoint"  # 任职: a post for somebody
    RELIEVE = "relieve"  # 离任: the end of one


class ProposalStatus(StrEnum):
    """任职申请状态"""

    OPEN = "open"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


STATUS_NAMES = {"open": "待审批", "granted": "已同意", "refused": "不同意", "withdrawn": "已撤回"}
KIND_NAMES = {"appoint": "任职", "relieve": "离任"}


class PostProposal(Model):
    """任职申请 – a post that is to begin or to end; whoever proposes it never grants it, nor whom it is about."""

    __tablename__ = "post_proposal"
    __table_args__ = (
        sa.CheckConstraint("decided_by_id <> proposed_by_id OR status = 'withdrawn'", name="never_one_alone"),
        sa.CheckConstraint("decided_by_id <> user_id OR status = 'withdrawn'", name="never_for_oneself"),
        sa.CheckConstraint("(status = 'open') = (decided_at IS NULL)", name="decided_when_over"),
        sa.CheckConstraint("(kind = 'relieve') = (post_id IS NOT NULL)", name="post_that_ends"),
        sa.CheckConstraint("kind = 'appoint' OR ends_on IS NOT NULL", name="last_day"),
        sa.CheckConstraint("ends_on IS NULL OR ends_on >= starts_on", name="ends_after_start"),
        sa.Index("ix_post_proposal_office_id", "office_id", "id"),
        sa.Index(
            "ix_post_proposal_open",
            "id",
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        ),
        sa.Index("ix_post_proposal_post_id", "post_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[ProposalKind] = mapped_column(choice(ProposalKind))
    status: Mapped[ProposalStatus] = mapped_column(choice(ProposalStatus), default=ProposalStatus.OPEN)
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    username: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(40))
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("app_user.id"))  # none: the account is made by the grant
    duty: Mapped[Duty] = mapped_column(choice(Duty))
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date | None]  # last day
    post_id: Mapped[int | None] = mapped_column(sa.ForeignKey("post.id"))  # that ends
    successor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("app_user.id"))  # to whom the open tasks go
    reason: Mapped[str] = mapped_column(sa.String(200))
    proposed_by_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    proposed_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("app_user.id"))
    decided_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    opinion: Mapped[str] = mapped_column(sa.String(200), default="")

    office: Mapped[Office] = relationship(lazy="joined")
    user: Mapped[User | None] = relationship(foreign_keys=[user_id])
    successor: Mapped[User | None] = relationship(foreign_keys=[successor_id])
    proposed_by: Mapped[User] = relationship(foreign_keys=[proposed_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])
