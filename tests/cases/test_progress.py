"""办理进度: by number and 查询码 of the receipt; masked, throttled, and nothing else of the case."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from app.cases.models import Case
from app.cases.views import progress
from app.cases.views.progress import WRONG_PER_MINUTE, query_code
from app.database import db
from app.identity.models import User
from app.web.checks import code_of, read_code
from tests.cases.test_statements import counted
from tests.support.client import Client, apart
from tests.support.transfer_case import Story


def case_id(story: Story) -> int:
    return db.session.query(Case.id).filter_by(number=story.number).scalar()


def stranger(app: Flask) -> Client:
    browser = Client(app)
    browser.get("/progress")
    return browser


def asked(app: Flask, number: str, code: str) -> tuple[int, str]:
    browser = stranger(app)
    answer = browser.post("/progress", number=number, code=code)
    return answer.status, answer.text


def test_the_receipt_bears_number_and_code_and_is_the_applicants(submitted: Story, neighbour: User) -> None:
    clerk = Client(submitted.client.app).sign_in(submitted.people["receiving_school"].operator)
    assert f"/cases/{submitted.number}/receipt" in clerk.get(f"/cases/{submitted.number}").text
    receipt = clerk.get(f"/cases/{submitted.number}/receipt")
    assert receipt.status == 200
    assert submitted.number in receipt.text
    assert query_code(case_id(submitted)) in receipt.text.replace("-", "")
    assert submitted.child.main_number not in receipt.text
    for other in (
        neighbour,
        submitted.people["releasing_bureau"].approver,
        submitted.people["receiving_bureau"].operator,
    ):
        assert Client(submitted.client.app).sign_in(other).get(f"/cases/{submitted.number}/receipt").status == 404


def test_a_stranger_with_both_reads_where_it_is_and_nothing_else(submitted: Story, app: Flask) -> None:
    submitted.agree_until("releasing_school")
    status, text = asked(app, submitted.number, query_code(case_id(submitted)).lower())

    assert status == 200
    assert submitted.releasing.office.name in text
    assert "办理中" in text
    child = submitted.child
    assert f"{child.name[:1]}*" in text
    for secret in (child.name, child.main_number, child.main_number_masked, "随父母迁居", "13800000000"):
        assert secret not in text


@pytest.mark.parametrize("wrong", ["", "AAAAAAAA", "　", "A" * 60])
def test_a_wrong_code_and_an_unknown_case_read_the_same(submitted: Story, app: Flask, wrong: str) -> None:
    one, other = asked(app, submitted.number, wrong), asked(app, "20200101-000001", wrong)
    assert one[0] == other[0] == 404
    assert "办件编号或查询码不正确" in one[1]
    assert re.sub(r"\d{8}-\d{6}|csrf_token.*", "", one[1]) == re.sub(r"\d{8}-\d{6}|csrf_token.*", "", other[1])


def test_wrong_guesses_are_throttled_and_keep_nobody_with_the_code_out(submitted: Story, app: Flask) -> None:
    """Neither behind the same address, nor of that case, nor of the page; however many there are."""
    code = query_code(case_id(submitted))
    answers = [asked(app, submitted.number, "AAAAAAAA")[0] for _ in range(WRONG_PER_MINUTE + 3)]
    assert stranger(app).get("/progress/nothing").status == 429
    assert answers == [404] * WRONG_PER_MINUTE + [429] * 3

    assert asked(app, submitted.number, code)[0] == 200
    assert stranger(app).get(f"/progress/{code_of('Q', case_id(submitted))}").status == 200
    assert len(code) * 5 == 60, "bits"
    assert len({query_code(each) for each in range(1, 200)}) == 199


def test_a_wrong_guess_costs_the_same_for_a_known_and_an_unknown_case(submitted: Story, app: Flask) -> None:
    browser, costs = stranger(app), []
    for number in (submitted.number, "20200101-000001"):
        with counted() as seen:
            assert browser.post("/progress", number=number, code="AAAAAAAAAAAA").status == 404
        costs.append([each.split()[0] for each in seen])
    assert costs[0] == costs[1]


def test_one_who_reloads_without_end_shuts_out_only_themselves(
    submitted: Story, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "SHOWN_PER_MINUTE", 2)
    path = f"/progress/{code_of('Q', case_id(submitted))}"

    assert [stranger(app).get(path).status for _ in range(3)] == [200, 200, 429]
    elsewhere = apart(app.test_client().get, path, environ_base={"REMOTE_ADDR": "203.0.113.9"})
    assert elsewhere.status_code == 200


def test_the_code_of_the_picture_leads_there_and_another_papers_does_not(submitted: Story, app: Flask) -> None:
    number = case_id(submitted)
    assert read_code(code_of("Q", number)) == ("Q", number)
    assert stranger(app).get(f"/progress/{code_of('Q', number)}").status == 200
    assert stranger(app).get(f"/progress/{code_of('C', number)}").status == 404
    assert stranger(app).get("/progress/nothing").status == 404


def test_the_sheet_is_a_pdf_for_whoever_reads_it_and_names_who_has_sealed(submitted: Story, neighbour: User) -> None:
    submitted.agree_until("receiving_bureau")
    clerk = Client(submitted.client.app).sign_in(submitted.people["receiving_school"].operator)
    page = clerk.get(f"/cases/{submitted.number}/sheet")
    assert page.text.count('class="sealed"') == 1
    assert page.text.count("seal-place") == 1
    got = apart(clerk.browser.get, f"/cases/{submitted.number}/sheet.pdf")
    assert (got.status_code, got.mimetype) == (200, "application/pdf")
    assert got.get_data().startswith(b"%PDF-")
    for other in (neighbour, submitted.people["releasing_bureau"].approver):
        assert Client(submitted.client.app).sign_in(other).get(f"/cases/{submitted.number}/sheet.pdf").status == 404
