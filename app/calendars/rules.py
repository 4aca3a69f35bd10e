"""Reading the State Council's notice (国务院办公厅关于部分节假日安排的通知), and what must hold of it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.errors import InvalidInput
from app.web.text import visible

FESTIVALS = ("元旦", "春节", "清明", "劳动节", "端午", "中秋", "国庆")  # 全国年节及纪念日放假办法 Art. 2
ALWAYS_OFF = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))  # the same days in every year, by the same article
FEWEST, MOST = 13, 45  # statutory days; with the weekends and moved days around them
WEEKDAYS = "一二三四五六日"
DAY = (
    r"(?:(?P<year{0}>\d{{4}})年)?(?:(?P<month{0}>\d{{1,2}})月)?(?P<day{0}>\d{{1,2}})日"
    r"(?:[（(](?P<note{0}>[^）)]*)[）)])?"
)
PERIOD = re.compile(DAY.format(1) + r"(?:\s*[至到—–~～-]+\s*" + DAY.format(2) + ")?")
COUNTED = re.compile(r"(?:共|放假)\s*(\d{1,2})\s*天")
NAMED = re.compile(r"(\d{4})年(?:部分节假日|元旦)")
WEEKDAY = re.compile(r"(?:周|星期)([一二三四五六日天])")


@dataclass
class Reading:
    """What was read: each day that is named, True when it is worked; and every fault."""

    year: int
    days: dict[dt.date, bool] = field(default_factory=dict)
    festivals: set[str] = field(default_factory=set)  # those that were given days off
    faults: list[str] = field(default_factory=list)

    @property
    def exceptions(self) -> dict[dt.date, bool]:
        """Days off that are no weekend, weekends that are worked."""
        return {day: works for day, works in sorted(self.days.items()) if works == (day.weekday() >= 5)}

    @property
    def objections(self) -> list[InvalidInput]:
        return [InvalidInput(sentence=fault, field="text") for fault in self.faults]


def read_notice(text: str, year: int) -> Reading:
    """Read the notice of a year. Its weekdays and its counts must agree with its dates: another year's is found out."""
    reading = Reading(year)
    for sentence in re.split(r"[。；;\n]", text):
        off, worked = "放假" in sentence, "上班" in sentence
        if off and worked:
            reading.faults.append(f"“{_short(sentence)}”既说放假又说上班，请分成两句。")
        elif off or worked:
            _take(reading, sentence, works=worked)
    reading.faults += _about_the_whole(reading, text)
    return reading


def _take(reading: Reading, sentence: str, *, works: bool) -> None:
    named = sentence.split("上班" if works else "放假")[0]
    taken = 0
    month = None
    for period in PERIOD.finditer(named):
        try:
            first, last, month = _ends(period, reading.year, month)
        except ValueError:
            reading.faults.append(f"“{period[0]}”不是一个日期。")
            continue
        reading.faults += _about_weekdays(period, first, last)
        if not dt.timedelta() <= last - first <= dt.timedelta(days=14):
            reading.faults.append(f"“{period[0]}”前后颠倒，或长过 15 天。")
            continue
        for day in (first + dt.timedelta(days=n) for n in range((last - first).days + 1)):
            taken += 1
            if reading.days.setdefault(day, works) != works:
                reading.faults.append(f"{day:%Y-%m-%d} 既放假又上班。")
    counted = COUNTED.search(sentence)
    if counted and not works and taken != int(counted[1]):
        reading.faults.append(f"“{_short(sentence)}”说共 {counted[1]} 天，日期却是 {taken} 天。")
    festivals = {name for name in FESTIVALS if name in sentence.split("：")[0]}
    if taken and not works:
        reading.festivals |= festivals


def _ends(period: re.Match[str], year: int, month: int | None) -> tuple[dt.date, dt.date, int]:
    """First and last day; a month or year that is not named again is the one before."""
    month = int(period["month1"] or month or 0)
    first = dt.date(int(period["year1"] or year), month, int(period["day1"]))
    if period["day2"] is None:
        return first, first, month
    month = int(period["month2"] or month)
    # a New Year that begins on 31 December names its year; the second half is the year of the notice
    last_year = int(period["year2"] or (year if period["month2"] else first.year))
    return first, dt.date(last_year, month, int(period["day2"])), month


def _about_weekdays(period: re.Match[str], first: dt.date, last: dt.date) -> Iterator[str]:
    for day, note in ((first, period["note1"]), (last, period["note2"])):
        said = WEEKDAY.search(note or "")
        if said and WEEKDAYS.index(said[1].replace("天", "日")) != day.weekday():
            yield f"{day:%Y-%m-%d} 是星期{WEEKDAYS[day.weekday()]}，通知写的是星期{said[1]}：请核对年份和日期。"


def _about_the_whole(reading: Reading, text: str) -> Iterator[str]:
    year, days = reading.year, reading.days
    missing = [name for name in FESTIVALS if name not in reading.festivals]
    if missing:
        yield f"没有读到{'、'.join(missing)}的放假日期：请粘贴通知全文，日期用阿拉伯数字。"
    named = NAMED.search(text)
    if named and int(named[1]) != year:
        yield f"这是 {named[1]} 年的通知，不是 {year} 年的。"
    for day in sorted(days):
        if day.year != year and (day.year, day.month) != (year - 1, 12):
            yield f"{day:%Y-%m-%d} 不在 {year} 年。"
        if days[day] and day.weekday() < 5:
            yield f"{day:%Y-%m-%d} 是星期{WEEKDAYS[day.weekday()]}，本来就上班，不能是调休上班日。"
    absent = [f"{month} 月 {day} 日" for month, day in ALWAYS_OFF if days.get(dt.date(year, month, day)) is not False]
    if absent:
        yield f"法定节日{'、'.join(absent)}没有放假。"
    off = sum(not works for works in days.values())
    if not FEWEST <= off <= MOST:
        yield f"全年放假 {off} 天，应在 {FEWEST} 至 {MOST} 天之间。"


def _short(sentence: str) -> str:
    return visible(sentence.strip(), 30)


def missing_years(today: dt.date, known: set[int]) -> list[int]:
    """Years whose calendar is needed and not there: this one, and from November on, when notices appear, the next."""
    needed = [today.year] + ([today.year + 1] if today.month >= 11 else [])
    return [year for year in needed if year not in known]


def warning(year: int) -> str:
    """What everybody who works with deadlines should hear."""
    return (
        f"{year} 年的工作日历尚未导入，该年的时限暂按法定节日放假、其余周一至周五上班推算，调休日待通知。"
        "请省教育厅系统管理员在“工作日历”中导入国务院办公厅的放假通知。"
    )
