"""跨区域招生流向 as a map: the province in tiles, coloured by what comes and goes, each with its figure in letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.divisions.rules.tile_map import Tile, TileMap
from app.processes.recruitment.queries.balances import Balance
from app.students.rules.small_cells import FEW, is_small, shown

MEASURES = {"registered": "已注册人数", "planned": "已备案计划数"}
#: by the class of a tile: its words in the legend
KINDS = {
    "much-in": "流入较多",
    "in": "流入多于流出",
    "even": "持平",
    "out": "流出多于流入",
    "much-out": "流出较多",
    "few": f"{FEW}，不显示差额",
    "none": "无跨区域招生",
}
LONGEST = 6  # letters of a name that a tile holds
MUCH = 0.5  # of the largest balance of any division


@dataclass(frozen=True)
class DrawnTile:
    """A tile with its colour, its figure, and what is said of it."""

    code: str
    name: str
    x: int
    y: int
    kind: str
    figure: str
    says: str

    @property
    def short(self) -> str:
        """The name as far as the tile holds it; what is said of it has all of it."""
        return self.name if len(self.name) <= LONGEST else f"{self.name[: LONGEST - 1]}…"


@dataclass(frozen=True)
class BalanceLine:
    """A line of the table beneath: a division with its figures, as they may be seen."""

    code: str
    name: str
    cells: Sequence[int | str]


def tiles_of(drawing: TileMap, balances: Mapping[str, Balance], measure: str) -> list[DrawnTile]:
    """Every tile of the drawing; a city's own tile is named by its city."""
    most = max((abs(_net(each, measure)) for each in balances.values()), default=0)
    return [
        _tile(each, block.name, balances.get(each.code), measure, most)
        for block in drawing.blocks
        for each in block.tiles
    ]


def _tile(tile: Tile, city: str, balance: Balance | None, measure: str, most: int) -> DrawnTile:
    where = f"{city}{tile.name}"
    if balance is None or not any(_both(balance, measure)):
        return DrawnTile(tile.code, tile.name, tile.x, tile.y, "none", "", f"{where}：{KINDS['none']}")
    comes, goes = _both(balance, measure)
    if measure == "registered" and (is_small(comes) or is_small(goes)):
        kind, figure = "few", FEW
    else:
        kind, figure = _kind(comes - goes, most), signed(comes - goes)
    says = f"{where}：流入 {_said(comes, measure)}，流出 {_said(goes, measure)}"
    return DrawnTile(tile.code, tile.name, tile.x, tile.y, kind, figure, says)


def _both(balance: Balance, measure: str) -> tuple[int, int]:
    if measure == "planned":
        return balance.planned_in, balance.planned_out
    return balance.registered_in, balance.registered_out


def _net(balance: Balance, measure: str) -> int:
    comes, goes = _both(balance, measure)
    return comes - goes


def _said(count: int, measure: str) -> int | str:
    return count if measure == "planned" else shown(count)


def _kind(net: int, most: int) -> str:
    if not net:
        return "even"
    much = abs(net) >= most * MUCH
    return ("much-in" if much else "in") if net > 0 else ("much-out" if much else "out")


def signed(net: int) -> str:
    """A balance with its sign."""
    return f"+{net}" if net > 0 else f"−{-net}" if net else "0"


def lines_of(balances: Mapping[str, Balance], names: Mapping[str, str]) -> list[BalanceLine]:
    """The table beneath, in the order of the divisions: filed caps in and out, children in and out, their balance."""
    lines = []
    for code in sorted(balances):
        each = balances[code]
        hidden = is_small(each.registered_in) or is_small(each.registered_out)
        net = FEW if hidden else signed(each.registered_in - each.registered_out)
        cells = (each.planned_in, each.planned_out, shown(each.registered_in), shown(each.registered_out), net)
        lines.append(BalanceLine(code, names.get(code, code), cells))
    return lines
