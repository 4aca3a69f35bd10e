"""What somebody has typed into a form and not sent yet."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model, UtcDateTime


class FormDraft(Model):
    """填写草稿 – an application or a decision as one person has typed it so far; nobody else ever sees it."""

    __tablename__ = "form_draft"
    __table_args__ = (sa.UniqueConstraint("user_id", "office_id", "duty", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))  # with the duty: the post for which it was typed
    duty: Mapped[str] = mapped_column(sa.String(10))
    place: Mapped[str] = mapped_column(sa.String(120))  # which form, as `rules.form_drafts.DraftPlace` writes it
    task_id: Mapped[int | None] = mapped_column(sa.ForeignKey("task.id"))
    process_key: Mapped[str] = mapped_column(sa.String(40), default="")
    student_id: Mapped[int | None] = mapped_column(sa.ForeignKey("student.id"))
    about: Mapped[str] = mapped_column(sa.String(32), default="")
    content: Mapped[bytes] = mapped_column(sa.LargeBinary)  # sealed: forms hold what identifies a child
    revision: Mapped[int]
    saved_at: Mapped[dt.datetime] = mapped_column(UtcDateTime, index=True)
