"""What an application says is read in words, never in the codes of its form."""

from __future__ import annotations

import json

import pytest

from app.cases.views.timeline import words_of
from tests.house.sources import TOP


@pytest.mark.parametrize(
    ("field", "code", "words"),
    [("household_division", "340104", "安徽省合肥市蜀山区"), ("nationality", "CHN", "中国"), ("sex", "1", "男")],
)
def test_a_code_of_an_arrival_is_shown_by_its_name(field: str, code: str, words: str) -> None:
    form = json.loads((TOP / "forms/arrival/application.json").read_text("utf-8"))

    assert words_of(form["properties"][field], code) == words
