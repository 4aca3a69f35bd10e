"""Overlaps, gaps and rules that nothing reaches: what the analysis says is what the table does, value by value."""

from __future__ import annotations

import itertools
import random
import time
from typing import Any

import pytest

from workflows.decision_table_analysis import MOST_STEPS, Effort, TableFinding, findings_of_table
from workflows.decision_tables import Table, TableError, read_tables

KNOWN = {"stage": {"primary": "小学", "junior": "初中", "senior": "高中"}, "boarding": {True: "是", False: "否"}}
Row = tuple[tuple[str, ...], str]


def table(*rows: Row, policy: str = "UNIQUE", inputs: tuple[tuple[str, str], ...] = (("stage", "string"),)) -> Table:
    columns = "".join(
        f'<input label="{name}栏"><inputExpression typeRef="{kind}"><text>{name}</text></inputExpression></input>'
        for name, kind in inputs
    )
    rules = "".join(
        "<rule>"
        + "".join(f"<inputEntry><text><![CDATA[{test}]]></text></inputEntry>" for test in tests)
        + f"<outputEntry><text><![CDATA[{answer}]]></text></outputEntry></rule>"
        for tests, answer in rows
    )
    source = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"><decision id="d" name="期限">'
        f'<decisionTable hitPolicy="{policy}">{columns}<output name="answer" />{rules}</decisionTable></decision>'
        "</definitions>"
    )
    return read_tables(source.encode())["d"]


def said(found: list[TableFinding]) -> list[tuple[str, tuple[int, ...]]]:
    return [(each.kind, each.rules) for each in found]


def test_a_table_that_answers_every_case_once_has_nothing_against_it() -> None:
    whole = table((('"primary","junior"',), "1"), (('"senior"',), "2"))

    assert findings_of_table(whole, KNOWN) == []


def test_rules_that_hold_at_once_are_told_with_the_case_where_they_do() -> None:
    found = findings_of_table(table((('"primary","junior"',), "1"), (('not("primary")',), "2")), KNOWN)

    assert said(found) == [("overlap", (1, 2))]
    assert found[0].severity == "error"
    assert "“stage栏”为初中时同时成立" in found[0].message


def test_with_any_only_rules_that_answer_otherwise_are_against_each_other() -> None:
    rows: list[Row] = [(("-",), "1"), (('"junior"',), "1"), (('"senior"',), "2")]

    assert said(findings_of_table(table(*rows, policy="ANY"), KNOWN)) == [("overlap", (1, 3))]


def test_a_rule_whose_cases_earlier_ones_take_is_never_reached() -> None:
    rows: list[Row] = [(('"primary"',), "1"), (('"junior","senior"',), "2"), (("-",), "3")]
    found = findings_of_table(table(*rows, policy="FIRST"), KNOWN)

    assert said(found) == [("unreachable", (3,))]
    assert "第 1、2 条规则" in found[0].message
    assert findings_of_table(table(*rows, policy="COLLECT"), KNOWN) == []


def test_cases_without_a_rule_are_named() -> None:
    two = (("stage", "string"), ("boarding", "boolean"))
    found = findings_of_table(table((('"primary"', "-"), "1"), (("-", "true"), "2"), policy="FIRST", inputs=two), KNOWN)

    assert said(found) == [("gap", ())]
    assert found[0].message == "没有规则：“stage栏”为初中、高中，“boarding栏”为否"
    assert found[0].severity == "warning"


def test_numbers_leave_gaps_only_where_a_whole_number_lies() -> None:
    days = (("days", "number"),)

    assert findings_of_table(table((("< 5",), "1"), (("[5..9]",), "2"), ((">= 10",), "3"), inputs=days)) == []
    found = findings_of_table(table((("< 5",), "1"), (("(5..10)",), "2"), (("> 12",), "3"), inputs=days))
    assert [each.message for each in found] == ["没有规则：“days栏”为 5、10 至 12"]
    halves = findings_of_table(table((("< 1.5",), "1"), (("> 1.5",), "2"), inputs=days))
    assert [each.message for each in halves] == ["没有规则：“days栏”为 1.5"]


def test_a_text_that_may_be_any_needs_a_rule_for_the_others() -> None:
    found = findings_of_table(table((('"a"',), "1"), (('"b"',), "2")))

    assert [each.message for each in found] == ["没有规则：“stage栏”为其他文字"]
    assert findings_of_table(table((('"a"',), "1"), (('not("a")',), "2"))) == []


def test_a_value_that_its_input_never_has_is_told() -> None:
    found = findings_of_table(table((('"college"',), "1"), (("-",), "2"), policy="FIRST"), KNOWN)

    assert said(found) == [("impossible", (1,))]
    assert '小学（写作 "primary"）、初中（写作 "junior"）、高中（写作 "senior"）' in found[0].message


def test_a_table_without_rules_answers_nothing() -> None:
    for policy in ("FIRST", "UNIQUE", "COLLECT"):  # a list without end of nothing is no answer either
        found = findings_of_table(table(policy=policy), KNOWN)
        assert [(each.kind, each.severity, each.message) for each in found] == [("no-rules", "error", "没有任何规则")]


def test_more_than_can_be_looked_at_is_said_to_be_undecided_and_soon() -> None:
    inputs = tuple((f"x{number}", "number") for number in range(12))
    chance = random.Random(3)
    rows: list[Row] = [
        (tuple(f"[{chance.randrange(50)}..{50 + chance.randrange(50)}]" for _ in inputs), "1") for _ in range(60)
    ]
    began = time.process_time()

    found = findings_of_table(table(*rows, policy="FIRST", inputs=inputs))

    assert "undecided" in {each.kind for each in found}
    assert time.process_time() - began < 10


@pytest.mark.parametrize("policy", ["UNIQUE", "ANY", "FIRST"])
def test_the_tables_of_a_file_share_one_bound(policy: str) -> None:
    """However many there are, they take no more than one that reaches the bound."""
    rows: list[Row] = [((f"[{n}..{n + 50}]", f"[{7 * n % 400}..{7 * n % 400 + 9}]"), "1") for n in range(100)]
    drawn, effort = table(*rows, policy=policy, inputs=(("days", "number"), ("count", "number"))), Effort()

    told = [{each.kind for each in findings_of_table(drawn, None, effort)} for _ in range(20)]

    assert "undecided" not in told[0]
    assert told[-1] == {"undecided"}
    assert effort.steps <= MOST_STEPS


CELLS = {
    "stage": ["-", '"primary"', '"junior","senior"', 'not("senior")', '"college"'],
    "boarding": ["-", "true", "false", "not(true)"],
    "days": ["-", "< 3", "[3..5]", "(5..8)", ">= 8", "5", "not([3..5])", "1, 7"],
}
VALUES: dict[str, list[Any]] = {
    "stage": ["primary", "junior", "senior"],
    "boarding": [True, False],
    "days": list(range(-1, 12)),
}
INPUTS = (("stage", "string"), ("boarding", "boolean"), ("days", "number"))


@pytest.mark.parametrize("seed", range(60))
@pytest.mark.parametrize("policy", ["UNIQUE", "ANY", "FIRST"])
def test_what_is_said_of_a_random_table_is_what_it_does(seed: int, policy: str) -> None:
    chance = random.Random(seed)
    rows: list[Row] = [
        (tuple(chance.choice(CELLS[name]) for name, _kind in INPUTS), chance.choice("12"))
        for _ in range(chance.randrange(1, 7))
    ]
    drawn = table(*rows, policy=policy, inputs=INPUTS)
    found = findings_of_table(drawn, KNOWN)

    cases = [dict(zip(VALUES, each, strict=True)) for each in itertools.product(*VALUES.values())]
    hits = [drawn.hits(**case) for case in cases]
    assert any(each.kind == "gap" for each in found) == any(not each for each in hits)
    clashes = {pair for each in hits for pair in itertools.combinations(each, 2)}
    if policy == "ANY":
        clashes = {(one, other) for one, other in clashes if drawn.rules[one].outputs != drawn.rules[other].outputs}
    told = {(one - 1, other - 1) for each in found if each.kind == "overlap" for one, other in [each.rules]}
    assert told == (clashes if policy != "FIRST" else set())
    never = set(range(len(rows))) - {place for each in hits for place in (each[:1] if policy == "FIRST" else each)}
    reported = {each.rules[0] - 1 for each in found if each.kind in ("unreachable", "impossible")}
    assert reported == (never if policy == "FIRST" else {each for each in never if "college" in rows[each][0][0]})
    for case, held in zip(cases, hits, strict=True):
        try:
            drawn.decide(**case)
        except TableError:
            assert told & set(itertools.combinations(held, 2)), case
