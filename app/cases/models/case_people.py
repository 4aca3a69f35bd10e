"""Who has taken part in a running case: what 在办 is read from."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model


class CasePerson(Model):
    """办件经手人 – somebody who handed a running case in, pre-reviewed, answered or decided in it; gone when it closes.

    The triggers of revision b04 keep it, whoever writes. What somebody did and was taken back since counts: they took
    part, and wait for what becomes of it.
    """

    __tablename__ = "case_person"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), primary_key=True, index=True)
