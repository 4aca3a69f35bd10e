"""A clerk at a screen registers a class from a workbook, with and without scripts; axe finds nothing wrong."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from app import clock
from app.imports.commands import work
from app.schools.models import School
from tests.imports.children import CAPTIONS, a_child, filled
from tests.support import factories
from tests.support.browsers import Desk
from tests.support.databases import on_sqlite
from tests.support.workbooks import a_workbook

pytestmark = on_sqlite
Seat = Callable[..., Desk]


@pytest.fixture
def school(app: object) -> School:
    """A primary school in September."""
    clock.set_to(dt.datetime(2026, 9, 7, 2, 0, tzinfo=dt.UTC))
    return factories.a_school(seats=1)


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """Two good rows and a wrong one."""
    path = tmp_path / "新生.xlsx"
    path.write_bytes(filled([a_child(name="张三"), a_child(name="王五"), a_child(name="李四", guardian__phone="1")]))
    return path


def upload(desk: Desk, path: Path) -> None:
    desk.follow("批量导入")
    desk.field("小学新生注册：").set_input_files(path)
    desk.press("上传并检查")


def test_from_the_workbook_to_the_list_the_page_goes_on_by_itself(seat: Seat, school: School, workbook: Path) -> None:
    desk = seat(factories.a_user(school, "operator")).open("/")
    desk.follow("批量导入")
    assert desk.violations() == ""
    upload(desk, workbook)
    assert desk.says("已检查 0%")
    assert desk.violations() == ""

    work()

    assert desk.says("检查完毕：2 行可以导入，1 行有错误")
    assert desk.says("学位不足，超出 1 名")
    assert desk.violations() == ""
    desk.press("确认导入")
    assert desk.says("已导入 0 行，共 2 行")
    work()
    assert desk.says("已导入 2 行，1 行有错误")
    assert desk.violations() == ""


def test_the_failed_rows_are_downloaded_corrected_and_sent_again(
    seat: Seat, school: School, workbook: Path, tmp_path: Path
) -> None:
    desk = seat(factories.a_user(school, "operator")).open("/")
    upload(desk, workbook)
    work()
    assert desk.says("检查完毕")
    button = desk.page.get_by_role("button", name="下载有问题的 1 行")

    for _ in range(2):  # a second time too: the page stays where it is
        with desk.page.expect_download() as download:
            button.click()
    download.value.save_as(tmp_path / "更正.xlsx")

    assert download.value.suggested_filename.endswith("有问题的行.xlsx")
    upload(desk, tmp_path / "更正.xlsx")
    work()
    assert desk.says("检查完毕：0 行可以导入，1 行有错误")
    assert desk.violations() == ""


def test_without_scripts_a_link_shows_how_far_it_is(seat: Seat, school: School, workbook: Path) -> None:
    desk = seat(factories.a_user(school, "operator"), java_script_enabled=False).open("/")
    upload(desk, workbook)
    assert desk.says("已检查 0%")

    work()
    desk.follow("刷新")

    assert desk.says("检查完毕：2 行可以导入，1 行有错误")
    desk.press("放弃这份文件")
    assert desk.says("其中的数据已删除")


def test_a_file_that_is_no_workbook_is_explained(seat: Seat, school: School, tmp_path: Path) -> None:
    desk = seat(factories.a_user(school, "operator")).open("/")
    (tmp_path / "新生.xlsx").write_text("姓名,性别", "utf-8")

    upload(desk, tmp_path / "新生.xlsx")

    assert desk.says("缺少必填的列：出生日期")
    assert desk.violations() == ""


def test_foreign_captions_are_matched_on_a_page_and_remembered(seat: Seat, school: School, tmp_path: Path) -> None:
    desk = seat(factories.a_user(school, "operator")).open("/")
    captions = [{"name": "娃娃", "class_number": "编班"}.get(name, caption) for name, caption in CAPTIONS.items()]
    child = a_child(name="张三")
    (tmp_path / "新生.xlsx").write_bytes(a_workbook(captions, [[child.get(name) for name in CAPTIONS]]))
    upload(desk, tmp_path / "新生.xlsx")
    assert desk.says("缺少必填的列：姓名")
    assert desk.violations() == ""

    desk.follow("手工对应表头")
    assert desk.violations() == ""
    desk.field("娃娃").select_option(label="姓名（必填）")
    desk.field("编班").select_option(label="不读取")
    desk.press("按所选的重新检查")
    work()

    assert desk.says("检查完毕：1 行可以导入")
    desk.open("/imports/")
    desk.page.get_by_text("本机构对应过的表头（2）").click()
    assert desk.violations() == ""
    desk.page.get_by_role("button", name=re.compile("“娃娃”的对应")).click()
    assert desk.says("已删除这条对应关系")
