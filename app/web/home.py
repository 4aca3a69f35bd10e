"""今日: the page on which everybody arrives, and what it shows of what they can do; each package adds its own.

A tile is one figure or one place to go, a panel a part of the page with a template of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from flask import Blueprint, render_template

from app import clock
from app.access import SIGNED_IN, Actor, actor, allow
from app.web.api_description import operation
from app.web.application import add_menu
from app.web.formatting import Day

bp = Blueprint("home", __name__, template_folder="templates")
api = Blueprint("home_api", __name__, url_prefix="/api/v1")
WEEKDAYS = "一二三四五六日"


@dataclass(frozen=True)
class Mark:
    """A part of a tile's figure that has a list of its own: how many of them are late, for example."""

    colour: str  # red, yellow, grey; the text says it too
    text: str
    url: str


@dataclass(frozen=True)
class Tile:
    """One thing that whoever acts can do or should know, with the list behind its figure."""

    key: str  # by which programs know it
    label: str
    url: str | None = None  # none: there is nothing behind it
    figure: int | None = None
    text: str = ""  # in the figure's place, where there is none to count
    most: int = 0  # the figure was counted no further; 0: it was counted to its end
    note: str = ""
    marks: tuple[Mark, ...] = ()

    @property
    def shown(self) -> str:
        """The figure as it is written."""
        if self.figure is None:
            return self.text
        return f"{self.most}+" if self.most and self.figure >= self.most else f"{self.figure:,}"


@dataclass(frozen=True)
class _Entry:
    build: Callable[[Actor], Any]
    duties: tuple[str, ...]
    kinds: tuple[str, ...]
    template: str = ""

    def concerns(self, caller: Actor) -> bool:
        return caller.duty in self.duties and (caller.office_kind in self.kinds or not self.kinds)


_tiles: list[_Entry] = []
_panels: list[_Entry] = []


def add_tiles(
    build: Callable[[Actor], Iterable[Tile]], duties: tuple[str, ...], *, kinds: tuple[str, ...] = ()
) -> None:
    """Show these tiles to these duties (at these kinds of office)."""
    _tiles.append(_Entry(build, duties, kinds))


def add_panel(
    template: str,
    build: Callable[[Actor], Mapping[str, Any] | None],
    duties: tuple[str, ...],
    *,
    kinds: tuple[str, ...] = (),
) -> None:
    """Show this part of a page to these duties; `build` gives what its template shows as `panel`, None for nothing."""
    _panels.append(_Entry(build, duties, kinds, template))


def tiles_of(caller: Actor) -> list[Tile]:
    """Everything that whoever acts can do, in the order in which the packages have added it."""
    return [tile for each in _tiles if each.concerns(caller) for tile in each.build(caller)]


add_menu("我的工作", "今日", "home.index", (), place=10)


@bp.get("/")
@allow(SIGNED_IN)
def index() -> Any:
    caller, today = actor(), clock.today()
    panels = [(each.template, each.build(caller)) for each in _panels if each.concerns(caller)]
    return render_template(
        "interface/home.html",
        today=f"{today.year} 年 {today.month} 月 {today.day} 日 星期{WEEKDAYS[today.weekday()]}",
        works=clock.is_working_day(today),
        tiles=tiles_of(caller),
        panels=[(template, panel) for template, panel in panels if panel is not None],
    )


class TileJson(TypedDict):
    """One thing to do or to know; `most` is where counting stopped, null where it went to the end."""

    key: str
    label: str
    figure: int | None
    most: int | None
    note: str
    address: str | None


class TodayJson(TypedDict):
    """What whoever asks can do today."""

    day: Day
    tiles: list[TileJson]


@api.get("/today")
@allow(SIGNED_IN)
@operation("今日：当前岗位可办的事项及件数")
def show_today() -> TodayJson:
    return {"day": clock.today().isoformat(), "tiles": [_tile_json(each) for each in tiles_of(actor())]}


def _tile_json(each: Tile) -> TileJson:
    return {
        "key": each.key,
        "label": each.label,
        "figure": each.figure,
        "most": each.most or None,
        "note": each.note or each.text,
        "address": each.url,
    }
