"""证明材料: asked by kind at the application, named at the desk, asked again at the repair."""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa

from app.cases.models import Attachment, Case
from app.database import db
from tests.house.sources import TOP
from tests.support import factories
from tests.support.client import Answer, Client, Program, apart
from tests.support.papers import a_pdf, a_picture, required, sent
from tests.support.single_school_case import Matter, a_matter
from tests.support.transfer_case import Story

REQUIRING = sorted(
    path.parent.name
    for path in (TOP / "forms").glob("*/proofs.json")
    if any(each["required"] for each in json.loads(path.read_text("utf-8")))
)
HOSPITAL = "attachments.hospital_proof"
MATTERS = {  # grade of the child whose school asks
    "suspension": "13", "withdrawal": "32", "skip": "13", "repeat": "13", "death": "13", "abroad": "13",
    "key_correction": "13",
}  # fmt: skip


def opened() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Case).where(Case.process_key != "takeover")) or 0


def add(program: Program, number: str, kind: str, *papers: tuple[str, bytes]) -> Answer:
    path, data = f"/api/v1/cases/{number}/attachments", {"kind": kind, "attachments": sent(*papers)}
    response = apart(program.http.post, path, headers=program.headers, data=data)
    return Answer(response.status_code, response.get_data(as_text=True), response.get_json(silent=True), None)


def test_every_process_about_which_the_rules_ask_a_proof_requires_one() -> None:
    assert REQUIRING == [
        "abroad", "contested_record", "death", "education_proof", "key_correction", "locked_correction", "repeat",
        "resumption", "skip", "suspension", "suspension_renewal", "withdrawal",
    ]  # fmt: skip


@pytest.mark.parametrize("process", MATTERS)
def test_without_its_proof_an_application_is_refused_by_name(client: Client, process: str) -> None:
    matter = a_matter(client, grade=MATTERS[process])
    application = matter.application(process)

    refused = matter.program("school").apply(process, application, papers={})

    assert refused.status == 422, refused.text
    kinds = required(process, application)
    assert [(each["code"], each["field"]) for each in refused.json["objections"]] == [
        ("E-PROOF", f"attachments.{kind}") for kind in kinds
    ]
    assert opened() == 0
    taken = matter.program("school").apply(process, application)
    assert taken.status == 201, taken.text
    assert sorted(each["kind"] for each in taken.json["attachments"]) == sorted(kinds)


def test_which_proof_depends_on_the_reason(matter: Matter) -> None:
    ill = matter.submit("suspension")
    assert [each["kind"] for each in ill.json["attachments"]] == ["hospital_proof"]
    matter.program("school").post(f"/cases/{matter.number}/recall", {"reason": "再议"})

    other = matter.submit("suspension", kind="other")

    assert other.status == 201, other.text
    assert [(each["kind"], each["required"], each["attached"]) for each in other.json["proofs"]] == [
        ("cause_proof", False, False), ("guardian_application", False, False),
    ]  # fmt: skip


def test_what_is_wrong_otherwise_is_said_in_the_same_answer(matter: Matter) -> None:
    typed = matter.application("suspension", rest_months=2)

    by_rule = matter.program("school").apply("suspension", typed, papers={})
    by_form = matter.program("school").apply("suspension", {**typed, "ends_on": "bald"}, papers={})

    assert by_rule.codes == {"E-RULE-SUS-1", "E-PROOF"}
    assert by_form.codes == {"E-INPUT", "E-PROOF"}


def test_the_page_asks_for_each_kind_and_says_which_is_missing(matter: Matter) -> None:
    clerk = Client(matter.client.app).sign_in(matter.people["school"].operator)
    form = clerk.get(f"/apply/suspension?student={matter.child.id}")
    assert "县级以上医院诊断证明和休息建议" in form.text
    typed = {name: value for name, value in matter.application("suspension").items() if name != "student"}
    guardian = {f"guardian.{name}": value for name, value in typed.pop("guardian").items()}

    refused = clerk.post("/apply/suspension", student=matter.child.id, **typed, **guardian)

    assert refused.status == 422
    link = clerk.page.xpath("//a[@href='#f-attachments-hospital_proof']")
    assert [each.text_content() for each in link] == ["请上传县级以上医院诊断证明和休息建议（因病休学须附）。"]
    assert clerk.page.xpath("//input[@id='f-attachments-hospital_proof' and @aria-invalid='true']")
    paper = {HOSPITAL: sent(("住院.pdf", a_pdf()))}
    taken = clerk.post("/apply/suspension", student=matter.child.id, **typed, **guardian, **paper)
    assert taken.status == 302, taken.text


def test_the_desk_sees_what_is_there_and_what_is_missing(matter: Matter) -> None:
    matter.submit("suspension")

    shown = matter.program("school", "approver").get(f"/cases/{matter.number}").json
    desk = Client(matter.client.app).sign_in(matter.people["school"].approver)
    page = desk.get(f"/cases/{matter.number}")
    listed = [" ".join(each.text_content().split()) for each in desk.page.xpath("//ul[@class='papers']/li")]

    assert shown["proofs"] == [
        {"kind": "hospital_proof", "title": "县级以上医院诊断证明和休息建议", "required": True, "attached": True},
        {"kind": "guardian_application", "title": "监护人签名的休学申请", "required": False, "attached": False},
    ]
    assert listed[:2] == ["县级以上医院诊断证明和休息建议 已附", "监护人签名的休学申请 未附"]
    assert listed[2].startswith("县级以上医院诊断证明和休息建议：hospital_proof.pdf"), page.text
    early = matter.program("bureau", "approver").get(f"/cases/{matter.number}").json
    assert early["proofs"] is None, "its turn has not come"


def test_a_paper_of_one_kind_follows_where_the_case_waits(matter: Matter) -> None:
    matter.submit("suspension")
    program = matter.program("school", "approver")

    added = add(program, matter.number, "guardian_application", ("申请.png", a_picture("PNG")))
    unknown = add(program, matter.number, "birth", ("出生.png", a_picture("PNG", (9, 9))))

    assert [each["attached"] for each in added.json["proofs"]] == [True, True]
    assert (unknown.status, unknown.json["detail"]) == (422, "本业务没有这一类证明材料。")


def test_one_file_may_prove_two_things(matter: Matter) -> None:
    both = {HOSPITAL: sent(("a.pdf", a_pdf())), "attachments.guardian_application": sent(("a.pdf", a_pdf()))}

    answer = matter.program("school").apply("suspension", matter.application("suspension"), papers=both)

    assert [each["attached"] for each in answer.json["proofs"]] == [True, True]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Attachment)) == 2


@pytest.mark.parametrize("field", ["attachments.nothing", "papers", "attachments.", "attachments.hospital_proof.x"])
def test_a_file_under_an_unknown_kind_is_refused(matter: Matter, field: str) -> None:
    papers = {HOSPITAL: sent(("a.pdf", a_pdf())), field: sent(("b.pdf", a_pdf()))}

    answer = matter.program("school").apply("suspension", matter.application("suspension"), papers=papers)

    assert (answer.status, answer.json["objections"][0]["detail"]) == (422, "本业务没有这一类证明材料。")
    assert opened() == 0


def test_a_repaired_application_brings_what_it_now_requires(matter: Matter) -> None:
    matter.submit("suspension", kind="other")
    matter.decide("send_back")
    repaired = {name: value for name, value in matter.application("suspension").items() if name != "student"}

    refused = matter.decide("agree", form=repaired)

    assert refused.codes == {"E-PROOF"}
    assert add(matter.program("school"), matter.number, "hospital_proof", ("证明.pdf", a_pdf())).status == 201
    assert matter.decide("agree", form=repaired).status == 200


def test_the_same_key_with_another_paper_is_another_submission(matter: Matter) -> None:
    application, program = matter.application("suspension"), matter.program("school")

    def submit(content: bytes) -> Answer:
        papers: Any = {HOSPITAL: sent(("a.png", content))}
        return program.apply("suspension", application, papers=papers, **{"Idempotency-Key": "k"})

    first, again, other = submit(a_picture("PNG")), submit(a_picture("PNG")), submit(a_picture("PNG", (9, 9)))

    assert (first.status, again.status, other.status, other.code) == (201, 201, 409, "E-KEY")
    assert first.json["number"] == again.json["number"]


def test_a_transfer_opens_without_papers_and_its_desks_are_told(story: Story) -> None:
    """As the contract has it: the operator declares that the guardian's application is at hand."""
    assert story.submit().status == 201

    proofs = story.case()["proofs"]

    assert [(each["kind"], each["required"], each["attached"]) for each in proofs] == [
        ("guardian_application", False, False), ("household_register", False, False),
        ("residence_proof", False, False),
    ]  # fmt: skip


def test_a_program_is_told_before_it_submits(matter: Matter) -> None:
    asked = matter.program("school").get("/processes/suspension").json["proofs"]

    assert asked[0] == {
        "kind": "hospital_proof", "title": "县级以上医院诊断证明和休息建议", "required": True,
        "when": {"kind": ["illness"]}, "note": "因病休学须附",
    }  # fmt: skip
    assert matter.program("school").get("/processes/promotion").json["proofs"] == []


def test_the_neighbour_sees_no_paper(matter: Matter) -> None:
    matter.submit("suspension")
    neighbour = matter.client.api(factories.a_user(factories.a_bureau("330108"), "approver"))

    assert neighbour.get(f"/cases/{matter.number}").status == 404
