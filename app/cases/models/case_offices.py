"""Which offices have to do with a case: what every list of cases is read from."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from app.database import Model


class CaseOffice(Model):
    """办件所涉机构 – an office that sees a case: it applied, stands on its route, or is a bureau above one that does.

    The triggers of revision l01 keep it, whoever writes: a step of a route or an applicant brings the rows, a case that
    closes marks them, a school that gets another superior has those of its cases written anew.
    """

    __tablename__ = "case_office"
    __table_args__ = (
        sa.Index("ix_case_office_box", "office_id", "own", "closed", "case_id"),
        sa.Index("ix_case_office_process", "office_id", "process_key", "case_id"),
    )

    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"), primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), primary_key=True, index=True)
    own: Mapped[bool]  # it applied or stands on the route; a bureau that only answers for such an office does not
    closed: Mapped[bool]
    student_id: Mapped[int | None]  # the case's, as its process
    process_key: Mapped[str] = mapped_column(sa.String(40))
