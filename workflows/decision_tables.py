"""Decision tables beside a diagram: DMN with cells in the plain FEEL subset, read as data and never run as code."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from workflows.errors import DiagramRefused
from workflows.reading import is_too_deep
from workflows.translation import gettext, gettext_noop

LARGEST = 1_000_000  # bytes
LONGEST_CELL = 200  # characters: reading an interval takes the cube of them
MOST_DIGITS = 15  # of a number: those that every program keeps exactly
LITERAL = re.compile(r'^(?:"([^"\\]*)"|(-?[0-9]+(?:\.[0-9]+)?)|(true|false|null))\Z')
COMPARISON = re.compile(r"^(<=|>=|<|>|!=|=)\s*(.+)$")
INTERVAL = re.compile(r"^([\[\](])\s*(.+?)\s*\.\.\s*(.+?)\s*([\])\[])$")
MEMBER = re.compile(r'((?:"[^"]*"|[^",])*),')
UNKNOWN = gettext_noop("不能识别：{text}")
POLICIES = ("UNIQUE", "ANY", "FIRST", "COLLECT", "RULE ORDER")

Test = tuple[tuple[str, Any], ...]  # comparisons that must all hold


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
    titles: tuple[str, ...] = ()  # what people call the inputs
    types: tuple[str, ...] = ()  # of the inputs as they are declared, such as string, number, boolean; "" for none
    #: cells of conclusions in which nothing is written: the number of the rule, from 1, and what the column is called
    blanks: tuple[tuple[int, str], ...] = ()

    def hits(self, /, **inputs: Any) -> list[int]:
        """The places, from 0, of all rules that hold for these inputs, whatever the hit policy makes of them."""
        return [place for place, rule in enumerate(self.rules) if self._matches(rule, inputs)]

    def decide(self, /, **inputs: Any) -> Any:  # an input may be named self
        """The answer for these inputs (a missing one is null).

        A dict for UNIQUE, ANY and FIRST (None when no rule matches), a list of dicts for COLLECT and RULE ORDER.
        Raises TableError when UNIQUE rules overlap or ANY rules disagree.
        """
        hits = self.hits(**inputs)
        answers = [dict(zip(self.outputs, self.rules[place].outputs, strict=True)) for place in hits]
        if self.hit_policy in ("COLLECT", "RULE ORDER"):
            return answers
        if self.hit_policy == "UNIQUE" and len(answers) > 1:
            raise TableError(
                gettext(
                    "决策表“{name}”有 {count} 条规则同时成立，命中策略“唯一”只允许一条",
                    name=self.name,
                    count=len(answers),
                )
            )
        if self.hit_policy == "ANY" and any(answer != answers[0] for answer in answers):
            raise TableError(gettext("决策表“{name}”同时成立的规则结论不一致", name=self.name))
        return answers[0] if answers else None

    def _matches(self, rule: Rule, inputs: Mapping[str, Any]) -> bool:
        return all(matches(test, inputs.get(name)) for test, name in zip(rule.tests, self.inputs, strict=True))


def read_tables(source: bytes) -> dict[str, Table]:
    """Every decision table of a DMN file, by decision id. Raises TableError with decision, rule and column."""
    if len(source) > LARGEST or b"<!DOCTYPE" in source or b"<!ENTITY" in source:
        raise TableError(gettext("决策表文件过大，或含有不允许的 DOCTYPE、实体声明"))
    try:
        root = etree.fromstring(source, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except etree.XMLSyntaxError as error:
        too_deep = is_too_deep(error)
        if too_deep:
            raise TableError(gettext("决策表的元素嵌套过深")) from error
        raise TableError(gettext("决策表不是正确的 XML（第 {line} 行）", line=error.lineno)) from error
    if root.getroottree().docinfo.doctype:  # in another encoding than the bytes above
        raise TableError(gettext("决策表文件过大，或含有不允许的 DOCTYPE、实体声明"))
    tables: dict[str, Table] = {}
    for decision in root.iterfind("{*}decision"):
        if decision.find("{*}decisionTable") is not None:
            table = _table(decision)
            if table.id in tables:
                raise TableError(gettext("决策 {id} 有两个", id=table.id))
            tables[table.id] = table
    return tables


def _table(decision: etree._Element) -> Table:
    body = decision.find("{*}decisionTable")
    name = decision.get("name") or decision.get("id")
    inputs = tuple((each.findtext("{*}inputExpression/{*}text") or "").strip() for each in body.iterfind("{*}input"))
    outputs = tuple(each.get("name") for each in body.iterfind("{*}output"))
    if not all(each.isidentifier() for each in inputs):
        raise TableError(gettext("决策表“{name}”的输入须是变量名", name=name))
    if not outputs or None in outputs or len(set(outputs)) < len(outputs):
        raise TableError(gettext("决策表“{name}”的每个输出须有各自的名称", name=name))
    policy = body.get("hitPolicy", "UNIQUE")
    if policy not in POLICIES or body.get("aggregation"):
        raise TableError(gettext("决策表“{name}”的命中策略 {policy} 不能使用", name=name, policy=policy))
    columns = body.findall("{*}input")
    titles = tuple(each.get("label") or column for each, column in zip(columns, inputs, strict=True))
    concluded = [each.get("label") or each.get("name") for each in body.iterfind("{*}output")]
    rules = []
    for number, row in enumerate(body.iterfind("{*}rule"), start=1):
        tests = tuple((each.findtext("{*}text") or "").strip() or "-" for each in row.iterfind("{*}inputEntry"))
        texts = [(each.findtext("{*}text") or "null").strip() for each in row.iterfind("{*}outputEntry")]
        place = gettext("决策表“{name}”第 {number} 条规则", name=name, number=number)
        if any(len(text) > LONGEST_CELL for text in (*tests, *texts)):
            raise TableError(gettext("{place}有超过 {most} 个字符的单元格", place=place, most=LONGEST_CELL))
        if len(tests) != len(inputs) or len(texts) != len(outputs):
            raise TableError(gettext("{place}的列数与表头不符", place=place))
        for test, title in zip(tests, titles, strict=True):
            _checked(test, gettext("{place}“{column}”列", place=place, column=title))
        outs = tuple(
            literal(text, gettext("{place}“{column}”列", place=place, column=title))
            for text, title in zip(texts, concluded, strict=True)
        )
        rules.append(Rule(tests, outs))
    types = tuple(_type_of(each.find("{*}inputExpression")) for each in columns)
    return Table(decision.get("id"), name, policy, inputs, outputs, tuple(rules), titles, types, tuple(_blanks(body)))


def _blanks(body: etree._Element) -> Iterator[tuple[int, str]]:
    columns = [each.get("label") or each.get("name") for each in body.iterfind("{*}output")]
    for number, row in enumerate(body.iterfind("{*}rule"), start=1):
        for cell, column in zip(row.iterfind("{*}outputEntry"), columns, strict=True):
            if not (cell.findtext("{*}text") or "").strip():
                yield number, column


def _type_of(expression: etree._Element | None) -> str:
    return (expression.get("typeRef") or "") if expression is not None else ""


def _checked(test: str, place: str) -> None:
    try:
        _parsed(test)
    except TableError as error:
        raise TableError(gettext("{place}：{sentence}", place=place, sentence=error.sentence)) from error


def literal(text: str, place: str = "") -> Any:
    """A number, a quoted text, true, false or null. Raises TableError for anything else."""
    match = LITERAL.match(text)
    if match is None:
        sentence = gettext("{place}不能识别：{text}", place=place, text=text) if place else gettext(UNKNOWN, text=text)
        raise TableError(sentence)
    quoted, number, word = match.groups()
    if quoted is not None:
        return quoted
    if number is not None:
        if len(number.strip("-").replace(".", "")) > MOST_DIGITS:
            sentence = gettext("数不能超过 {most} 位", most=MOST_DIGITS)
            raise TableError(gettext("{place}：{sentence}", place=place, sentence=sentence) if place else sentence)
        return float(number) if "." in number else int(number)
    return {"true": True, "false": False, "null": None}[word]


def matches(cell: str, value: Any) -> bool:
    """Does a cell hold for a value? `-`, or a list of literals, comparisons and intervals, or `not(…)` of one.

    Raises TableError for anything else.
    """
    wanted, tests = _parsed(cell)
    return any(_holds(test, value) for test in tests) == wanted


def comparisons(cell: str) -> tuple[bool, tuple[Test, ...]]:
    """What a cell asks: must one of the tests hold or none of them, and the tests as bounds with their signs.

    Raises TableError for what is outside the plain subset.
    """
    return _parsed(cell)


@functools.lru_cache(maxsize=4096)
def _parsed(cell: str) -> tuple[bool, tuple[Test, ...]]:
    """Must one of the tests hold, or none; and the tests, as bounds with their signs."""
    text = cell.strip()
    if text == "-":
        return False, ()
    if text.startswith("not(") and text.endswith(")"):
        return False, tuple(_test(each) for each in _members(text[4:-1]))
    return True, tuple(_test(each) for each in _members(text))


def _members(text: str) -> list[str]:
    """The members of a list; commas inside quotes are text."""
    return [each.strip() for each in MEMBER.findall(text + ",")]


def _test(text: str) -> Test:
    if interval := INTERVAL.match(text):
        opening, low, high, closing = interval.groups()
        bounds = literal(low), literal(high)
        if not _comparable(*bounds):
            raise TableError(gettext(UNKNOWN, text=text))
        return ((">=" if opening == "[" else ">", bounds[0]), ("<=" if closing == "]" else "<", bounds[1]))
    if comparison := COMPARISON.match(text):
        return ((comparison[1], literal(comparison[2].strip())),)
    return (("=", literal(text)),)


def _holds(test: Test, value: Any) -> bool:
    return all(_compare(sign, value, bound) for sign, bound in test)


def _comparable(one: Any, other: Any) -> bool:
    """Two texts or two numbers."""
    return all(isinstance(each, str) for each in (one, other)) or all(
        isinstance(each, int | float) and not isinstance(each, bool) for each in (one, other)
    )


def _equal(one: Any, other: Any) -> bool:
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _compare(sign: str, value: Any, bound: Any) -> bool:
    if sign in ("=", "!="):
        return _equal(value, bound) == (sign == "=")
    if not _comparable(value, bound):
        return False
    return bool({"<": value < bound, "<=": value <= bound, ">": value > bound, ">=": value >= bound}[sign])
