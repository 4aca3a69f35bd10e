"""Papers of a case: sealed on disk, opened for real, seen by those who see the case's content, never taken away."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import audit, clock
from app.cases.models import Attachment, Case
from app.database import db
from app.web.uploads import UnfitFile, clean_name, opened
from tests.support import factories
from tests.support.client import Answer, Client, Program, apart
from tests.support.papers import a_pdf, a_picture, a_vast_picture, a_zip, sent
from tests.support.transfer_case import Story


def upload(program: Program, number: str, *papers: tuple[str, bytes]) -> Answer:
    path = f"/api/v1/cases/{number}/attachments"
    response = apart(program.http.post, path, headers=program.headers, data={"attachments": sent(*papers)})
    return Answer(response.status_code, response.get_data(as_text=True), response.get_json(silent=True), None)


def download(program: Program, number: str, attachment: int) -> Any:
    return apart(program.http.get, f"/api/v1/cases/{number}/attachments/{attachment}", headers=program.headers)


def test_papers_come_with_the_application_and_are_opened_by_the_offices_on_its_way(
    client: Client, story: Story
) -> None:
    browser = Client(client.app).sign_in(story.people["receiving_school"].operator)
    browser.get("/cases/transfer/new")
    browser.post("/cases/transfer/new", main_number=story.child.main_number, name=story.child.name)
    answer = browser.post(
        "/cases/transfer",
        key=browser.page.xpath("string(//input[@name='key']/@value)"),
        main_number=story.child.main_number,
        name=story.child.name,
        reason="随父母迁居",
        **{"guardian.name": "陈建国", "guardian.relation": "1", "guardian.phone": "13800000000"},
        signed_on=clock.today().isoformat(),
        declared="yes",
        attachments=sent(("户口簿.pdf", a_pdf()), ("居住证明.jpg", a_picture())),
    )
    assert answer.location is not None, answer.text
    story.number = answer.location.rsplit("/", 1)[1]

    reader = Client(client.app).sign_in(story.people["receiving_school"].approver)
    page = reader.get(f"/cases/{story.number}")
    assert "户口簿.pdf" in page.text
    link = reader.page.xpath("string(//a[contains(., '户口簿')]/@href)")
    got = apart(reader.browser.get, link)

    assert (got.status_code, got.get_data(), got.mimetype) == (200, a_pdf(), "application/pdf")
    assert got.headers["Content-Disposition"].startswith("attachment;")
    assert got.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got.headers["Content-Security-Policy"]


def test_a_form_with_an_unfit_paper_opens_no_case(client: Client, story: Story) -> None:
    browser = Client(client.app).sign_in(story.people["receiving_school"].operator)
    browser.get("/cases/transfer/new")
    browser.post("/cases/transfer/new", main_number=story.child.main_number, name=story.child.name)

    answer = browser.post(
        "/cases/transfer",
        main_number=story.child.main_number,
        name=story.child.name,
        reason="随父母迁居",
        attachments=sent(("证明.docx", a_zip(x=b"y"))),
    )

    assert answer.status == 422
    assert "文件“证明.docx”不是 PDF、JPEG 或 PNG 文件。" in answer.text
    assert "请填写监护人姓名" in answer.text, "with every other fault"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Case).where(Case.process_key == "transfer")) == 0


def test_an_office_adds_papers_while_the_case_waits_there_and_nobody_else(submitted: Story) -> None:
    number = submitted.number
    added = upload(submitted.program("receiving_school"), number, ("住院证明.png", a_picture("PNG")))
    assert added.status == 201, added.text
    assert [each["name"] for each in added.json["attachments"]] == ["住院证明.png"]

    early = upload(submitted.program("releasing_school"), number, ("a.pdf", a_pdf()))
    assert (early.status, early.code) == (403, "E-TURN")
    submitted.agree_until("receiving_bureau")
    late = upload(submitted.program("receiving_school", "operator"), number, ("a.pdf", a_pdf()))
    assert (late.status, late.code) == (403, "E-TURN")
    submitted.decide("send_back")
    assert upload(submitted.program("receiving_school", "operator"), number, ("补正.pdf", a_pdf())).status == 201
    shown = submitted.case()["attachments"]
    assert [each["name"] for each in shown] == ["住院证明.png", "补正.pdf"]
    taken_away = submitted.program("receiving_school").delete(f"/cases/{number}/attachments/{shown[0]['id']}")
    assert taken_away.code == "E-HTTP-405"


def test_the_same_paper_twice_is_kept_once(submitted: Story) -> None:
    program = submitted.program("receiving_school")

    first = upload(program, submitted.number, ("一.pdf", a_pdf()), ("二.pdf", a_pdf()))
    again = upload(program, submitted.number, ("三.pdf", a_pdf()))

    assert (first.status, again.status) == (201, 201)
    assert [each["name"] for each in again.json["attachments"]] == ["一.pdf"]


def test_a_case_takes_twenty_papers(submitted: Story) -> None:
    program = submitted.program("receiving_school")
    papers = [(f"{n}.png", a_picture("PNG", (10 + n, 10))) for n in range(20)]
    assert upload(program, submitted.number, *papers).status == 201

    one_more = upload(program, submitted.number, ("21.pdf", a_pdf()))

    assert one_more.status == 422
    assert "最多 20 个附件" in one_more.json["detail"]


def test_who_may_open_a_paper(submitted: Story) -> None:
    added = upload(submitted.program("receiving_school"), submitted.number, ("证明.pdf", a_pdf()))
    attachment = added.json["attachments"][0]["id"]

    def status(office: Any, duty: str = "approver") -> int:
        program = submitted.client.api(factories.a_user(factories.a_bureau(office), duty))
        return int(download(program, submitted.number, attachment).status_code)

    assert status("330106") == 404, "on the route, its turn has not come"
    assert status("330200") == 200, "the city above the releasing side, which supervises"
    assert status("330108") == 404, "the neighbour"
    assert status("330000") == 404, "the province is no party"
    releasing = submitted.program("releasing_school")
    assert download(releasing, submitted.number, attachment).status_code == 404, "its turn has not come"
    assert releasing.get(f"/cases/{submitted.number}").json["attachments"] is None
    auditor = submitted.client.api(factories.a_user(factories.a_bureau("330106"), "auditor"))
    assert download(auditor, submitted.number, attachment).status_code == 403
    submitted.agree_until("receiving_bureau")
    assert status("330106") == 200
    other = submitted.program("receiving_school")
    assert download(other, "20260101-000001", attachment).status_code == 404


def test_on_disk_a_paper_is_whole_and_sealed_and_its_reading_is_written_down(app: Flask, submitted: Story) -> None:
    program = submitted.program("receiving_school")
    paper = upload(program, submitted.number, ("证明.pdf", a_pdf())).json["attachments"][0]

    folder = Path(app.config["ATTACHMENTS"])
    kept = (folder / paper["sha256"][:2] / paper["sha256"]).read_bytes()
    assert b"%PDF" not in kept
    assert not list(folder.rglob(".half-*"))
    assert download(program, submitted.number, paper["id"]).get_data() == a_pdf()
    db.session.rollback()
    verbs = db.session.scalars(sa.select(audit.AuditEvent.verb).order_by(audit.AuditEvent.place)).all()
    assert "attachments/add" in verbs
    assert "attachments/read" in verbs
    assert list(audit.verify()) == []


def test_a_damaged_file_is_never_given_out(app: Flask, submitted: Story) -> None:
    program = submitted.program("receiving_school")
    paper = upload(program, submitted.number, ("证明.jpg", a_picture(size=(61, 83)))).json["attachments"][0]
    file = Path(app.config["ATTACHMENTS"]) / paper["sha256"][:2] / paper["sha256"]
    sealed = file.read_bytes()
    file.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))

    answer = program.get(f"/cases/{submitted.number}/attachments/{paper['id']}")

    file.unlink()
    assert (answer.status, answer.code) == (422, "E-FILE-LOST")


HOSTILE = {
    "empty": ("空.pdf", b"", "是空文件"),
    "a program": ("图.png", b"MZ" + bytes(100), "不是 PDF、JPEG 或 PNG 文件"),
    "an archive": ("图.png", a_zip(a=bytes(5_000_000)), "不是 PDF、JPEG 或 PNG 文件"),
    "a page": ("证.pdf", b"<html><script>alert(1)</script>", "不是 PDF、JPEG 或 PNG 文件"),
    "a picture and an archive": ("证.jpg", a_picture() + a_zip(x=b"y"), "还藏有另一个文件"),
    "a picture and a page": ("证.png", a_picture("PNG") + b"<script>alert(1)</script>", "还藏有另一个文件"),
    "a paper and an archive": ("证.pdf", a_pdf() + a_zip(x=b"y"), "后面附有其他内容"),
    "an archive inside a paper": ("证.pdf", a_pdf()[:-7] + a_zip(x=b"y") + a_pdf()[-40:], "请重新导出|还藏有"),
    "half a paper": ("证.pdf", a_pdf()[:-60], "已损坏"),
    "a paper that runs": ("证.pdf", a_pdf(b"/JavaScript (x)"), "含有脚本"),
    "a locked paper": ("证.pdf", a_pdf(b"/Encrypt 9 0 R"), "已加密"),
    "half a picture": ("证.png", a_picture("PNG", (300, 300))[:200], "不能打开"),
    "a vast picture": ("证.png", a_vast_picture(), "图像过大|不能打开"),
    "a long name": ("长" * 10_000 + ".pdf", a_pdf(), "文件名过长"),
    "a path": ("../../etc/passwd.pdf", a_pdf(), "不能含有路径"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_upload_gets_a_sentence_and_leaves_nothing(submitted: Story, case: str) -> None:
    name, content, sentence = HOSTILE[case]

    answer = upload(submitted.program("receiving_school"), submitted.number, (name, content))

    assert (answer.status, answer.code) == (422, "E-FILE"), answer.text
    assert re.search(sentence, answer.json["detail"]), answer.json["detail"]
    assert len(answer.json["detail"]) < 120
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Attachment)) == 0


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("..\\..\\x.pdf", a_pdf(), "不能含有路径"),
        ("证.png", a_picture("PNG") + bytes(10 * 1024 * 1024), "超过 10 MB"),
    ],
)
def test_what_no_form_would_send_is_refused_too(name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(UnfitFile, match=sentence):
        opened(name, content)


def test_nothing_chosen_is_said_on_the_page(client: Client, submitted: Story) -> None:
    browser = Client(client.app).sign_in(submitted.people["receiving_school"].approver)
    browser.get(f"/cases/{submitted.number}")

    answer = browser.post(f"/cases/{submitted.number}/attachments")

    assert answer.status == 422
    assert "请选择要上传的文件" in answer.text


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("户口簿.PDF", "户口簿.pdf"),
        ("扫描 .jpg.exe", "扫描 .jpg.exe.pdf"),
        ("330106201705200017.pdf", "证件号.pdf"),
        ("a\u202egpj.pdf", "agpj.pdf"),
        ("x<y>:z|.pdf", "x_y__z_.pdf"),
        (".pdf", "pdf.pdf"),
        ("...", "附件.pdf"),
        ("长" * 200 + ".pdf", "长" * 96 + ".pdf"),
    ],
)
def test_names_are_cleaned(given: str, kept: str) -> None:
    assert clean_name(given, "application/pdf") == kept
