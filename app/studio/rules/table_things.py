"""What a DMN file says: its decision tables, their columns and their rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from app.studio.rules.plain_words import cell_in_words
from app.studio.rules.things import Thing
from workflows.reading import read

POLICIES = {"UNIQUE": "唯一", "FIRST": "首条", "ANY": "一致", "COLLECT": "收集", "RULE ORDER": "依次收集"}
TYPES = {"string": "文字", "number": "数字", "integer": "整数", "boolean": "是否"}


def things_of_table(text: str | None, names: Mapping[str, str] | None = None) -> dict[str, Thing]:
    """Every table, column and row of a file by its id; {} of None. names -- of the fields and facts by their keys"""
    if text is None:
        return {}
    return dict(_things(read(text.encode(), ""), names or {}))


def _things(root: etree._Element, names: Mapping[str, str]) -> Iterator[tuple[str, Thing]]:
    for decision in _all(root, "decision"):
        key, name = decision.get("id", ""), decision.get("name", "")
        yield key, Thing("决策表", name or key, {"名称": name})
        for table in _all(decision, "decisionTable"):
            columns = [_title(each) for each in (*_parts(table, "input"), *_parts(table, "output"))]
            policy = {"命中策略": _called(POLICIES, table.get("hitPolicy", "UNIQUE")), "各列": "、".join(columns)}
            yield f"{key}#table", Thing("决策表", name or key, policy)
            for each in (*_parts(table, "input"), *_parts(table, "output")):
                yield _key(key, each), Thing("决策表的列", _title(each), _column(each, names))
            for number, rule in enumerate(_parts(table, "rule"), start=1):
                yield _key(key, rule, number), _row(rule, number, columns)


def _column(column: etree._Element, names: Mapping[str, str]) -> dict[str, str]:
    """A column by what it is called; what it is known by to the engine only where nothing calls it."""
    source = _words(column)
    return {"取自": names.get(source, source), "类型": _called(TYPES, _type(column))}


def _called(names: Mapping[str, str], key: str) -> str:
    return names.get(key, key)


def _row(rule: etree._Element, number: int, columns: list[str]) -> Thing:
    cells = [*_parts(rule, "inputEntry"), *_parts(rule, "outputEntry")]
    said = {title: cell_in_words(_words(cell)) or "-" for title, cell in zip(columns, cells, strict=False)}
    told = " ".join(_words(each) for each in _parts(rule, "description"))
    return Thing("决策表的行", told or f"第 {number} 行", {"次序": f"第 {number} 行", "说明": told, **said})


def _key(decision: str, element: etree._Element, number: int = 0) -> str:
    return element.get("id") or f"{decision}#{etree.QName(element).localname}{number}"


def _title(column: etree._Element) -> str:
    return column.get("label") or column.get("name") or _words(column) or "?"


def _type(column: etree._Element) -> str:
    inner = [each.get("typeRef", "") for each in column.iter(etree.Element) if each.get("typeRef")]
    return inner[0] if inner else ""


def _words(element: etree._Element) -> str:
    """The texts of an element and its parts."""
    return " ".join(" ".join("".join(element.itertext()).split()).split())


def _all(element: etree._Element, name: str) -> list[etree._Element]:
    return [each for each in element.iter(etree.Element) if etree.QName(each).localname == name]


def _parts(element: etree._Element, name: str) -> list[etree._Element]:
    return [each for each in element if isinstance(each.tag, str) and etree.QName(each).localname == name]
