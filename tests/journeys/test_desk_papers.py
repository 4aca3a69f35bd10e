"""Papers at the desk: uploading, hurrying, printing, checking, in the browser, with scripts and without."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from app.cases.commands import tick
from tests.cases.test_time import at
from tests.support import factories
from tests.support.browsers import Desk
from tests.support.client import Client
from tests.support.databases import on_sqlite
from tests.support.papers import a_pdf, a_picture, a_zip
from tests.support.printed import A4, pages_of
from tests.support.single_school_case import a_matter
from tests.support.transfer_case import Story

pytestmark = on_sqlite
Seat = Callable[..., Desk]


@pytest.mark.parametrize("scripts", [True, False])
def test_a_paper_is_uploaded_and_saved_by_the_next_office(
    seat: Seat, submitted: Story, tmp_path: Path, scripts: bool
) -> None:
    paper = tmp_path / "户口簿.pdf"
    paper.write_bytes(a_pdf())
    desk = seat(submitted.people["receiving_school"].approver, java_script_enabled=scripts)
    desk.open(f"/cases/{submitted.number}")

    desk.field("选择文件").set_input_files(paper)
    desk.press("上传")
    assert desk.says("已上传 1 个附件")
    desk.press("同意")
    reader = seat(submitted.people["receiving_bureau"].approver, java_script_enabled=scripts)
    reader.open(f"/cases/{submitted.number}")
    with reader.page.expect_download() as saving:
        reader.page.get_by_role("link", name="户口簿.pdf").click()

    assert saving.value.suggested_filename == "户口簿.pdf"
    assert Path(saving.value.path()).read_bytes() == a_pdf()


def test_a_file_that_is_none_of_these_is_refused_with_its_name(seat: Seat, submitted: Story, tmp_path: Path) -> None:
    paper = tmp_path / "病历.docx"
    paper.write_bytes(b"PK\x03\x04")
    desk = seat(submitted.people["receiving_school"].approver).open(f"/cases/{submitted.number}")

    desk.field("选择文件").set_input_files(paper)
    desk.press("上传")

    assert desk.says("文件“病历.docx”不是 PDF、JPEG 或 PNG 文件")
    assert desk.violations() == ""


def test_an_overdue_desk_is_supervised_from_the_list(seat: Seat, submitted: Story) -> None:
    submitted.agree_until("releasing_bureau")
    at("2026-12-08 09:00")
    tick()
    chief = seat(factories.a_user(factories.a_bureau("330200"), "approver")).open("/")

    chief.follow("逾期督办")
    assert chief.violations() == ""
    chief.follow(f"督办 {submitted.number}")
    chief.field("督办意见").fill("请于两个工作日内办结。")
    chief.press("发出督办")

    assert chief.says("督办意见已发出")
    late = seat(submitted.people["releasing_bureau"].approver).open("/")
    late.follow("通知")
    assert late.says("请于两个工作日内办结。")
    assert late.violations() == ""
    late.press("全部标为已读")
    assert late.says("没有待阅的通知")


def test_printed_forms_are_accessible_and_hold_nothing_to_press(seat: Seat, submitted: Story) -> None:
    submitted.agree_until("pull")
    number = submitted.case()["directive"]["number"]
    desk = seat(submitted.people["receiving_school"].operator)

    for path in (f"/cases/{submitted.number}/sheet", f"/directives/{number}/paper"):
        desk.open(path)
        assert desk.violations() == "", path
        assert desk.page.locator("svg.qr").first.bounding_box(), path
        desk.page.emulate_media(media="print")
        assert desk.page.locator("button:visible, a:visible").count() == 0, path
        desk.page.emulate_media(media="screen")


def test_the_print_view_fills_a4_and_its_codes_are_read_from_paper(seat: Seat, submitted: Story) -> None:
    submitted.agree_until("pull")
    desk = seat(submitted.people["receiving_school"].operator).open(f"/cases/{submitted.number}/sheet")

    pages = pages_of(desk.page.pdf(prefer_css_page_size=True))

    case, check = pages[0].codes()
    assert case.endswith(f"/cases/{submitted.number}")
    assert "/check/" in check
    assert len([box for page in pages for box in page.red_boxes()]) == 4, "an office each has sealed"
    for page in pages:
        assert page.size == A4
        left, top, right, bottom = page.margins()
        assert min(left, right) >= 16, (left, right)
        assert min(top, bottom) >= 15, (top, bottom)


def test_a_stranger_types_the_code_of_a_paper(seat: Seat, submitted: Story) -> None:
    desk = seat(submitted.people["receiving_school"].operator).open(f"/cases/{submitted.number}/sheet")
    code = desk.page.locator(".code-box p").last.inner_text()
    stranger = seat()

    stranger.open("/sign-in").follow("核验学籍文书")
    stranger.field("核验码").fill(code.replace("-", " "))
    stranger.press("核验")

    assert stranger.says("办理中，尚无结果")
    assert stranger.violations() == ""
    assert submitted.child.main_number not in stranger.text()
    stranger.open("/check/nothing")
    assert stranger.says("没有这份文书")
    assert stranger.violations() == ""


def test_a_schools_papers_are_accessible_and_found_from_the_menu(seat: Seat, client: Client, tmp_path: Path) -> None:
    matter = a_matter(client)
    matter.walk("class_change")
    photos = tmp_path / "照片.zip"
    photos.write_bytes(a_zip(**{f"{matter.child.main_number}.jpg": a_picture(size=(400, 500)), "合影.jpg": b"x"}))
    desk = seat(matter.people["school"].operator).open("/")

    desk.follow("批量上传照片")
    desk.field("照片压缩包").set_input_files(photos)
    desk.press("上传")
    assert desk.says("共 2 个文件，收下 1 张，未收 1 个")
    assert desk.violations() == ""
    desk.follow("花名册")
    assert desk.violations() == ""
    for path in (
        "/roll/paper?grade=13",
        "/roll/paper?kind=class&grade=13&class=2",
        f"/students/{matter.child.id}/card",
    ):
        assert desk.open(path).violations() == "", path
    desk.open(f"/students/{matter.child.id}")
    assert desk.page.locator("img.photo").evaluate("it => it.naturalWidth") == 358
    desk.field("出具在籍证明").fill("办理医疗保险")
    desk.press("出具")
    assert desk.says("兹证明")
    assert desk.violations() == ""
