"""A province as tiles: a block for each city, a tile for each county. Pure; for drawings where no borders are known.

The blocks stand where somebody has said (a column and a row), the others after them in the order of their codes.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 78, 40  # of a tile, in pixels
HEAD, GAP = 22, 14  # above the tiles of a block; between blocks
ACROSS = 4  # tiles, and blocks that nobody has placed
OWN = "市直"  # the tile of what a city runs itself

Place = tuple[int, int]


@dataclass(frozen=True)
class Part:
    """A division of the province: a city, or a county below one."""

    code: str
    name: str
    superior: str


@dataclass(frozen=True)
class Tile:
    """A county, or a city itself, and where it is drawn."""

    code: str
    name: str
    x: int
    y: int


@dataclass(frozen=True)
class Block:
    """A city with its tiles."""

    code: str
    name: str
    x: int
    y: int
    tiles: Sequence[Tile]


@dataclass(frozen=True)
class TileMap:
    """The whole drawing."""

    blocks: Sequence[Block]
    width: int
    height: int


def tile_map(parts: Sequence[Part], top: str, places: Mapping[str, Place]) -> TileMap:
    """Lay out the divisions below `top`; places -- column and row of a city by its code, of as many as are known."""
    cities = sorted((each for each in parts if each.superior == top), key=lambda each: each.code)
    standing = dict(_standing([each.code for each in cities], places))
    below = {each.code: _tiles_of(each, parts) for each in cities}
    rows = {row for _column, row in standing.values()}
    heights = {
        row: max(_lines(len(below[code])) for code, (_column, at) in standing.items() if at == row) for row in rows
    }
    tops, y = {}, 0
    for row in sorted(rows):
        tops[row], y = y, y + HEAD + heights[row] * HEIGHT + GAP
    wide = ACROSS * WIDTH + GAP
    columns = sorted({column for column, _row in standing.values()})
    blocks = [
        _block(each, below[each.code], columns.index(standing[each.code][0]) * wide, tops[standing[each.code][1]])
        for each in cities
    ]
    return TileMap(blocks, max(len(columns) * wide - GAP, 0), max(y - GAP, 0))


def _standing(codes: Sequence[str], places: Mapping[str, Place]) -> Iterator[tuple[str, Place]]:
    """Each where it was placed, unless somebody stands there already; the others below all of these."""
    taken: set[Place] = set()
    left = []
    for code in codes:
        if code in places and places[code] not in taken:
            taken.add(places[code])
            yield code, places[code]
        else:
            left.append(code)
    below = max((row for _column, row in taken), default=-1) + 1
    for place, code in enumerate(left):
        yield code, (place % ACROSS, below + place // ACROSS)


def _tiles_of(city: Part, parts: Sequence[Part]) -> list[Part]:
    counties = sorted((each for each in parts if each.superior == city.code), key=lambda each: each.code)
    return [Part(city.code, OWN, ""), *counties]


def _lines(tiles: int) -> int:
    return math.ceil(tiles / ACROSS)


def _block(city: Part, parts: Sequence[Part], x: int, y: int) -> Block:
    tiles = [
        Tile(each.code, each.name, x + place % ACROSS * WIDTH, y + HEAD + place // ACROSS * HEIGHT)
        for place, each in enumerate(parts)
    ]
    return Block(city.code, city.name, x, y, tiles)
