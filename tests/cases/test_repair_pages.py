"""What was typed and chosen on a form that comes back, and the papers of a repair: nothing is lost unsaid."""

from __future__ import annotations

from typing import Any

import pytest

from app.cases.models import Case
from app.cases.queries.coming_changes import live
from app.cases.views.prints import result_of
from app.database import db
from tests.support.client import Client
from tests.support.papers import a_pdf, sent
from tests.support.single_school_case import Matter
from tests.support.transfer_case import Story
from tests.walking import fields_of

HOSPITAL, GUARDIAN = "attachments.hospital_proof", "attachments.guardian_application"


def typed_in(matter: Matter) -> dict[str, Any]:
    """The application as its page sends it."""
    typed = {name: value for name, value in matter.application("suspension").items() if name != "student"}
    return {**typed, **{f"guardian.{name}": value for name, value in typed.pop("guardian").items()}}


def test_a_form_that_comes_back_names_the_files_to_choose_again(matter: Matter) -> None:
    clerk = Client(matter.client.app).sign_in(matter.people["school"].operator)
    clerk.get(f"/apply/suspension?student={matter.child.id}")
    papers = {HOSPITAL: sent(("住院.pdf", a_pdf())), GUARDIAN: sent(("签名.pdf", a_pdf()))}

    refused = clerk.post("/apply/suspension", student=matter.child.id, **{**typed_in(matter), "hospital": ""}, **papers)

    assert refused.status == 422
    assert "附件须重新选择：住院.pdf、签名.pdf。" in refused.text
    without = clerk.post("/apply/suspension", student=matter.child.id, **{**typed_in(matter), "hospital": ""})
    assert "重新选择" not in without.text


def test_a_file_that_is_refused_is_not_asked_for_a_second_time(matter: Matter) -> None:
    clerk = Client(matter.client.app).sign_in(matter.people["school"].operator)
    clerk.get(f"/apply/suspension?student={matter.child.id}")
    papers = {HOSPITAL: sent(("住院.pdf", b"no picture"))}

    refused = clerk.post("/apply/suspension", student=matter.child.id, **typed_in(matter), **papers)

    assert refused.status == 422
    assert "“住院.pdf”不是 PDF、JPEG 或 PNG 文件" in refused.text
    assert "E-PROOF" not in refused.text


def test_a_repair_brings_its_corrections_and_its_papers_at_once(matter: Matter) -> None:
    matter.submit("suspension")
    matter.decide("send_back")
    clerk = Client(matter.client.app).sign_in(matter.people["school"].operator)
    address = f"/cases/{matter.number}"
    clerk.get(address)
    form = clerk.page.xpath("//form[contains(@action, '/decision')]")[0]
    assert form.get("enctype") == "multipart/form-data"
    assert form.xpath(f".//input[@type='file' and @name='{GUARDIAN}']")
    ids = clerk.page.xpath("//@id")
    assert len(ids) == len(set(ids)), "a label belongs to one field"
    changed = {**dict(fields_of(form)), "hospital": "省儿童医院", "outcome": "agree"}

    unfit = clerk.post(form.get("action"), **changed, **{GUARDIAN: sent(("签名.pdf", b"no picture"))})
    assert unfit.status == 422
    assert "“签名.pdf”不是 PDF、JPEG 或 PNG 文件" in unfit.text
    assert "省儿童医院" in unfit.text, "what was typed stays typed"
    assert matter.waiting()["key"] == "repair", "nothing was done"
    taken = clerk.post(form.get("action"), **changed, **{GUARDIAN: sent(("签名.pdf", a_pdf()))})

    assert taken.status == 302, taken.text
    case = matter.case()
    assert (case["application"]["hospital"], [each["attached"] for each in case["proofs"]]) == (
        "省儿童医院",
        [True] * 2,
    )
    desk = Client(matter.client.app).sign_in(matter.people["school"].approver)
    assert "退回后新增附件：监护人签名的休学申请 签名.pdf" in desk.get(address).text


def test_papers_of_a_refused_repair_are_not_with_the_case(matter: Matter) -> None:
    matter.submit("suspension")
    matter.decide("send_back")
    clerk = Client(matter.client.app).sign_in(matter.people["school"].operator)
    clerk.get(f"/cases/{matter.number}")
    form = clerk.page.xpath("//form[contains(@action, '/decision')]")[0]
    wrong = {**dict(fields_of(form)), "rest_months": "1", "outcome": "agree"}

    refused = clerk.post(form.get("action"), **wrong, **{GUARDIAN: sent(("签名.pdf", a_pdf()))})

    assert refused.status == 422, refused.text
    assert "附件须重新选择：签名.pdf。" in refused.text
    assert [each["kind"] for each in matter.case()["attachments"]] == ["hospital_proof"]
    assert matter.waiting()["key"] == "repair"


def test_the_sheet_of_what_waits_for_its_day_says_that_it_is_agreed_to(matter: Matter) -> None:
    ahead = {"starts_on": "2026-11-30"}
    assert matter.submit("suspension", **ahead).status == 201
    case = db.session.query(Case).filter_by(number=matter.number).one()
    assert result_of(case) == "办理中，尚无结果。"
    matter.decide()
    matter.decide()
    db.session.rollback()
    db.session.expire_all()

    assert live(case)
    assert result_of(case) == "已核准，自 2026-11-30 起生效。"


def test_grades_offered_to_a_school_are_its_own_and_to_a_bureau_all(matter: Matter) -> None:
    for address in ("/students", "/roll/"):
        clerk = Client(matter.client.app).sign_in(matter.people["school"].operator)
        clerk.get(address)
        offered = clerk.page.xpath("//select[@name='grade']/option/@value")
        assert offered == ["", "11", "12", "13", "14", "15", "16"], address
    bureau = Client(matter.client.app).sign_in(matter.people["bureau"].operator)
    bureau.get("/students")
    assert "33" in bureau.page.xpath("//select[@name='grade']/option/@value")


@pytest.mark.parametrize(
    ("process", "field", "offered"),
    [
        ("arrival", "grade", ["11", "12", "13", "14", "15", "16"]),
        ("graduation", "grade", ["16"]),
        ("quota_change", "stage", ["primary"]),
        ("resumption", "grade", ["11", "12", "13", "14", "15", "16"]),
    ],
)
def test_a_form_of_a_school_offers_its_own_grades_and_stages(
    matter: Matter, process: str, field: str, offered: list[str]
) -> None:
    clerk = Client(matter.client.app).sign_in(matter.people["school"].operator)

    answer = clerk.get(f"/apply/{process}" + (f"?student={matter.child.id}" if process == "resumption" else ""))

    assert answer.status == 200, answer.text
    assert clerk.page.xpath(f"//select[@name='{field}']/option[@value!='']/@value") == offered


def test_a_bureau_sets_the_number_of_any_stage(matter: Matter) -> None:
    clerk = Client(matter.client.app).sign_in(matter.people["bureau"].operator)

    clerk.get("/apply/quota_setting")

    assert clerk.page.xpath("//select[@name='stage']/option[@value!='']/@value") == ["primary", "junior", "senior"]


def test_where_there_is_nothing_to_choose_a_sentence_stands_in_place_of_the_form(matter: Matter) -> None:
    clerk = Client(matter.client.app).sign_in(matter.people["school"].operator)
    said = {
        f"/apply/reversal?student={matter.child.id}": "没有可以选择的“要更正的学籍异动”，不能办理。",
        "/apply/school_reversal": "现在不能提交：本校没有可以撤销的毕业或升级：尚未办理过，或已全部撤销。",
    }

    for address, sentence in said.items():
        assert sentence in clerk.get(address).text, address
        assert not clerk.page.xpath("//main//form"), address
    tile = clerk.get("/apply/").text
    assert "现在不能办理：本校没有可以撤销的毕业或升级" in tile
    matter.walk("class_change")
    clerk.get(f"/apply/reversal?student={matter.child.id}")
    assert len(clerk.page.xpath("//select[@name='change']/option[@value!='']")) == 1


def test_what_cannot_be_submitted_today_is_said_before_anybody_types(matter: Matter) -> None:
    clerk = Client(matter.client.app).sign_in(matter.people["school"].operator)

    refused = {"promotion": "E-SEASON", "graduation": "E-SEASON", "registration_primary": "E-LOCK-01"}
    for process, code in refused.items():
        assert code in clerk.get(f"/apply/{process}").text, process
    season = "当前不在升级办理时段（7 月 16 日至 8 月 31 日；当年已办理过升级的学校可补办至 10 月 31 日）。"
    assert season in clerk.get("/apply/promotion").text
    assert "现在不能提交" not in clerk.get("/apply/arrival").text
    assert "现在不能提交" not in clerk.get(f"/apply/suspension?student={matter.child.id}").text


def test_a_case_without_a_list_has_no_row_to_correct(submitted: Story) -> None:
    clerk = Client(submitted.client.app).sign_in(submitted.people["receiving_school"].operator)
    clerk.get(f"/cases/{submitted.number}")

    assert clerk.post(f"/cases/{submitted.number}/rows/1", name="别人").status == 403
    assert clerk.get(f"/cases/{submitted.number}/rows/1").status == 403
