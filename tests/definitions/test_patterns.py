"""Which patterns a form may ask for: those that no text keeps busy."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from app.definitions.rules.patterns import fault_of_pattern

LONG = 20_000  # characters; what takes their square would take minutes


@pytest.mark.parametrize(
    "pattern",
    [
        "^$|^[0-9]{1,4}([,，、 ]+[0-9]{1,4})*$",
        "^[0-9]{10}$",
        "^[0-9]{17}[0-9X]$",
        "^B[0-9]{4}-[0-9A-Z]{6,8}-[0-9]{6}$",
        "^(小学|初中)[一二三]?$",
        r"^\d{3}-\w+$",
        "^[^,]+(,[^,]+)*$",
        "^a{2,}b$",
    ],
)
def test_what_can_be_read_in_one_way_may_be_asked(pattern: str) -> None:
    assert fault_of_pattern(pattern) is None


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("^(a+)+$", "不止一种匹配方法"),
        ("^(a|aa)+$", "不止一种匹配方法"),
        ("^a*a*$", "不止一种匹配方法"),
        (r"^([A-Z]+\s?)*$", "不止一种匹配方法"),
        ("^.*,.*$", "不止一种匹配方法"),
        ("^[a-z]{1,30}[a-z]{1,30}$", "不止一种匹配方法"),
        (r"^\w+\d$", "不止一种匹配方法"),
        (r"^[^\d]+[0-9]$", "不止一种匹配方法"),
        ("^(a?)*$", "不能重复可以为空的部分"),
        ("^(a?|b?)$", "不能有两种都可以为空的写法"),
        (r"^(a)\1$", "不能使用的写法"),
        ("^(?=a)a$", "不能使用的写法"),
        ("^(?<!a)b$", "不能使用的写法"),
        ("^(?>a+)b$", "不能使用的写法"),
        (r"^a\b$", "不能使用的写法"),
        ("(?i)^a$", "不能有标志"),
        ("a+b", "都须以 ^ 开头"),
        ("^a$|b", "都须以 ^ 开头"),
        ("((", "不是正确的正则表达式"),
        ("^[[a]$", "不是正确的正则表达式"),
        ("^a{501}$", "重复次数不能超过 500"),
        ("^(a{100}){100}$", "展开后超过 500 个字符"),
        ("^" + "a" * 100, "不能超过 100 个字符"),
        (3, "须为文字"),
    ],
)
def test_what_could_keep_the_server_busy_is_refused_and_says_why(pattern: object, said: str) -> None:
    assert said in str(fault_of_pattern(pattern))


PARTS = some.recursive(
    some.sampled_from(["a", "b", "[ab]", "[^a]", ".", r"\d", "0"]),
    lambda part: some.one_of(
        some.lists(part, min_size=1, max_size=3).map("".join),
        some.lists(part, min_size=2, max_size=3).map(lambda each: f"({'|'.join(each)})"),
        part.map(lambda each: f"({each})*"),
        part.map(lambda each: f"({each})+"),
        part.map(lambda each: f"({each})?"),
        part.map(lambda each: f"({each}){{1,3}}"),
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(part=PARTS, letters=some.text("ab0", min_size=1, max_size=3))
def test_none_that_is_published_takes_more_than_the_length_of_its_text(part: str, letters: str) -> None:
    pattern = f"^{part}$"
    if fault_of_pattern(pattern) is not None:
        return
    begun = time.process_time()
    re.search(pattern, letters * LONG + "!")

    assert time.process_time() - begun < 2, pattern
