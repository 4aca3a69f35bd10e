"""Inputs that once ended in 500: each gets a sentence with its field, or is nowhere to be found."""

from __future__ import annotations

import base64
from typing import Any

import orjson
import pytest
from flask import Flask

from app.database import db
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support import factories
from tests.support.client import Answer, Client, Program, apart
from tests.support.transfer_case import Story, staff

LONG = "99999999999999999999999"
BOUNDED = "limit=" + "1" * 47
LISTS_BY_DEADLINE = ("/tasks", "/overdue")
LISTS_BY_ID = (
    "/cases", "/students", "/directives", "/discrepancies", "/filings", "/notices", "/offices", "/plans", "/quotas",
)  # fmt: skip


def cursor_of(values: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def sent_raw(program: Program, path: str, body: bytes, **headers: str) -> Answer:
    given = {"Content-Type": "application/json", **headers}
    return program.upload(path, body, **given)


def fields(answer: Answer) -> list[str | None]:
    assert answer.status == 422, (answer.status, answer.text[:300])
    assert all(each["detail"].endswith("。") for each in answer.json["objections"])
    return [each["field"] for each in answer.json["objections"]]


# ── whole numbers ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("digits", [19, 400, 4_301, 5_000])
def test_a_number_in_json_that_nothing_could_hold(submitted: Story, digits: int) -> None:
    program, number = submitted.program("receiving_school", "operator"), b"1" * digits
    bodies = {
        "/cases": b'{"process": "transfer", "application": {"grade": %s}}' % number,
        "/session": b'{"username": "x", "password": "x", "z": -%s}' % number,
        f"/tasks/{submitted.waiting()['id']}/decision": b'{"outcome": "agree", "form": {"z": [%s]}}' % number,
        "/students/search": b'{"name": "x", "grade": %s}' % number,
    }

    with nothing_changes(attempts=0):
        for path, body in bodies.items():
            for key in ({}, {"Idempotency-Key": "a"}):
                answer = sent_raw(program, path, body, **key)
                assert answer.code == "E-INPUT", path
                assert "超过 18 位的数字" in answer.json["detail"]


def test_a_stranger_who_signs_in_with_such_a_number(app: Flask) -> None:
    body = b'{"username": "x", "password": %s}' % (b"1" * 5_000)

    answer = apart(app.test_client().post, "/api/v1/session", data=body, content_type="application/json")

    assert (answer.status_code, answer.get_json()["code"]) == (422, "E-INPUT")


@pytest.mark.parametrize("path", ["/students/{}", "/students/{}/changes", "/students/{}/proofs", "/tasks/{}"])
@pytest.mark.parametrize("number", [LONG, "3000000000", "2147483648", "²", "١٢", "-1", "1e3"])
def test_an_id_that_no_row_can_have_is_nowhere(story: Story, path: str, number: str) -> None:
    program = story.program("receiving_school", "operator")
    browser = Client(story.client.app).sign_in(story.people["receiving_school"].operator)

    assert program.get(path.format(number)).status == 404
    if "proofs" not in path and "changes" not in path and "tasks" not in path:
        assert browser.get(path.format(number)).status == 404


@pytest.mark.parametrize(
    ("path", "field"),
    [
        (f"/students?{BOUNDED}", "limit"),
        ("/cases?limit=²", "limit"),
        (f"/directives?student={LONG}", "student"),
        ("/directives?student=²", "student"),
        (f"/quotas?year={LONG}", "year"),
        (f"/plans?year={LONG}", "year"),
        (f"/registrations/plan?year={'9' * 5000}", "year"),
    ],
)
def test_a_number_in_a_query_that_nothing_could_hold(story: Story, path: str, field: str) -> None:
    assert fields(story.program("receiving_bureau").get(path)) == [field]


def test_a_position_in_a_list_that_no_list_has(submitted: Story) -> None:
    """Positions are whole numbers of the database too: one past them finds nobody, and breaks nothing."""
    body = b'{"rows": [{"position": 3000000000, "reason_code": ""}]}'

    assert fields(sent_raw(submitted.program("receiving_bureau"), f"/cases/{submitted.number}/rows/marks", body)) == [
        "rows.0.position"
    ]


@pytest.mark.parametrize("typed", ["²", "--5", "-", "9" * 30, "1" * 5_000, "3000000000", "1.0", "١٢"])
def test_a_whole_number_in_a_form(story: Story, typed: str) -> None:
    bureau = Client(story.client.app).sign_in(story.people["receiving_bureau"].operator)
    bureau.get("/apply/quota_setting")
    code = story.receiving.office.code

    with nothing_changes(attempts=0):
        page = bureau.post("/apply/quota_setting", school=code, stage="primary", entry_year="2027", total=typed)

    assert page.status == 422
    assert "须为整数" in page.text or "不能大于" in page.text or "请填写" in page.text


# ── cursors ──────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "inside",
    [
        ["x", "y"],
        ["2026-01-01", "1"],
        ["2026-01-01T00:00:00+00:00", "x"],
        [1, 2],
        [None, None],
        [{}, []],
        ["2026-01-01T00:00:00+00:00", 10**18],
        ["2026-01-01T00:00:00+00:00", 1e30],
        ["2026-01-01T00:00:00+00:00", True],
        ["0001-01-01T00:00:00+23:59", 1],
        ["9999-12-31T23:59:59-23:59", 1],
        ["2026-01-01T00:00:00+00:00"],
    ],
    ids=str,
)
def test_a_cursor_of_a_list_by_deadline_that_is_wrong_inside(story: Story, inside: Any) -> None:
    program = story.program("receiving_bureau")
    browser = Client(story.client.app).sign_in(story.people["receiving_bureau"].approver)

    for path in LISTS_BY_DEADLINE:
        assert fields(program.get(f"{path}?cursor={cursor_of(inside)}")) == ["cursor"], path
    for path in ("/inbox", "/inbox/done", "/overdue"):
        page = browser.get(f"{path}?cursor={cursor_of(inside)}")
        assert (page.status, "不是本系统给出的" in page.text) == (422, True), path


@pytest.mark.parametrize(
    "inside", [["x"], [True], [{}], [5_000_000_000_000_000_000], [3_000_000_000], [1.0], [], {"a": 1}], ids=str
)
def test_a_cursor_of_a_list_by_id_that_is_wrong_inside(story: Story, inside: Any) -> None:
    bureau = story.people["receiving_bureau"]
    program, browser = story.program("receiving_bureau"), Client(story.client.app).sign_in(bureau.approver)

    for path in LISTS_BY_ID:
        assert fields(program.get(f"{path}?cursor={cursor_of(inside)}")) == ["cursor"], path
    for path in ("/cases", "/students", "/notices", "/contests", "/discrepancies", "/plans", "/reports/after-lock"):
        assert browser.get(f"{path}?cursor={cursor_of(inside)}").status == 422, path


def test_a_cursor_of_each_other_list_that_is_wrong_inside(story: Story) -> None:
    place = story.people["receiving_bureau"]
    bureau, operator = story.program("receiving_bureau"), story.program("receiving_school", "operator")
    auditor = story.client.api(factories.a_user(factories.a_bureau("330000"), "auditor"))
    browser = Client(story.client.app).sign_in(place.approver)

    for inside in (["x", 1], [1, "x"], [1, 3_000_000_000], [None, 1], [{}, []], [1]):
        for path in ("/recruits", "/registrations/refused"):
            assert fields(bureau.get(f"{path}?cursor={cursor_of(inside)}")) == ["cursor"], (path, inside)
        for path in ("/recruits", "/reports/refused", "/reports/suspensions"):
            assert browser.get(f"{path}?cursor={cursor_of(inside)}").status == 422, (path, inside)
    for inside in (["x"], [10**18]):
        assert fields(operator.get(f"/imports?cursor={cursor_of(inside)}")) == ["cursor"]
    for at in ("x", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", 1, None):
        assert fields(auditor.get(f"/audit?cursor={cursor_of([at, '330106', 1])}")) == ["cursor"]
    assert fields(auditor.get(f"/audit?cursor={cursor_of(['2026-01-01T00:00:00Z', chr(0), 1])}")) == ["cursor"]


# ── the edge of the calendar ─────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00%2B23:59", "9999-12-31T23:59:59-23:59", "0001-01-01", "9999-12-31"])
@pytest.mark.parametrize("name", ["since", "until"])
def test_an_instant_at_the_edge_of_the_calendar(story: Story, name: str, at: str) -> None:
    user = factories.a_user(factories.a_bureau("330000"), "auditor")

    assert fields(story.client.api(user).get(f"/audit?{name}={at}")) == [name]
    if "T" not in at:
        page = Client(story.client.app).sign_in(user).get(f"/audit?{name}={at}")
        assert (page.status, "日期须写作" in page.text) == (422, True)


# ── texts ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "application",
    [
        rb'{"\ud800": 1}',
        rb'{"name": "\ud800"}',
        rb'{"guardian": {"x\udfff": 1}}',
        rb'{"guardian": {"name": "\udc00\ud800"}}',
        rb'{"\u0000": 1}',
        rb'{"\u202e": 1}',
    ],
)
def test_half_a_character_in_a_name_or_a_value(story: Story, application: bytes) -> None:
    body = b'{"process": "transfer", "application": %s}' % application
    program = story.program("receiving_school", "operator")

    with nothing_changes(attempts=0):
        for key in ({}, {"Idempotency-Key": "a"}):
            answer = sent_raw(program, "/cases", body, **key)
            assert (answer.status, answer.code) == (422, "E-INPUT")


@pytest.mark.parametrize(
    ("name", "value"), [("standing", "nonsense"), ("grade", "99"), ("grade", "1"), ("school", "9" * 13)]
)
def test_a_choice_that_there_is_not(story: Story, name: str, value: str) -> None:
    bureau = story.program("receiving_bureau")

    listed = bureau.get(f"/students?{name}={value}")
    searched = bureau.post("/students/search", {"name": "陈思远", name: value})

    assert fields(listed) == fields(searched) == [name]
    if name == "standing":
        assert "active" in listed.json["detail"], "it says what may be chosen"


def test_a_takeover_has_a_page_and_an_answer(story: Story) -> None:
    """初始建库: no version, no run; a link to it leads somewhere."""
    case = factories.a_takeover()
    province = staff(factories.a_bureau("330000"))
    db.session.commit()
    browser = Client(story.client.app).sign_in(province.operator)

    page = browser.get(f"/cases/{case.number}")

    assert (page.status, "初始建库" in page.text) == (200, True)
    assert f"/cases/{case.number}" in browser.get("/cases/applied").text
    assert browser.get(f"/cases/{case.number}/sheet").status == 404
    assert browser.get(f"/cases/{case.number}/diagram.bpmn").status == 404
    answer = story.client.api(province.approver).get(f"/cases/{case.number}")
    assert (answer.status, answer.json["version"], answer.json["process"]) == (200, None, "takeover")
    assert answer.json["opened_at"].startswith("2026-11-23T02:0")
