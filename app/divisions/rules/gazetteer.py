"""行政区划 of the whole country by GB/T 2260: which counties there are in a year, and what a former one is called now.

The list with its years comes from python-stdnum (`cn/loc.dat`, kept after the published tables of the standard); for
our own province `zhejiang.csv` is added to it, and `former.csv` says what became of the divisions it no longer has.
"""

from __future__ import annotations

import csv
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from itertools import product
from pathlib import Path

HOME = "33"  # our own province: a bare name means its county first
WITHOUT_COUNTIES = ("441900", "442000", "460300", "460400", "620200")  # 东莞, 中山, 三沙, 儋州, 嘉峪关
REGIONS = {"710000": "台湾省", "810000": "香港特别行政区", "820000": "澳门特别行政区"}  # known by their one code
HEADINGS = ("市辖区", "市区", "县")  # of the list, no places; 省直辖县级行政区划 is another
ENTRY = re.compile(r"(?:\[([0-9]{4})?-([0-9]{4})?\])?([^,\[]+)")
ENDINGS = re.compile("(?:特别行政区|(?:[\u4e00-\u9fff]{1,3}族)*自治[区州县旗]|地区|林区|省|市|区|县|盟|旗)$")


@dataclass(frozen=True)
class Entry:
    """A division under one name: the years in which it bore it."""

    code: str
    name: str
    since: int
    until: int

    @property
    def is_place(self) -> bool:
        """False for a heading of the list, such as 市辖区."""
        return self.name not in HEADINGS and "直辖" not in self.name

    @property
    def is_county(self) -> bool:
        """True for what a household is registered in."""
        return self.is_place and (not self.code.endswith("00") or self.code in (*WITHOUT_COUNTIES, *REGIONS))


@dataclass(frozen=True)
class Gazetteer:
    """The divisions of one year."""

    year: int
    names: Mapping[str, str]  # of every division, by its code
    counties: Mapping[str, str]  # full names, by code
    words: Mapping[str, tuple[str, ...]]  # every way to write a county -> its codes

    def find(self, written: str) -> tuple[str, ...]:
        """The counties that a text may mean; a bare name means our own province's where that has one."""
        found = self.words.get(_joined(written), ())
        own = tuple(code for code in found if code.startswith(HOME))
        return own if len(own) == 1 else found


@functools.cache
def entries() -> Mapping[str, tuple[Entry, ...]]:
    """Every division there is or was, by its code, the oldest name first."""
    found: dict[str, list[Entry]] = {code: [Entry(code, name, 0, 9999)] for code, name in REGIONS.items()}
    province = ""
    for line in resources.files("stdnum.cn").joinpath("loc.dat").read_text("utf-8").splitlines():
        if head := re.fullmatch(r"([0-9]{2}) province=.*", line):
            province = head[1]
        elif part := re.fullmatch(r"  ([0-9]{4}) county=\"(.*)\"", line):
            code = province + part[1]
            if code not in REGIONS:
                found[code] = [
                    Entry(code, name.strip(), int(since or 0), int(until or 9999))
                    for since, until, name in ENTRY.findall(part[2])
                ]
    for code, name in _rows_of("zhejiang.csv", "code", "name"):
        if not any(each.until == 9999 for each in found.get(code, ())):
            found.setdefault(code, []).append(Entry(code, name, 0, 9999))
    return {code: tuple(each) for code, each in found.items()}


@functools.lru_cache(maxsize=4)
def gazetteer(year: int) -> Gazetteer:
    """The divisions of that year."""
    present = {code: each for code, names in entries().items() for each in names if each.since <= year <= each.until}
    counties: dict[str, str] = {}
    words: dict[str, tuple[str, ...]] = {}
    for code, entry in present.items():
        if entry.is_county:
            counties[code] = "".join(dict.fromkeys([*_above(code, year), entry.name]))
            for word in _spellings(entry, year):
                words[word] = (*words.get(word, ()), code)
    return Gazetteer(year, {code: each.name for code, each in present.items()}, counties, words)


def _above(code: str, year: int) -> list[str]:
    """Province and city of a county in that year, as far as the list has them."""
    above = [_name_in(f"{code[:2]}0000", year), _name_in(f"{code[:4]}00", year)]
    return [each.name for each in above if each is not None and each.is_place and each.code != code]


def _name_in(code: str, year: int) -> Entry | None:
    return next((each for each in entries().get(code, ()) if each.since <= year <= each.until), None)


def _spellings(entry: Entry, year: int) -> set[str]:
    """西湖区, 杭州市西湖区, 浙江杭州西湖区 …"""
    above = [("", each, _stem(each)) for each in _above(entry.code, year)]
    return {"".join(before) + entry.name for before in product(*above)}


@functools.cache
def _stem(name: str) -> str:
    """杭州市 is 杭州."""
    return ENDINGS.sub("", name)


def _joined(written: str) -> str:
    """A text without what only stands between its parts: 浙江省/杭州市/西湖区."""
    return re.sub(r"[\s/\\,，、>·\-—]+", "", written)


def division_name(code: str) -> str:
    """浙江省杭州市西湖区: a county by its code, under its last name where it is no more; "" for nothing."""
    names = entries().get(code)
    if not names:
        return code
    last = max(names, key=lambda each: each.until)
    return "".join(dict.fromkeys([*_above(code, min(last.until, 9998)), last.name]))


def former(written: str, year: int) -> Entry | None:
    """The division of that code or name, latest first, that no longer is in that year."""
    bare = _joined(written)
    named = entries().get(bare, ()) if bare.isdigit() else [each for each in _past() if bare.endswith(each.name)]
    gone = [each for each in named if each.until < year and each.is_county]
    fitting = [each for each in gone if bare == each.code or bare in _spellings(each, each.until)]
    own = [each for each in fitting if each.code.startswith(HOME)]
    return max(own or fitting, key=lambda each: each.until, default=None)


@functools.cache
def _past() -> tuple[Entry, ...]:
    """Every division under a name that it does not bear for ever."""
    return tuple(each for names in entries().values() for each in names if each.until < 9999)


@functools.cache
def _successors() -> Mapping[str, tuple[int, tuple[str, ...]]]:
    """Of our own province: the year in which a division ended, and what its area belongs to now."""
    rows = _rows_of("former.csv", "code", "year", "successors")
    return {code: (int(year), tuple(successors.split())) for code, year, successors in rows}


def ended(entry: Entry, year: int) -> tuple[int, list[str]]:
    """The year in which a former division ended, and the counties its area belongs to now, as far as is known."""
    now = gazetteer(year)
    if entry.code in _successors():
        until, codes = _successors()[entry.code]
        return until, [code for code in codes if code in now.counties]
    if entry.code in now.counties:  # it only bears another name
        return entry.until, [entry.code]
    stem = _stem(entry.name)
    alike = [code for code in now.counties if code[:2] == entry.code[:2] and _stem(now.names[code]) == stem]
    return entry.until, alike if len(alike) == 1 and len(stem) > 1 else []


@functools.cache
def former_of_home() -> tuple[tuple[str, ...], ...]:
    """Code and name of the divisions that our own province no longer has."""
    return tuple(_rows_of("former.csv", "code", "name"))


def _rows_of(file: str, *columns: str) -> list[tuple[str, ...]]:
    with (Path(__file__).parents[1] / "data" / file).open(encoding="utf-8") as opened:
        return [tuple(row[each] for each in columns) for row in csv.DictReader(opened)]
