"""May this child be registered (注册建档) here? Every objection of one row, each with its code."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from app import clock
from app.divisions.models import Office
from app.errors import InvalidInput, InvalidValue, Refused
from app.schools.models import Stage
from app.schools.rules import NoSeat, home_area, in_area
from app.students.models import STANDING_NAMES, Enrolment, Standing, Student
from app.students.rules.children import ContestedRecord, OpenCase, UnknownChild
from app.students.rules.directives import NoDirective
from app.students.rules.documents import (
    ABROAD,
    FOREIGN_RESIDENT,
    NO_DOCUMENT,
    PASSPORT,
    RESIDENT,
    WITHOUT_HOUSEHOLD,
    fault_of_document,
    says,
)
from app.students.rules.family import about_the_family
from app.students.rules.locks import objections_to_registration_when_locked
from app.students.rules.numbers import NumberHeld
from app.students.rules.transfer import WrongGrade
from app.students.rules.transitions import NotInThisStanding
from app.web.canonical import same_name

YOUNGEST = 6  # full years by 31 August of the entry year, in primary school
CHINA, NO, NONE = "CHN", "00", "0"  # 国籍; 港澳台侨外: 否; 残疾类型: 无
DISABLED, NO_HOUSEHOLD = "6", "0"  # 健康状况: 残疾; 户口性质: 未落户
STAGE_BEFORE = {Stage.JUNIOR: Stage.PRIMARY, Stage.SENIOR: Stage.JUNIOR}
FIRST_GRADE = {Stage.PRIMARY: "11", Stage.JUNIOR: "21", Stage.SENIOR: "31"}
CHANGE_CODE = {Stage.PRIMARY: "Z1", Stage.JUNIOR: "Z2", Stage.SENIOR: "Z3"}
ARRIVAL_CODE = "Z4"  # 省外新建
RECRUIT_CODE = "Z5"  # 外招转入


class KnownAlready(Refused):
    """S30: one record per child in the province; an arrival becomes a transfer."""

    code = "E-DUP-01"
    text = "省内已有该学生注册记录（{school}，{standing}），请按省内转学办理。"


class Suspected(Refused):
    """The county checks whether two children share a name, sex and birth date."""

    code = "E-DUP-02"
    text = "姓名、性别、出生日期与已有学籍相同，疑似重复，须由上级教育行政部门核查。"


class SuspectedByNumber(Suspected):
    """其他 (Z) does not say whose number it is: the county compares the two children."""

    text = "证件号码与已有学籍登记的证件号码相同而证件类型、姓名不同，疑似重复，须由上级教育行政部门核查。"


class BeingRegistered(NumberHeld):
    """The number is held by a registration under way."""

    text = "同一证件号正在另一所学校注册中。"


class TwiceInTheList(NumberHeld):
    text = "同一证件号在名单中出现两次（第 {first} 条与第 {second} 条）。"


class SexDiffers(Refused):
    code = "E-ID-04"
    text = "证件号与性别不符。"


class BirthDiffers(Refused):
    code = "E-ID-05"
    text = "证件号与出生日期不符。"


class NotAGraduate(NotInThisStanding):
    text = "该生学籍状态为“{standing}”，须先从原学校毕业，才能注册下一学段。"


class ArchiveElsewhere(Refused):
    code = "E-ARCH-01"
    text = "电子学籍档案不在原毕业学校，尚不能转入，不能注册。"


class NoHomeReturn(Refused):
    """The child does not return to where its household is registered; subclasses say why."""

    code = "E-HOME"


class NotAtHome(NoHomeReturn):
    text = "该生户口所在地（{household}）不在本校所在县（市、区），不能按回原籍升学办理。"


class LocalAlready(NoHomeReturn):
    text = "该生原毕业学校在本校招生范围内，请按新生注册办理，无须回原籍升学。"


class NoPlan(NoSeat):
    text = "上级教育行政部门尚未核定本校 {year} 年{stage}新生学籍总数，不能注册。"


class NotTaught(WrongGrade):
    text = "本校没有{stage}，不能注册该学段新生。"


def objections_to_cohort(entry_year: int, opens: str, locked_at: dt.datetime, *, late: bool) -> Iterator[Refused]:
    """Against the year: before it opens, or (unless this is a late addition) once the cohort is locked.

    opens -- month and day from which new children of the year are registered, "08-01"
    """
    now, today = clock.now(), clock.today()
    first = dt.date.fromisoformat(f"{entry_year}-{opens}")
    if today < first:
        yield InvalidInput(sentence=f"{entry_year} 年新生自 {first:%Y-%m-%d} 起注册。", field="entry_year")
    elif late and now < locked_at:
        yield InvalidInput(sentence="新生信息尚未锁定，请按新生注册办理，无须补录。", field="entry_year")
    elif not late:
        yield from objections_to_registration_when_locked(locked_at, now)


def objections_to_new_child(
    row: Mapping[str, Any], entry_year: int, *, on: dt.date, wrong: Collection[str] = (), household: bool = True
) -> Iterator[Refused]:
    """Against what is written of a child nobody knows yet: age, the number against sex and birth date, and what is
    asked of this child though not of every one.

    household -- the place of the household is asked of whoever may have one
    wrong -- fields of the row that have a fault already, or are missing though they are required: no rule looks into
    them, so that nothing is said of them twice and nothing because of them
    """
    sound = {name: value for name, value in row.items() if name not in wrong}
    born = dt.date.fromisoformat(sound["born_on"]) if "born_on" in sound else None
    if born is None:
        pass
    elif born > on:
        yield InvalidInput(sentence="出生日期不能晚于今天。", field="born_on")
    elif born > dt.date(entry_year - YOUNGEST, 8, 31):
        yield InvalidInput(sentence=f"小学入学须在 {entry_year} 年 8 月 31 日前年满 {YOUNGEST} 周岁。", field="born_on")
    if number := sound.get("main_number"):
        if born is not None and f"{born:%Y%m%d}" != number[6:14]:
            yield BirthDiffers(field="born_on")
        if "sex" in sound and (int(number[16]) % 2 == 1) != (sound["sex"] == "1"):
            yield SexDiffers(field="sex")
    if "main_number" not in wrong and "document_type" in sound:
        yield from (each for each in _about_the_document(sound) if each.field not in wrong)
    yield from (each for each in about_the_person(sound, household) if each.field not in wrong)


def _about_the_document(row: Mapping[str, Any]) -> Iterator[Refused]:
    """A resident has the 18-digit number; others another document, or none: then both guardians are known by theirs.

    Beside a main number no document is asked for; one that is given must be right all the same (E-ID-01).
    """
    kind, number = row["document_type"], row.get("document_number")
    if number and kind != RESIDENT:
        yield from _about_its_number(kind, number, row)
    elif row.get("main_number"):
        return
    elif kind == RESIDENT:
        yield InvalidInput(sentence="请填写居民身份证号。", field="main_number")
    elif kind == NO_DOCUMENT:
        if not (row.get("guardian_number") or row.get("guardian_document_number")):
            yield InvalidInput(sentence="学生没有证件号的，须填写家庭成员一身份证号。", field="guardian_number")
        if not row.get("guardian2"):
            yield InvalidInput(sentence="学生没有证件号的，须填写家庭成员二。", field="guardian2.name")
        elif not (row.get("guardian2_number") or row.get("guardian2_document_number")):
            yield InvalidInput(sentence="学生没有证件号的，须填写家庭成员二身份证号。", field="guardian2_number")
    else:
        yield InvalidInput(sentence="请填写其他证件号码。", field="document_number")


def _about_its_number(kind: str, number: str, row: Mapping[str, Any]) -> Iterator[Refused]:
    """Against a number that carries its own proof, or has a known pattern, and against whom it belongs to."""
    if fault := fault_of_document(kind, number):
        yield InvalidValue(fault[0], sentence=f"其他证件号码：{fault[1]}。", field="document_number")
        return
    born, sex = says(kind, number)
    if born and "born_on" in row and born != row["born_on"].replace("-", ""):
        yield BirthDiffers(field="born_on")
    if sex and "sex" in row and sex != row["sex"]:
        yield SexDiffers(field="sex")


def about_the_person(row: Mapping[str, Any], household: bool) -> Iterator[Refused]:
    """What stands for itself in nearly every row must be said where the document tells otherwise (domain.md 6)."""
    kind, country = row.get("document_type"), row.get("nationality")
    if kind == RESIDENT and country not in (None, CHINA):
        yield InvalidInput(sentence="持居民身份证的学生，国籍须为中国。", field="nationality")
    elif kind == FOREIGN_RESIDENT and country in (None, CHINA):
        yield InvalidInput(sentence="持外国人永久居留身份证的学生，须填写国籍。", field="nationality")
    elif kind == PASSPORT and country is None:
        yield InvalidInput(sentence="持护照的学生，须填写国籍。", field="nationality")
    if kind in ABROAD and row.get("hmt", NO) == NO:
        yield InvalidInput(sentence="持港澳台证件的学生，须填写港澳台侨外。", field="hmt")
    if row.get("health") == DISABLED and row.get("disability", NONE) == NONE:
        yield InvalidInput(sentence="健康状况为残疾的，须填写残疾类型。", field="disability")
    unsettled = kind in WITHOUT_HOUSEHOLD or row.get("household_kind") == NO_HOUSEHOLD
    if household and not unsettled and not row.get("household_division"):
        yield InvalidInput(sentence="请填写户口所在地区划代码。", field="household_division")
    yield from about_the_family(row)


def objections_to_graduate(
    student: Student | None,
    row: Mapping[str, Any],
    school: Office,
    stage: Stage,
    *,
    open_case: tuple[str, str] | None,
    outside_allowed: bool = False,
    scope: Collection[str] = (),
) -> Iterator[Refused]:
    """Against a child of the stage before who is to enter here: S14, S25.

    outside_allowed -- a directive of the source bureau is part of the case, so the child may come from elsewhere;
    scope -- the divisions from which the school recruits as at home, none while its superior has set nothing
    """
    enrolment = student.last_enrolment if student else None
    if student is None or not same_name(student.name, row["name"]) or enrolment is None:
        yield UnknownChild(field="main_number")
        return
    if open_case:
        yield OpenCase(process=open_case[0], step=open_case[1], field="main_number")
    if student.contested:
        yield ContestedRecord(field="main_number")
    if student.open_enrolment is not None or not has_finished(enrolment, STAGE_BEFORE[stage]):
        yield NotAGraduate(standing=STANDING_NAMES[enrolment.standing], field="main_number")
        return
    if student.archive is None or student.archive.custodian_id != enrolment.school_id:
        yield ArchiveElsewhere(field="main_number")
    elif not outside_allowed and not is_local(school, student.archive.custodian, scope):
        yield NoDirective(field="main_number")


def has_finished(enrolment: Enrolment, stage: Stage) -> bool:
    """True for a child who has graduated from, or completed, that stage."""
    return enrolment.stage is stage and enrolment.standing in (Standing.GRADUATED, Standing.COMPLETED)


def is_local(school: Office, keeper: Office, scope: Collection[str] = ()) -> bool:
    """True when the keeper of the archive stands in the area from which the school recruits without consent (S21).

    scope -- the divisions its superior has set (招生范围). While there are none, a county's school recruits in its
    county, a school of the city in the whole city.
    """
    return in_area(keeper, scope or home_area(school))


def stands_in(area: Office, keeper: Office) -> bool:
    """True when whoever keeps an archive stands in the area of that bureau (生源地).

    A county unit that acts as a city is an area of its own, not part of the city around it (义乌).
    """
    bureau = keeper.bureau
    while bureau is not None:
        if bureau.id == area.id:
            return True
        bureau = None if bureau.acts_as_city else bureau.superior
    return False


def objections_to_home_return(
    school: Office, student: Student, household: str, scope: Collection[str] = ()
) -> Iterator[Refused]:
    """P02b: only for a child whose household stands where the school does, and who graduated elsewhere."""
    if household != school.division_code:
        yield NotAtHome(household=household, field="household_division")
    if student.archive is not None and is_local(school, student.archive.custodian, scope):
        yield LocalAlready(field="main_number")
