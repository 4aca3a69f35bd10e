"""Keeping a list under a name, and forgetting it; choosing its columns."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.database import db, serialise
from app.errors import InvalidInput, Objected, Refused
from app.inbox.models import ColumnChoice, SavedList
from app.inbox.queries import own_list
from app.inbox.rules import chosen_columns
from app.sequences import insert_for
from app.web import canonical, objections

MOST = 20  # lists of one person at one office
NAME = {
    "type": "object",
    "properties": {"name": {"type": "string", "title": "名称", "minLength": 1, "maxLength": 20}},
    "required": ["name"],
}


class TooMany(Refused):
    """One person keeps so many lists and no more."""

    code = "E-LISTS"
    text = "最多保存 {most} 个视图，请先删除不用的。"


def save_list(name: str, parameters: Mapping[str, Any], *, shared: bool, actor: Actor) -> SavedList:
    """Keep the order and conditions under that name; one of the same name is replaced.

    Raises Objected (the name), InvalidInput (nothing to keep), TooMany (E-LISTS).
    """
    name = canonical.text(name).strip()
    if faults := list(objections(NAME, {"name": name} if name else {})):
        raise Objected(list(faults))
    kept = {key: value for key, value in parameters.items() if key != "q" and value not in (None, "", False)}
    if not kept:
        raise InvalidInput(sentence="请先选择次序或筛选条件，再保存视图；搜索的文字不保存。", field="name")
    serialise(f"lists of {actor.user_id} at {actor.office_id}")  # pressing twice replaces, and is counted once
    mine = (SavedList.office_id == actor.office_id, SavedList.user_id == actor.user_id)
    held = db.session.scalar(sa.select(SavedList).where(*mine, SavedList.name == name))
    if held is None:
        if (db.session.scalar(sa.select(sa.func.count()).select_from(SavedList).where(*mine)) or 0) >= MOST:
            raise TooMany(most=MOST)
        held = SavedList(office_id=actor.office_id, user_id=actor.user_id, name=name)
        db.session.add(held)
    held.parameters, held.shared, held.at = kept, shared, clock.now()
    db.session.flush()
    return held


def forget_list(list_id: int, *, actor: Actor) -> None:
    """Delete a list of one's own. Raises Missing."""
    db.session.delete(own_list(list_id, actor))


def choose_columns(box: str, columns: Iterable[str], *, actor: Actor) -> list[str]:
    """See these columns of that list from now on, in this order, in whichever post; what there is not is left out."""
    kept = chosen_columns(box, columns)
    row = insert_for()(ColumnChoice).values(user_id=actor.user_id, box=box, columns=kept)
    db.session.execute(row.on_conflict_do_update(index_elements=["user_id", "box"], set_={"columns": kept}))
    return kept


def usual_columns(box: str, *, actor: Actor) -> None:
    """Forget what was chosen: the usual columns again."""
    if held := db.session.get(ColumnChoice, (actor.user_id, box)):
        db.session.delete(held)
