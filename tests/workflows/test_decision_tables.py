"""Decision tables: what a cell says holds, what is outside the plain subset is refused when the table is read."""

from __future__ import annotations

from typing import Any

import pytest

from workflows.decision_tables import TableError, matches, read_tables


def table(*rules: tuple[str, str], policy: str = "UNIQUE", column: str = "days") -> bytes:
    rows = "".join(
        f"<rule><inputEntry><text><![CDATA[{test}]]></text></inputEntry><outputEntry><text><![CDATA[{answer}]]></text>"
        "</outputEntry></rule>"
        for test, answer in rules
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"><decision id="d" name="期限">'
        f'<decisionTable hitPolicy="{policy}"><input><inputExpression><text>{column}</text></inputExpression></input>'
        f'<output name="answer" />{rows}</decisionTable></decision></definitions>'
    ).encode()


@pytest.mark.parametrize(
    ("cell", "holds", "fails"),
    [
        ("-", [0, None, "x"], []),
        ("5", [5, 5.0], [4, None, "5", True]),
        ("1", [1], [True]),
        ("true", [True], [1, False, None]),
        ("null", [None], [0, "", False]),
        ('"县"', ["县"], ["市", None, 1]),
        ("< 100", [99, -1, 0.5], [100, None, "99"]),
        (">= 3", [3, 4], [2]),
        ("[100..500]", [100, 500, 250], [99, 501, None, "200"]),
        ("]100..500[", [101, 499], [100, 500]),
        ("(100..500)", [101, 499], [100, 500]),
        ("[100..500)", [100], [500]),
        ("1, 3, 5", [1, 3, 5], [2, None]),
        ('"a,b", "c"', ["a,b", "c"], ["a", "b"]),
        ('not("a", "b")', ["c", None], ["a", "b"]),
        ("not(1)", [2], [1]),
        ('"[1..2]"', ["[1..2]"], [1]),
        ('"< 5"', ["< 5"], [3]),
        ("< 5, > 10", [4, 11], [5, 10, 7]),
        ("[1..3], 7", [2, 7], [5]),
        ("not([1..3], 7)", [5], [2, 7]),
        ('>= "b"', ["b", "c"], ["a", 1, None]),
        ("-5", [-5], [5]),
        ("[-5..-1]", [-3], [0]),
        ("1.5", [1.5], [1]),
    ],
)
def test_a_cell_holds_for_what_it_says(cell: str, holds: list[Any], fails: list[Any]) -> None:
    assert [each for each in holds if not matches(cell, each)] == []
    assert [each for each in fails if matches(cell, each)] == []


@pytest.mark.parametrize(
    "cell",
    [
        "__import__('os')",
        "days > 3",
        "5 +",
        "[1..",
        "[1..2",
        "1..2",
        "< ",
        "not(",
        "not()",
        'date("2020-01-01")',
        "abc",
        '"a',
        "1,",
        "1,,2",
        "? > 5",
        '"a""b"',
        "<< 5",
        "not(not(1)",
        "not(not(1))",
        '["a"..3]',
        "[true..3]",
        "1, -",
        "٣",
        "[१..५]",
        "> ３",
        "1" * 16,
        "[1.." + "9" * 190 + "]",
        "0." + "3" * 15,
    ],
)
def test_a_cell_outside_the_subset_is_refused_when_the_table_is_read(cell: str) -> None:
    with pytest.raises(TableError, match="第 1 条规则"):
        read_tables(table((cell, "1")))


def test_an_empty_cell_is_a_dash() -> None:
    assert read_tables(table((" ", "1")))["d"].decide(days=4) == {"answer": 1}


@pytest.mark.parametrize("answer", ["__import__('os')", "1 + 1", "abc", '"a', "[1]", "days", "３", "9" * 190])
def test_an_answer_is_a_plain_value(answer: str) -> None:
    with pytest.raises(TableError, match=r"第 1 条规则“answer”列(不能识别|：数不能超过 15 位)"):
        read_tables(table(("-", answer)))


def test_the_hit_policies_are_kept_to() -> None:
    rules = (("< 10", "1"), ("< 20", "2"), ("< 5", "1"))

    with pytest.raises(TableError, match="2 条规则同时成立"):
        read_tables(table(*rules))["d"].decide(days=7)
    assert read_tables(table(*rules))["d"].decide(days=15) == {"answer": 2}
    assert read_tables(table(*rules))["d"].decide(days=50) is None
    assert read_tables(table(*rules, policy="FIRST"))["d"].decide(days=7) == {"answer": 1}
    with pytest.raises(TableError, match="结论不一致"):
        read_tables(table(*rules, policy="ANY"))["d"].decide(days=7)
    collected = read_tables(table(*rules, policy="COLLECT"))["d"].decide(days=3)
    assert [each["answer"] for each in collected] == [1, 2, 1]


def test_a_table_that_does_not_fit_is_refused() -> None:
    fine = table(("1", "1"))
    for source in (
        fine.replace(b"<output ", b'<output name="other" /><output '),
        table(("1", "1"), column="days > 3"),
        table(("1", "1"), policy="PRIORITY"),
        table(("1", "1"), policy="SUM"),
        fine.replace(b"</definitions>", fine[fine.index(b"<decision ") :]),
        fine.replace(b'name="answer"', b""),
        fine.replace(b"<rule>", b"<rule><inputEntry />"),
        b"<!DOCTYPE x>" + fine,
        b"not xml",
        b"",
        b"x" * 1_100_000,
        fine.replace(b"<text>", b"<a>" * 300 + b"<text>"),
    ):
        with pytest.raises(TableError, match=r"[一-鿿]"):
            read_tables(source)
