"""The working calendar: what is shipped, what is read from a notice, and who is warned when a year is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.audit import AuditEvent
from app.calendars.rules import FESTIVALS, missing_years, read_notice
from app.database import db
from tests.conftest import MONDAY
from tests.support import factories
from tests.support.client import Client

NOTICES = {
    2023: """一、元旦：2022年12月31日至2023年1月2日放假调休，共3天。
二、春节：1月21日至27日放假调休，共7天。1月28日（星期六）、1月29日（星期日）上班。
三、清明节：4月5日放假，共1天。
四、劳动节：4月29日至5月3日放假调休，共5天。4月23日（星期日）、5月6日（星期六）上班。
五、端午节：6月22日至24日放假调休，共3天。6月25日（星期日）上班。
六、中秋节、国庆节：9月29日至10月6日放假调休，共8天。10月7日（星期六）、10月8日（星期日）上班。""",
    2024: """一、元旦：1月1日放假，与周末连休。
二、春节：2月10日至17日放假调休，共8天。2月4日（星期日）、2月18日（星期日）上班。鼓励各单位结合带薪年休假等制度落实，安排职工在除夕（2月9日）休息。
三、清明节：4月4日至6日放假调休，共3天。4月7日（星期日）上班。
四、劳动节：5月1日至5日放假调休，共5天。4月28日（星期日）、5月11日（星期六）上班。
五、端午节：6月10日放假，与周末连休。
六、中秋节：9月15日至17日放假调休，共3天。9月14日（星期六）上班。
七、国庆节：10月1日至7日放假调休，共7天。9月29日（星期日）、10月12日（星期六）上班。""",
    2025: """经国务院批准，现将2025年元旦、春节、清明节、劳动节、端午节、国庆节和中秋节放假调休日期的具体安排通知如下。
一、元旦：1月1日（周三）放假1天，不调休。
二、春节：1月28日（农历除夕、周二）至2月4日（农历正月初七、周二）放假调休，共8天。1月26日（周日）、2月8日（周六）上班。
三、清明节：4月4日（周五）至6日（周日）放假，共3天。
四、劳动节：5月1日（周四）至5日（周一）放假调休，共5天。4月27日（周日）上班。
五、端午节：5月31日（周六）至6月2日（周一）放假，共3天。
六、国庆节、中秋节：10月1日（周三）至8日（周三）放假调休，共8天。9月28日（周日）、10月11日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作。""",
    2026: """一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。""",
}
NEXT = """国务院办公厅关于2027年部分节假日安排的通知
各省、自治区、直辖市人民政府：经国务院批准，现将2027年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（农历除夕、周五）至11日（农历正月初六、周四）放假调休，共7天。1月31日（周日）、2月14日（周日）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。5月8日（周六）上班。
五、端午节：6月9日（周三）放假1天。
六、中秋节：9月15日（周三）放假1天。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。9月26日（周日）、10月9日（周六）上班。
国务院办公厅
2026年11月4日"""
NUMBER = "国办发明电〔2026〕9 号"


def test_every_year_since_2010_is_shipped_and_whole() -> None:
    assert clock.shipped_years() == tuple(range(2010, 2027))
    for year in clock.shipped_years():
        days = [dt.date(year, 1, 1) + dt.timedelta(days=n) for n in range(365)]
        odd = [day for day in days if clock.is_working_day(day) != (day.weekday() < 5)]
        assert 20 <= len(odd) <= 40, year
        for month, day in ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3)):
            assert not clock.is_working_day(dt.date(year, month, day)), (year, month, day)
        assert 244 <= sum(clock.is_working_day(day) for day in days) <= 253, year


@pytest.mark.parametrize("year", NOTICES)
def test_a_notice_is_read_as_the_shipped_calendar_has_it(year: int) -> None:
    reading = read_notice(NOTICES[year], year)

    assert reading.faults == []
    for day in (dt.date(year, 1, 1) + dt.timedelta(days=n) for n in range(365)):
        assert reading.exceptions.get(day, day.weekday() < 5) is clock.is_working_day(day), day


def put(old: str, new: str) -> Callable[[str], str]:
    """The notice with other words in one place."""
    return lambda text: text.replace(old, new)


FAULTS: dict[str, tuple[Callable[[str], str], str]] = {
    "another year": (lambda text: NOTICES[2026], "通知写的是星期四"),
    "its title": (put("2027年", "2028年"), "这是 2028 年的通知，不是 2027 年的。"),
    "a weekday": (put("6月9日（周三）", "6月9日（周四）"), "2027-06-09 是星期三，通知写的是星期四"),
    "a count": (put("调休，共5天", "调休，共6天"), "说共 6 天，日期却是 5 天"),
    "half of it": (lambda text: text.split("五、")[0], "没有读到端午、中秋、国庆的放假日期"),
    "words for digits": (put("6月9日", "六月九日"), "没有读到端午的放假日期"),
    "no such day": (put("6月9日（周三）", "6月31日"), "“6月31日”不是一个日期"),
    "a weekday worked": (put("5月8日（周六）", "5月7日（周五）"), "本来就上班"),
    "both": (lambda text: text + "\n5月1日（周六）上班。", "2027-05-01 既放假又上班"),
    "backwards": (put("至11日（农历正月初六、周四）", "至1日"), "前后颠倒"),
    "a statutory day": (put("10月1日（周五）至7日", "10月2日至7日"), "法定节日10 月 1 日没有放假"),
    "nothing": (lambda text: "", f"没有读到{'、'.join(FESTIVALS)}的放假日期"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_doubtful_notice_is_refused_with_the_reason(fault: str) -> None:
    spoil, told = FAULTS[fault]

    assert read_notice(NEXT, 2027).faults == []
    assert any(told in sentence for sentence in read_notice(spoil(NEXT), 2027).faults), read_notice(spoil(NEXT), 2027)


STATUTORY_2027 = {
    "元旦": ["01-01"],
    "春节": ["02-05", "02-06", "02-07", "02-08"],
    "清明": ["04-05"],
    "劳动节": ["05-01", "05-02"],
    "端午": ["06-09"],
    "中秋": ["09-15"],
    "国庆": ["10-01", "10-02", "10-03"],
}


def test_a_year_without_a_notice_has_its_statutory_holidays_and_nothing_moved() -> None:
    named = {dt.date.fromisoformat(f"2027-{day}") for days in STATUTORY_2027.values() for day in days}
    year = [dt.date(2027, 1, 1) + dt.timedelta(days=n) for n in range(365)]

    assert {day for day in year if clock.is_working_day(day)} == {day for day in year if day.weekday() < 5} - named
    assert clock.statutory_holidays(2027) == named
    assert clock.add_working_days(dt.date(2026, 12, 31), 1) == dt.date(2027, 1, 4)
    assert clock.working_days_between(dt.date(2026, 12, 31), dt.date(2027, 1, 1)) == 0
    assert clock.local(clock.deadline_after(dt.datetime(2026, 12, 31, 2, tzinfo=dt.UTC), 1)).date() == dt.date(
        2027, 1, 4
    )
    assert not clock.is_working_day(dt.date(2030, 1, 1)), "in every year that nobody knows yet"


def test_the_notice_of_a_year_overrules_what_the_law_puts_where() -> None:
    clock.learn({2027: {dt.date(2027, 1, 4): False, dt.date(2027, 1, 9): True}})

    assert not clock.is_working_day(dt.date(2027, 1, 4))
    assert clock.is_working_day(dt.date(2027, 1, 9))
    clock.learn({})
    assert not clock.is_working_day(dt.date(2027, 1, 1))


@pytest.mark.parametrize("year", range(2025, 2027))
def test_the_law_and_the_shipped_notices_agree(year: int) -> None:
    assert len(clock.statutory_holidays(year)) == 13
    assert not [day for day in clock.statutory_holidays(year) if clock.is_working_day(day)]


def test_from_november_on_the_next_year_is_missed() -> None:
    known = set(clock.shipped_years())
    assert missing_years(dt.date(2026, 10, 31), known) == []
    assert missing_years(dt.date(2026, 11, 1), known) == [2027]
    assert missing_years(dt.date(2027, 3, 1), known) == [2027]
    assert missing_years(dt.date(2027, 12, 1), known) == [2027, 2028]


@pytest.fixture
def sysadmin(client: Client) -> Client:
    return client.sign_in(factories.a_user(factories.a_bureau("330000"), "sysadmin"))


def test_the_provinces_system_administrator_imports_the_next_year(sysadmin: Client) -> None:
    assert "/calendar" in sysadmin.get("/").text
    assert "2027 年的工作日历尚未导入" in sysadmin.get("/calendar").text
    read = sysadmin.post("/calendar", year="2027", notice=NUMBER, text=NEXT, act="check")
    assert "2027-02-05" in read.text
    assert clock.is_working_day(dt.date(2027, 2, 9)), "looked at, not imported"

    assert sysadmin.post("/calendar", year="2027", notice=NUMBER, text=NEXT, act="import").status == 302

    assert not clock.is_working_day(dt.date(2027, 2, 9))
    assert clock.is_working_day(dt.date(2027, 2, 14)), "a Sunday that is worked"
    assert clock.add_working_days(dt.date(2026, 12, 31), 1) == dt.date(2027, 1, 4)
    page = sysadmin.get("/calendar")
    assert "尚未导入" not in page.text
    assert NUMBER in page.text
    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.verb == "calendar/import")).one()
    assert event.subject == "year:2027"


def test_every_fault_of_a_notice_is_told_at_once_and_what_was_typed_stays(sysadmin: Client) -> None:
    sysadmin.get("/calendar")

    assert sysadmin.post("/calendar", year="0", notice=NUMBER, text=NEXT, act="import").status == 422
    page = sysadmin.post("/calendar", year="2030", notice="", text=NEXT.replace("周三", "周四"), act="import")

    assert page.status == 422
    assert "只能导入 2026 年或 2027 年的日历" in page.text
    assert "请填写通知的文号" in page.text
    assert "国庆节：10月1日" in sysadmin.page.xpath("string(//textarea)")
    assert db.session.scalar(sa.select(sa.func.count()).where(AuditEvent.verb == "calendar/import")) == 0


def test_an_import_is_replaced_by_the_next_one_of_that_year(sysadmin: Client) -> None:
    for text in (NEXT, NEXT.replace("6月9日（周三）放假1天", "6月9日（周三）至10日（周四）放假，共2天")):
        sysadmin.get("/calendar")
        assert sysadmin.post("/calendar", year="2027", notice=NUMBER, text=text, act="import").status == 302

    assert not clock.is_working_day(dt.date(2027, 6, 10))
    clock.learn({})
    assert clock.known_years() == set(clock.shipped_years())


@pytest.mark.parametrize(("office", "duty"), [("330000", "approver"), ("330000", "secadmin"), ("330100", "sysadmin")])
def test_nobody_else_touches_the_calendar(client: Client, app: Flask, office: str, duty: str) -> None:
    client.sign_in(factories.a_user(factories.a_bureau(office), duty))
    client.get("/me")

    assert client.get("/calendar").status == 403
    client.get("/me")
    assert client.post("/calendar", year="2027", notice=NUMBER, text=NEXT, act="import").status == 403


def test_bureaus_and_the_clock_warn_of_a_missing_year(client: Client, app: Flask, tmp_path: Path) -> None:
    browser = Client(app).sign_in(factories.a_user(factories.a_bureau("330106"), "approver"))
    school = Client(app).sign_in(factories.a_user(factories.a_school("330106"), "approver"))
    sentence = "2027 年的工作日历尚未导入"
    assert sentence in browser.get("/inbox").text
    assert sentence not in school.get("/inbox").text
    assert sentence in app.test_cli_runner().invoke(args=["tick"]).output
    clock.set_to(MONDAY - dt.timedelta(days=30))
    assert sentence not in app.test_cli_runner().invoke(args=["tick"]).output
    clock.set_to(MONDAY)
    notice = tmp_path / "notice.txt"
    notice.write_text(NEXT, "utf-8")

    done = app.test_cli_runner().invoke(args=["calendar", "import", "2027", str(notice), "--notice", NUMBER])

    assert (done.exit_code, "已导入 2027 年工作日历" in done.output) == (0, True), done.output
    assert sentence not in app.test_cli_runner().invoke(args=["tick"]).output
    assert sentence not in browser.get("/inbox").text
    assert "2010–2027" in app.test_cli_runner().invoke(args=["calendar", "show"]).output


def test_the_command_says_what_is_wrong_with_a_file(app: Flask, tmp_path: Path) -> None:
    notice = tmp_path / "notice.txt"
    for content, told in (
        (NEXT.replace("周三", "周四").encode(), "通知写的是星期四"),
        (b"\xff\xfe", "不是 UTF-8 文本"),
    ):
        notice.write_bytes(content)

        done = app.test_cli_runner().invoke(args=["calendar", "import", "2027", str(notice), "--notice", NUMBER])

        assert (done.exit_code, told in done.output) == (1, True), done.output
