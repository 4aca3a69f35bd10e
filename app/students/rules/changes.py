"""May this child's enrolment change so? One rule per change of status, each answering with every objection."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from app import clock
from app.errors import InvalidInput, Refused, WrongOffice
from app.schools.models import GRADES, entry_year_of, stage_of
from app.schools.rules import NoSeat
from app.students.models import STANDING_NAMES, Standing
from app.students.rules import corrections
from app.students.rules.children import ContestedRecord, OpenCase
from app.students.rules.request import Asked, day_of, days_asked
from app.students.rules.transitions import NotInThisStanding, objection_to_change

SHORTEST_ILLNESS = 3  # months a hospital must advise
LONGEST_INTERVAL = 366  # days of one suspension
LONGEST_SUSPENSION = 2 * 366  # days of a suspension with its renewals
BESIDE = ("death",)  # may be applied for although another case of status holds the child
LAST_GRADES = ("16", "23", "33")


class HospitalProof(Refused):
    code = "E-RULE-SUS-1"
    text = "因病休学须有县级以上医院证明，且建议休息三个月以上。"


class TooLong(Refused):
    code = "E-RULE-SUS-2"
    text = "{sentence}"


class NoSkip(Refused):
    code = "E-RULE-SKIP"
    text = "{sentence}"


class NoRepeat(Refused):
    code = "E-RULE-RPT"
    text = "{sentence}"


class UnfittingGrade(Refused):
    code = "E-RULE-GRADE"
    text = "{sentence}"


class NotTheKeeper(Refused):
    code = "E-ARCH-02"
    text = "学籍恢复只能由保管该生电子学籍档案的学校办理；档案现由{keeper}保管。"


class LeftMeanwhile(WrongOffice):
    """The child has gone to another school since the application: that school must report."""

    text = "该生学籍已转至{school}，应由该校提出。"


def objections_to(asked: Asked) -> list[Refused]:
    """Everything that stands against this change of this child today."""
    objections, unlawful = _about_the_record(asked)
    if unlawful:
        return [*objections, unlawful]
    return [*objections, *days_asked(asked), *OF_PROCESS.get(asked.process, _nothing_more)(asked)]


def objections_to_child(asked: Asked) -> list[Refused]:
    """What of that needs no application: whatever the school writes, this change of this child is refused today."""
    objections, unlawful = _about_the_record(asked)
    if unlawful:
        return [*objections, unlawful]
    return [*objections, *OF_CHILD.get(asked.process, _nothing_more)(asked)]


def _about_the_record(asked: Asked) -> tuple[list[Refused], Refused | None]:
    """Against any change of this record, and what makes this one unlawful in the child's standing and stage."""
    objections: list[Refused] = []
    if in_the_way := asked.same_case if asked.process in BESIDE else asked.open_case:
        objections.append(OpenCase(process=in_the_way[0], step=in_the_way[1]))
    if asked.student.contested:
        objections.append(ContestedRecord())
    return objections, _unlawful(asked)


def _unlawful(asked: Asked) -> Refused | None:
    if asked.process in ("key_correction", "correction", "locked_correction"):  # touches the person, not the enrolment
        return None
    if asked.process == "reinstatement":  # opens a new enrolment beside the ended one
        return _about_reinstating(asked)
    return objection_to_change(asked.process, asked.profile, asked.enrolment.stage, asked.enrolment.standing)


def _about_reinstating(asked: Asked) -> Refused | None:
    if asked.enrolment.standing in (Standing.WITHDRAWN, Standing.ABROAD, Standing.LEFT_EARLY, Standing.CLOSED):
        return None
    return NotInThisStanding(standing=STANDING_NAMES[asked.enrolment.standing])


def _nothing_more(_asked: Asked) -> Iterator[Refused]:
    yield from ()


def _suspension(asked: Asked) -> Iterator[Refused]:
    """P13: hospital proof of at least three months; no longer than a school year."""
    application = asked.application
    if application["kind"] == "illness" and (
        not application.get("hospital")
        or not application.get("diagnosed_on")
        or application.get("rest_months", 0) < SHORTEST_ILLNESS
    ):
        yield HospitalProof(field="rest_months")
    starts, ends = day_of(asked, "starts_on"), day_of(asked, "ends_on")
    if ends <= max(starts, asked.on):
        yield InvalidInput(sentence="休学期满日期须晚于起始日期和今天。", field="ends_on")
    elif (ends - starts).days > LONGEST_INTERVAL:
        yield TooLong(sentence="休学一次不超过一学年，期满可续休。", field="ends_on")


def _renewal(asked: Asked) -> Iterator[Refused]:
    """P13b: a further interval, two years in all."""
    if asked.application["rest_months"] < SHORTEST_ILLNESS:
        yield HospitalProof(field="rest_months")
    ends = day_of(asked, "ends_on")
    latest = max((each.ends_on for each in asked.suspensions), default=asked.on)
    first = min((each.starts_on for each in asked.suspensions if each.ended_on is None), default=asked.on)
    if ends <= max(latest, asked.on):
        sentence = f"新的期满日期须晚于现期满日期（{latest:%Y-%m-%d}）和今天。"
        yield InvalidInput(sentence=sentence, field="ends_on")
    elif (ends - latest).days > LONGEST_INTERVAL:
        yield TooLong(sentence="续休一次不超过一学年。", field="ends_on")
    elif (ends - first).days > LONGEST_SUSPENSION:
        yield TooLong(sentence="休学连同续休累计不超过两年。", field="ends_on")


def _resumption(asked: Asked) -> Iterator[Refused]:
    """P14: into the grade the child left, one below it, or the one its cohort has reached; never a grade beyond."""
    yield from _fitting_grade(asked, asked.application["grade"])


def _fitting_grade(asked: Asked, grade: str) -> Iterator[Refused]:
    if stage_of(grade) is not asked.enrolment.stage:
        yield UnfittingGrade(sentence="复学或恢复学籍须编入原学段的年级。", field="grade")
        return
    year = asked.school_year
    reached = min(year - asked.enrolment.entry_year + 1, 6 if grade[0] == "1" else 3)
    left = int(asked.enrolment.grade[1])
    if not left - 1 <= int(grade[1]) <= max(left, reached):
        yield UnfittingGrade(
            sentence=f"须编入适当年级：离校时读{GRADES[asked.enrolment.grade]}，同届现读第 {reached} 年级。",
            field="grade",
        )
        return
    entry_year = entry_year_of(grade, year)
    if entry_year != asked.enrolment.entry_year or asked.enrolment.ends_on is not None:
        yield from _seat(asked, entry_year)


def _seat(asked: Asked, entry_year: int) -> Iterator[Refused]:
    quota = asked.quota_of(entry_year)
    if quota is None or quota.free < 1:
        yield NoSeat(total=quota.total if quota else 0, used=quota.used + quota.reserved if quota else 0)


def _skip(asked: Asked) -> Iterator[Refused]:
    """P17: one grade up inside the stage, neither from nor into its last grade."""
    grade = asked.enrolment.grade
    following = str(int(grade) + 1)
    if grade in LAST_GRADES or following in LAST_GRADES:
        yield NoSkip(sentence="毕业年级及升入毕业年级不办理跳级。")
        return
    yield from _seat(asked, asked.enrolment.entry_year - 1)


def _repeat(asked: Asked) -> Iterator[Refused]:
    """P18: the grade is kept at the next promotion; today in primary and junior for special education only.

    Whether the last grade may repeat is a row of the policy table: by default that of senior school may not.
    """
    if asked.enrolment.grade in LAST_GRADES and not asked.policy.get("final_grade", True):
        yield NoRepeat(sentence=f"{GRADES[asked.enrolment.grade]}不办理留级。")
        return
    compulsory = asked.enrolment.grade[0] in "12"
    if asked.policy.get("special_only") and compulsory and not asked.application.get("special_education"):
        yield NoRepeat(sentence="义务教育阶段除特殊教育学生外不办理留级。")
        return
    if int(asked.enrolment.grade[1]) != clock.school_year(asked.on) - asked.enrolment.entry_year + 1:
        yield NoRepeat(sentence="该生本学年已办理留级。")
        return
    yield from _seat(asked, asked.enrolment.entry_year + 1)


def _any_repeat(asked: Asked) -> Iterator[Refused]:
    """Against a repeat that has everything an application can say for it."""
    return _repeat(replace(asked, application={"special_education": True}))


def _reinstatement(asked: Asked) -> Iterator[Refused]:
    """P26: by whoever keeps the archive, into a fitting grade."""
    elsewhere = list(_archive_elsewhere(asked))
    yield from elsewhere or _fitting_grade(asked, asked.application["grade"])


def _archive_elsewhere(asked: Asked) -> Iterator[Refused]:
    """P26: only by the school that keeps the archive itself (Decisions), or to which a bureau keeps it for."""
    archive = asked.student.archive
    was_here = asked.enrolment.school_id == asked.school_id
    kept_for_us = archive is not None and (
        archive.custodian_id == asked.school_id
        or (was_here and archive.custodian_id == asked.enrolment.school.office.superior_id)
    )
    if not kept_for_us:
        yield NotTheKeeper(keeper=archive.custodian.name if archive else "其他机构")


OF_PROCESS: dict[str, Callable[[Asked], Iterator[Refused]]] = {
    "suspension": _suspension,
    "suspension_renewal": _renewal,
    "resumption": _resumption,
    "withdrawal": _nothing_more,
    "skip": _skip,
    "repeat": _repeat,
    "death": _nothing_more,
    "abroad": _nothing_more,
    "departure": _nothing_more,
    "drop_out": _nothing_more,
    "return_to_school": _nothing_more,
    "reinstatement": _reinstatement,
    "key_correction": corrections.key_correction,
    "correction": corrections.correction,
    "locked_correction": corrections.locked_correction,
    "class_change": corrections.class_change,
}
OF_CHILD: dict[str, Callable[[Asked], Iterator[Refused]]] = {
    "skip": _skip,
    "repeat": _any_repeat,
    "reinstatement": _archive_elsewhere,
    "locked_correction": corrections.not_locked,
}
