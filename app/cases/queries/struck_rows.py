"""Children struck off a list by their positions (`3、7`): what an office has written stands until it writes anew."""

from __future__ import annotations

import re

import sqlalchemy as sa

from app.cases.models import BatchRow, Decision
from app.database import db
from app.errors import InvalidInput, Objected

STRUCK = "struck_off"  # the field of a decision in which an office writes them down


def positions(text: str) -> set[int]:
    """The positions an office wrote down: `3、7, 12`."""
    return {int(digits) for digits in re.findall(r"[0-9]{1,4}", text)}


def struck_before(case_id: int, office_id: int) -> str:
    """What the office has said last in this case, such as with a list that it sent back; empty when nothing."""
    by_it = (Decision.case_id == case_id, Decision.office_id == office_id, Decision.undone_id.is_(None))
    forms = db.session.scalars(sa.select(Decision.form).where(*by_it).order_by(Decision.id.desc()))
    return next((str(form[STRUCK]) for form in forms if STRUCK in form), "")


def check_positions(case_id: int, text: str) -> None:
    """Raises Objected when one of the positions is not on the case's list: a slip would let the child meant pass."""
    wanted = positions(text)
    there = db.session.scalars(sa.select(BatchRow.position).where(BatchRow.case_id == case_id))
    if missing := sorted(wanted - set(there)):
        said = f"名单上没有第 {'、'.join(map(str, missing))} 号。"
        raise Objected([InvalidInput(sentence=said, field=f"form.{STRUCK}")])
