"""Every card of 发起办件 is tried by somebody who has just arrived, and its case walked to its end.

Cards of another season are tried when it comes: the clock is moved on, first it is read why they are closed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.database import db, end_reading
from app.demo import load
from app.demo.size import SMALL_LIVED_IN
from app.divisions.models import Office
from app.students.models import Enrolment, Standing, Student
from tests.demo.cards import Newcomer, Typed, days
from tests.support import factories

PRIMARY, JUNIOR, SENIOR = "2133010601.operator", "3133010601.operator", "3433010601.operator"
OTHER_JUNIOR = "3133010501.operator"  # where nothing is open
COUNTY, PROVINCE = "330106.operator", "330000.operator"


def new_child(year: int, place: str = "330106") -> Typed:
    """What is typed of a child who is new here, by the year of birth."""
    number = factories.a_number(dt.date(year, 3, 15), place)
    born = {"born_on": f"{year}-03-15", "main_number": number, "sex": "1" if int(number[16]) % 2 else "2"}
    lives = {"household_division": "浙江省杭州市西湖区", "address": "文三路 8 号", "entry_way": "11", "boarding": "1"}
    return {"name": "沈知秋", "document_type": "1", "ethnic_group": "01", **born, **lives}


IN_ANOTHER_SEASON = {
    "registration_primary", "registration_stage", "home_return", "recruitment_roster", "graduation", "promotion",
}  # fmt: skip
#: the guardian is told and agrees in writing, so that nobody waits for the days to object
CONSENT: Mapping[str, Typed] = {"guardian_notice": {"consented": "true"}}


@dataclass(frozen=True)
class Try:
    """How a card is tried: by whom, about whom, what is typed at first and at later steps."""

    by: str = PRIMARY
    standing: str = "active"
    grade: str = ""
    typed: Typed = field(default_factory=dict)
    at: Mapping[str, Typed] = field(default_factory=dict)


def about_a_child() -> dict[str, Try]:
    """Cards that are about a child whom the page of students lists."""
    hospital = {"hospital": "省儿童医院", "diagnosed_on": days(-3), "rest_months": 6}
    paper = {"stage": "primary", "certificate": "graduation", "left_in": clock.school_year(clock.today())}
    return {
        "reversal": Try(),  # first: few children have something to be taken back, and other cards may take any child
        "class_change": Try(),
        "suspension": Try(typed={**hospital, "kind": "illness", "ends_on": days(200)}),
        "suspension_renewal": Try(standing="suspended", typed={**hospital, "ends_on": days(300)}),
        "resumption": Try(standing="suspended", typed={"grade": "its own"}),
        "repeat": Try(grade="13", typed={"special_education": "true"}),
        "skip": Try(grade="12", typed={"test_result": "各科优秀"}),
        "drop_out": Try(typed={"left_on": days(-20), "efforts": "家访三次"}),
        "return_to_school": Try(standing="dropped_out"),
        "withdrawal": Try(SENIOR, grade="32", at=CONSENT),
        "abroad": Try(typed={"country": "新加坡", "document": "护照"}),
        "reinstatement": Try(standing="withdrawn", typed={"grade": "its own", "experience": "在家自学"}),
        "death": Try(typed={"died_on": days(-1), "proof": "死亡医学证明"}, at=CONSENT),
        "correction": Try(grade="13", typed={"address": "文二路 5 号", "phone": "13900000000"}),
        "key_correction": Try(typed={"name": "王思源"}),
        "locked_correction": Try(grade="11", typed={"household_address": "文一路 9 号"}),
        "contested_record": Try(typed={"remedy": "evidence"}, at=CONSENT),
        "education_proof": Try(standing="graduated", typed={**paper, "cause": "lost"}),
        "departure": Try(typed={"province": "340000", "to_school": "合肥一中"}),
    }


def about_others() -> dict[str, Try]:
    """Cards that are about an office, a list, or a child who is elsewhere."""
    year = clock.school_year(clock.today())
    arrives = {**new_child(year - 13, "341225"), "grade": "22", "from_province": "340000"}
    autumn = {"entry_year": year + 1, "closes_on": f"{year + 1}-08-10", "cap": 2}
    return {
        "arrival": Try(JUNIOR, typed={**arrives, "from_school": "阜南一中", "experience": "一直在原校就读"}),
        "late_registration": Try(JUNIOR, typed={"stage": "junior", "entry_year": year, **known(PRIMARY)}),
        "roll_verification": Try(typed={f"classes.{each}.teacher": "李老师" for each in range(30)}),
        "school_reversal": Try(SENIOR),
        "plan_cross_county": Try(SENIOR, typed={**autumn, "source": "330108", "stage": "senior"}),
        "plan_cross_city": Try(SENIOR, typed={**autumn, "source": "330212", "stage": "senior"}),
        "quota_change": Try(typed={"stage": "primary", "year": year, "total": 60}),
        "recruiting_scope": Try(COUNTY, typed={"school": "3433010601", "divisions": "330106"}),
        "quota_setting": Try(COUNTY, typed={"school": "2133010601", "stage": "primary", "year": year + 1, "total": 40}),
        "school_reorganisation": Try(
            COUNTY,
            typed={
                "school": "2133010602",
                "kind": "renaming",
                "new_name": "西湖区新文澜小学",
                "new_short_name": "新文澜",
            },
        ),
        "lock_postponement": Try(PROVINCE, typed={"year": year + 1, "until": f"{year + 1}-10-10"}),
    }


def seasons(year: int, round_: Round) -> list[tuple[dt.date, Callable[[], dict[str, Try]]]]:
    """The days on which cards open that are closed in autumn, and how each is tried then."""
    listed = {"stage": "senior", "entry_year": year}

    def graduate() -> dict[str, Try]:
        return {"graduation": Try(OTHER_JUNIOR, typed={"grade": "23", "graduates_on": days(0)})}

    def go_up() -> dict[str, Try]:
        return {"promotion": Try(SENIOR)}

    def register() -> dict[str, Try]:
        senior, home = known("3133021201.operator"), known("3133021201.operator", 1)
        line = f"{senior['main_number']} {senior['name']}"
        filing = round_.newcomer.filing_under(SENIOR, "鄞州")
        return {
            "registration_primary": Try(typed={"entry_year": year, **new_child(year - 7)}),
            "registration_stage": Try(SENIOR, typed={**listed, **known(JUNIOR)}),
            "recruitment_roster": Try(SENIOR, typed={"filing": filing, "list": line}),
            "home_return": Try(
                SENIOR,
                typed={"stage": "senior", "entry_year": year, **home, "household_division": "浙江省杭州市西湖区"},
            ),
        }

    return [
        (dt.date(year, 6, 21), graduate),
        (dt.date(year, 7, 20), go_up),
        (dt.date(year, 8, 24), register),
    ]


def known(account: str, place: int = 0) -> Typed:
    """A child who has finished that school and waits, as its page tells the number."""
    asked = (
        sa.select(Student)
        .join(Enrolment, Enrolment.student_id == Student.id)
        .join(Office, Office.id == Enrolment.school_id)
    )
    waits = Office.code == account.split(".")[0], Enrolment.standing == Standing.GRADUATED
    child = db.session.scalars(asked.where(*waits).order_by(Student.id.desc()).offset(place).limit(1)).one()
    found = {"main_number": child.main_number, "name": child.name}
    end_reading()
    return found


class Round:
    """One round of somebody who tries one card after the other, no child twice."""

    def __init__(self, app: Flask) -> None:
        self.newcomer = Newcomer(app)
        self.taken: set[int] = set()
        self.ended: dict[str, str] = {}  # by process: the number of its case

    def about_a_child(self, process: str, how: Try) -> None:
        child, grade = self._child(process, how)
        typed = {name: grade if value == "its own" else value for name, value in how.typed.items()}
        self._walk(process, self.newcomer.apply(how.by, f"/apply/{process}?student={child}", typed), how)

    def about_others(self, process: str, how: Try) -> None:
        page = "/rosters/new" if process == "recruitment_roster" else f"/apply/{process}"
        self._walk(process, self.newcomer.apply(how.by, page, how.typed), how)

    def transfer(self) -> None:
        child, _grade = self._child("suspension", Try("2133021201.operator", grade="12"))
        found = db.session.get_one(Student, child)
        number, name = found.main_number, found.name
        end_reading()
        self._walk("transfer", self.newcomer.transfer(PRIMARY, number, name, {}), Try())

    def _child(self, process: str, how: Try) -> tuple[int, str]:
        """The first child of the list for whom its page offers the process."""
        asked = {"standing": how.standing, **({"grade": how.grade} if how.grade else {})}
        for child in self.newcomer.children(how.by, **asked):
            if child not in self.taken and process in self.newcomer.offered_for(how.by, child):
                self.taken.add(child)
                found = db.session.get_one(Student, child)
                enrolment = found.open_enrolment or found.last_enrolment
                assert enrolment is not None
                grade = enrolment.grade
                end_reading()
                return child, grade
        raise AssertionError(f"the demo offers nobody for {process} at {how.by}")

    def _walk(self, process: str, number: str, how: Try) -> None:
        assert self.newcomer.walk(number, how.at) == "agreed", process
        self.ended[process] = number


@pytest.mark.timeout(900)  # it walks some forty cases; on a machine with nothing else to do in some twenty seconds
def test_every_card_is_tried_to_its_end_in_its_season(app: Flask) -> None:
    load(lambda _line: None, SMALL_LIVED_IN)
    round_, accounts = Round(app), (PRIMARY, JUNIOR, SENIOR, COUNTY, PROVINCE)
    stand: dict[str, list[str]] = {}
    for account in accounts:
        for process, why in round_.newcomer.cards(account).items():
            stand.setdefault(process, []).append(why)
    closed = {process for process, said in stand.items() if all(said)}

    assert closed == IN_ANOTHER_SEASON, stand
    for process, how in about_a_child().items():
        round_.about_a_child(process, how)
    round_.transfer()
    for process, how in about_others().items():
        round_.about_others(process, how)
    year = clock.today().year + 1
    for day, tried in seasons(year, round_):
        round_.newcomer.come_back(day)
        for process, how in tried().items():
            assert round_.newcomer.cards(how.by)[process] == "", (process, day)
            round_.about_others(process, how)

    assert set(round_.ended) == set(stand)
