"""A decision table that leaves a case without a rule, or gives it two, is not published, and refuses in a sentence."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from app import clock
from app.database import db
from app.definitions import queries
from app.definitions.models import Process, ProcessVersion
from tests.studio.conftest import Studio
from tests.studio.test_pages import browser
from tests.support.databases import on_sqlite
from tests.support.transfer_case import Story

FILE = "transfer.dmn"
OVERLAP = ('hitPolicy="FIRST"', 'hitPolicy="UNIQUE"')


def with_a_gap(text: str) -> str:
    """The first rule only for primary schools: nothing is said of the other stages under the rules of 2010."""
    start = text.index('<text>"zj-2010"</text>')
    at = text.index("<text>-</text>", start)
    return text[:at] + '<text>"primary"</text>' + text[at + len("<text>-</text>") :]


def put(studio: Studio, draft: int, change: Callable[[str], str]) -> None:
    program = studio.program("analyst")
    read = program.get(f"/drafts/{draft}/files/{FILE}")
    changed = change(read.text)
    assert changed != read.text
    answer = program.put(f"/drafts/{draft}/files/{FILE}", changed.encode(), If_Match=read.etag)
    assert answer.status == 200, answer.text


def checked(studio: Studio, draft: int) -> list[tuple[str, str, str]]:
    found = studio.program("analyst").post(f"/drafts/{draft}/check").json["findings"]
    return [(each["file"], each["rule"], each["severity"]) for each in found if each["file"] == FILE]


@pytest.mark.parametrize(
    ("change", "rule", "says"),
    [
        (with_a_gap, "table-gap", "没有规则：“规则版本”为 2010 年规则，“学段”为初中"),
        (lambda text: text.replace(*OVERLAP), "table-overlap", "第 2 条与第 3 条规则重叠"),
    ],
    ids=["gap", "overlap"],
)
def test_a_table_with_a_gap_or_an_overlap_is_not_proposed(
    studio: Studio, change: Callable[[str], str], rule: str, says: str
) -> None:
    draft = studio.draft("transfer")
    assert checked(studio, draft) == []

    put(studio, draft, change)

    assert (FILE, rule, "error") in checked(studio, draft)
    answer = studio.program("analyst").post(f"/drafts/{draft}/propose", {"note": "改规则"})
    assert (answer.status, answer.code) == (422, "E-FINDING"), answer.text
    page = browser(studio).get(f"/studio/drafts/{draft}/check").text
    assert says in page
    assert "不能发布" in page
    assert f"/studio/drafts/{draft}/tables/{FILE}/edit" in page


def test_a_rule_that_is_never_reached_is_a_warning(studio: Studio) -> None:
    draft = studio.draft("transfer")
    put(studio, draft, lambda text: text.replace('<text>"zj-2010"</text>', "<text>-</text>", 1))

    assert set(checked(studio, draft)) == {(FILE, "table-unreachable", "warning")}
    assert studio.program("analyst").post(f"/drafts/{draft}/check").json["publishable"] is True


def test_the_publisher_reads_the_warnings_of_a_table(studio: Studio) -> None:
    draft = studio.draft("transfer")
    put(studio, draft, lambda text: text.replace('<text>"zj-2010"</text>', "<text>-</text>", 1))
    proposal = studio.program("analyst").post(f"/drafts/{draft}/propose", {"note": "改规则"}).json["id"]

    page = browser(studio, "publisher").get(f"/studio/proposals/{proposal}").text

    assert "第 2 条规则在各项输入都有值时不会命中" in page
    assert f"/studio/drafts/{draft}/tables/{FILE}/edit" in page


def test_options_that_nobody_has_written_are_a_warning(studio: Studio) -> None:
    draft = studio.draft("class_change")
    form = json.loads(studio.text(draft, "application.json"))
    listed = [{"const": "1", "title": "选项一"}, {"const": "2", "title": "选项二"}]
    form["properties"]["cause"] = {"type": "string", "title": "缘由", "oneOf": listed}
    program = studio.program("analyst")
    read = program.get(f"/drafts/{draft}/files/application.json")
    raw = json.dumps(form, ensure_ascii=False).encode()
    assert program.put(f"/drafts/{draft}/files/application.json", raw, If_Match=read.etag).status == 200

    answer = program.post(f"/drafts/{draft}/check").json

    [found] = [each for each in answer["findings"] if each["rule"] == "placeholder"]
    assert (found["file"], found["severity"]) == ("application.json", "warning")
    assert found["message"] == "字段“缘由”的选项还是“选项一”、“选项二”，没有改写"
    page = browser(studio).get(f"/studio/drafts/{draft}/check").text
    assert f"/studio/drafts/{draft}/forms/application.json/edit" in page


@on_sqlite
def test_options_that_nobody_offers_keep_a_form_from_being_published(studio: Studio) -> None:
    draft = studio.draft("class_change")
    form = json.loads(studio.text(draft, "application.json"))
    form["properties"]["days"] = {"type": "integer", "title": "天数", "x-choices": "choices"}
    program = studio.program("analyst")
    read = program.get(f"/drafts/{draft}/files/application.json")
    raw = json.dumps(form, ensure_ascii=False).encode()
    assert program.put(f"/drafts/{draft}/files/application.json", raw, If_Match=read.etag).status == 200

    answer = program.post(f"/drafts/{draft}/check").json

    assert answer["publishable"] is False
    assert any("字段 days 由系统列出可选项" in each["message"] for each in answer["findings"])


# ── what was published before tables were checked ────────────────────────────────────────────────────────────────────


@pytest.fixture
def published_table(app: Flask) -> Iterator[Callable[[Callable[[str], str]], None]]:
    """A function that makes a version with another table current, unchecked; what was current comes back."""
    queries._compiled_versions.clear()  # an undone version leaves its id to another one
    before = db.session.get_one(Process, "transfer").current_id

    def publish(change: Callable[[str], str]) -> None:
        process = db.session.get_one(Process, "transfer")
        version = process.current
        assert version
        altered = ProcessVersion(
            process_key="transfer",
            number=700,
            checksum=f"{time.monotonic_ns():064d}",
            files={**version.files, FILE: change(version.files[FILE])},
            forms=version.forms,
            published_at=clock.now(),
            published_by="analyst",
        )
        db.session.add(altered)
        db.session.flush()
        process.current_id = altered.id
        db.session.commit()

    yield publish
    db.session.rollback()
    db.session.get_one(Process, "transfer").current_id = before
    db.session.commit()
    queries._compiled_versions.clear()


def no_rows(text: str) -> str:
    return text.replace('<text>"zj-2010"</text>', '<text>"zj-1990"</text>', 1)


def every_row_twice(text: str) -> str:
    return text.replace(*OVERLAP).replace('<text>"zj-now"</text>', "<text>-</text>")


def as_a_list(text: str) -> str:
    return every_row_twice(text).replace('hitPolicy="UNIQUE"', 'hitPolicy="COLLECT"', 1)


@pytest.mark.parametrize(
    ("change", "code", "says"),
    [
        (no_rows, "E-NO-RULE", "对这种情形（“规则版本”为 2010 年规则，“学段”为"),
        (every_row_twice, "E-RULES", "有不止一条规则成立"),
        (as_a_list, "E-RULES", "有不止一条规则成立"),
    ],
    ids=["none", "two", "list"],
)
def test_a_start_without_one_rule_is_refused_in_a_sentence(
    story: Story, published_table: Any, change: Callable[[str], str], code: str, says: str
) -> None:
    published_table(change)

    answer = story.submit()

    assert (answer.status, answer.code) == (422, code), answer.text
    assert says in answer.json["detail"]
    assert "transfer_rules" not in answer.text
