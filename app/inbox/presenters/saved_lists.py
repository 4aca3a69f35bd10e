"""Kept lists, as programs read them."""

from __future__ import annotations

from typing import TypedDict

from app.access import Actor
from app.cases.rules import Light
from app.inbox.models import SavedList


class ListParametersJson(TypedDict, total=False):
    """次序与条件, as `GET /tasks` takes them; what is not asked for is not there."""

    process: str
    step: str
    office: str
    school: str
    county: str
    light: Light
    returned: bool
    urged: bool
    starred: bool
    sort: str


class ColumnsJson(TypedDict):
    """列设置: the columns that the caller sees of a list, in their order, and those there are."""

    box: str
    columns: list[str]
    offered: list[str]


class SavedListJson(TypedDict):
    """视图: the parameters of a list of tasks under a name; `own` of the caller's."""

    id: int
    name: str
    parameters: ListParametersJson
    shared: bool
    own: bool
    by: str


def saved_list_json(each: SavedList, actor: Actor) -> SavedListJson:
    """A kept list for programs."""
    return {
        "id": each.id,
        "name": each.name,
        "parameters": each.parameters,
        "shared": each.shared,
        "own": each.user_id == actor.user_id,
        "by": each.user.name,
    }
