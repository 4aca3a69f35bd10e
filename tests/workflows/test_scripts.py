"""Expressions compare facts and do nothing else."""

from __future__ import annotations

import ast
from typing import Any

import pytest

import workflows
from workflows import scripts

TREE: dict[str, Any] = {"outcome": "agree", "seats": 3, "grades": ["11", "12"], "city_review": True, "opinion": None}


ATTACKS = [
    "__import__('os').system('id')",
    "().__class__.__base__.__subclasses__()",
    "outcome.__class__",
    "outcome.format",
    "len.__self__",
    "open('/etc/passwd')",
    "eval('1')",
    "exec('x = 1')",
    "getattr(outcome, 'upper')",
    "len(*grades)",
    "len(obj=grades)",
    "len(grades, grades)",
    "(lambda: 1)()",
    "[each for each in grades]",
    "{each for each in grades}",
    "f'{outcome.__class__}'",
    "(outcome := 'agree')",
    "9**9**9",
    "'a' * 10**9",
    "1 << 10**9",
    "seats + 1",
    "~seats",
    "'a' 'b' % seats",
    "outcome if seats else seats",
    "{'a': 1}['a']",
    "grades[0:1]",
    "b'agree'",
    "1j",
    "...",
    "yield seats",
    "await seats",
    "*grades",
    "import os",
    "outcome = 'agree'",
    "outcome == 'agree'; seats",
    "",
    "not " * 60 + "seats",
    "-" * 200 + "1",
    "seats == 1 and " * 60 + "seats",
    "\x00",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_an_expression_that_does_more_than_compare_is_refused_when_the_diagram_is_read(text: str) -> None:
    with pytest.raises(workflows.DiagramRefused):
        scripts.parse(text)


def test_whatever_python_knows_is_refused_by_a_name_that_people_know() -> None:
    kinds = {
        each.__name__ for each in ast.expr.__subclasses__() if each.__module__ == "ast" and not each.__subclasses__()
    }
    allowed = {each.__name__ for each in scripts.ALLOWED}
    assert kinds - allowed <= set(scripts.REFUSED)
    said = dict.fromkeys(("seats + 1", "seats.real", "[x for x in grades]", "f'{seats}'", "1 if seats else 2"), "")
    for text in said:
        with pytest.raises(workflows.DiagramRefused) as refused:
            scripts.parse(text)
        said[text] = refused.value.sentence.partition("不能写")[2].partition("：")[0]
    assert list(said.values()) == ["算式", "点号取值", "推导式", "格式文字", "二选一（if … else …）"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('outcome == "agree" and seats > 0', True),
        ("not city_review or seats >= 4", False),
        ("0 < seats <= 3", True),
        ("'12' in grades", True),
        ("outcome not in ['refuse', 'send_back']", True),
        ("len(grades) == 2 and grades[1] == '12'", True),
        ("opinion is None", True),
        ("seats == -3", False),
        ("unknown == None", True),
        ("__import__ is None", True),
        ("'__import__(\"os\")' == outcome", False),
    ],
)
def test_an_expression_that_compares_facts_does(text: str, value: bool) -> None:
    assert scripts.evaluate(text, TREE) is value


@pytest.mark.parametrize(
    "text", ["outcome < 3", "seats['a']", "grades[7]", "len(seats)", "'a' in seats", "grades[grades]", "-outcome"]
)
def test_an_expression_that_does_not_fit_the_facts_is_a_sentence(text: str) -> None:
    with pytest.raises(workflows.RunBroken, match="条件表达式无法计算"):
        scripts.evaluate(text, TREE)
