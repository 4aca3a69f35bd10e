"""Decision tables beside a diagram: DMN with cells in the plain FEEL subset, read as data and never run as code."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from workflows.errors import DiagramRefused

LARGEST = 1_000_000  # bytes
LITERAL = re.compile(r'^(?:"([^"\\]*)"|(-?\d+(?:\.\d+)?)|(true|false|null))$')
COMPARISON = re.compile(r"^(<=|>=|<|>|!=|=)\s*(.+)$")
INTERVAL = re.compile(r"^([\[\](])\s*(.+?)\s*\.\.\s*(.+?)\s*([\])\[])$")


class TableError(DiagramRefused):
    """A decision table that cannot be read or gives no single answer."""


@dataclass(frozen=True)
class Rule:
    """One row: a test per input column, a value per output column."""

    tests: tuple[str, ...]
    outputs: tuple[Any, ...]


@dataclass(frozen=True)
class Table:
    """One decision table."""

    id: str
    name: str
    hit_policy: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    rules: tuple[Rule, ...]

    def decide(self, **inputs: Any) -> Any:
        """The answer for these inputs (a missing one is null).

        A dict for UNIQUE, ANY and FIRST (None when no rule matches), a list of dicts for COLLECT and RULE ORDER.
        Raises TableError when UNIQUE rules overlap or ANY rules disagree.
        """
        hits = [rule for rule in self.rules if self._matches(rule, inputs)]
        answers = [dict(zip(self.outputs, rule.outputs, strict=True)) for rule in hits]
        if self.hit_policy in ("COLLECT", "RULE ORDER"):
            return answers
        if self.hit_policy == "UNIQUE" and len(answers) > 1:
            raise TableError(f"决策表“{self.name}”有 {len(answers)} 条规则同时成立，命中策略 UNIQUE 只允许一条")
        if self.hit_policy == "ANY" and any(answer != answers[0] for answer in answers):
            raise TableError(f"决策表“{self.name}”同时成立的规则结论不一致")
        return answers[0] if answers else None

    def _matches(self, rule: Rule, inputs: Mapping[str, Any]) -> bool:
        return all(matches(test, inputs.get(name)) for test, name in zip(rule.tests, self.inputs, strict=True))


def read_tables(source: bytes) -> dict[str, Table]:
    """Every decision table of a DMN file, by decision id. Raises TableError with decision, rule and column."""
    if len(source) > LARGEST or b"<!DOCTYPE" in source or b"<!ENTITY" in source:
        raise TableError("决策表文件过大，或含有不允许的 DOCTYPE、实体声明")
    try:
        root = etree.fromstring(source, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except etree.XMLSyntaxError as error:
        raise TableError(f"决策表不是正确的 XML（第 {error.lineno} 行）") from error
    tables = (
        _table(decision) for decision in root.iterfind("{*}decision") if decision.find("{*}decisionTable") is not None
    )
    return {table.id: table for table in tables}


def _table(decision: etree._Element) -> Table:
    body = decision.find("{*}decisionTable")
    name = decision.get("name") or decision.get("id")
    inputs = tuple((each.findtext("{*}inputExpression/{*}text") or "").strip() for each in body.iterfind("{*}input"))
    outputs = tuple(each.get("name") for each in body.iterfind("{*}output"))
    if not all(each.isidentifier() for each in inputs):
        raise TableError(f"决策表“{name}”的输入须是变量名")
    rules = []
    for number, row in enumerate(body.iterfind("{*}rule"), start=1):
        tests = tuple((each.findtext("{*}text") or "-").strip() for each in row.iterfind("{*}inputEntry"))
        texts = [(each.findtext("{*}text") or "null").strip() for each in row.iterfind("{*}outputEntry")]
        place = f"决策表“{name}”第 {number} 条规则"
        if len(tests) != len(inputs) or len(texts) != len(outputs):
            raise TableError(f"{place}的列数与表头不符")
        for test, column in zip(tests, inputs, strict=True):
            _checked(test, f"{place}“{column}”列")
        outs = tuple(literal(text, f"{place}“{column}”列") for text, column in zip(texts, outputs, strict=True))
        rules.append(Rule(tests, outs))
    return Table(decision.get("id"), name, body.get("hitPolicy", "UNIQUE"), inputs, outputs, tuple(rules))


def _checked(test: str, place: str) -> None:
    try:
        matches(test, None)
    except TableError as error:
        raise TableError(f"{place}：{error}") from error


def literal(text: str, place: str = "") -> Any:
    """A number, a quoted text, true, false or null. Raises TableError for anything else."""
    match = LITERAL.match(text)
    if match is None:
        raise TableError(f"{place}不能识别：{text}")
    quoted, number, word = match.groups()
    if quoted is not None:
        return quoted
    if number is not None:
        return float(number) if "." in number else int(number)
    return {"true": True, "false": False, "null": None}[word]


def matches(test: str, value: Any) -> bool:
    """Does a cell hold for a value? `-`, literals, lists, comparisons, intervals and `not(…)`."""
    test = test.strip()
    if test == "-":
        return True
    if test.startswith("not(") and test.endswith(")"):
        return not matches(test[4:-1], value)
    if interval := INTERVAL.match(test):
        opening, low, high, closing = interval.groups()
        above = _compare(">=" if opening == "[" else ">", value, literal(low))
        return above & _compare("<=" if closing == "]" else "<", value, literal(high))
    if comparison := COMPARISON.match(test):
        return _compare(comparison[1], value, literal(comparison[2].strip()))
    return any(_equal(value, member) for member in [literal(each.strip()) for each in _split(test)])


def _split(test: str) -> list[str]:
    """The members of a list, commas inside quotes kept."""
    members = [each.strip() for each in re.findall(r'"[^"]*"|[^,"]+', test)] if '"' in test else test.split(",")
    return [each for each in members if each]


def _equal(one: Any, other: Any) -> bool:
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _compare(sign: str, value: Any, bound: Any) -> bool:
    if sign in ("=", "!="):
        return _equal(value, bound) == (sign == "=")
    if value is None or isinstance(value, str) != isinstance(bound, str):
        return False
    return bool({"<": value < bound, "<=": value <= bound, ">": value > bound, ">=": value >= bound}[sign])
