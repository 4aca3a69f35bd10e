"""花名册 and 班级名单: on paper, and as a spreadsheet whose taking out is written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, render_template, request, url_for

from app import audit, clock
from app.access import actor, allow
from app.database import transaction
from app.divisions.models import Office
from app.errors import InvalidInput
from app.schools.models import GRADES
from app.schools.queries import grades_at
from app.students.models import STANDING_NAMES, Standing
from app.students.presenters import SEXES
from app.students.queries import roll
from app.students.queries.cards import MOST_CARDS
from app.students.queries.roll import Child
from app.web.formatting import day, given_out, moment
from app.web.integers import whole_number
from app.web.workbooks import MEDIA_TYPE, workbook

bp = Blueprint("roll", __name__, url_prefix="/roll", template_folder="../templates")
HEADINGS = {
    "roll": (
        "序号",
        "姓名",
        "性别",
        "出生日期",
        "学籍主号",
        "学籍辅号",
        "年级",
        "班级",
        "学籍状态",
        "入学日期",
        "备注",
    ),
    "class": ("序号", "姓名", "性别", "学籍辅号", "学籍状态"),
}


@dataclass(frozen=True)
class Wanted:
    """What was asked for, checked."""

    school: Office
    kind: str
    grade: str | None
    school_class: int | None
    standing: Standing | None

    @property
    def title(self) -> str:
        parts = [GRADES[self.grade]] if self.grade else []
        parts += [f"{self.school_class} 班"] if self.school_class is not None else []
        parts += [f"（{STANDING_NAMES[self.standing]}）"] if self.standing else []
        return " ".join([*parts, "班级名单" if self.kind == "class" else "学生花名册"])

    @property
    def arguments(self) -> dict[str, Any]:
        """The same as query arguments."""
        return {
            "school": self.school.code,
            "kind": self.kind,
            "grade": self.grade,
            "class": self.school_class,
            "standing": self.standing.value if self.standing else None,
        }

    def children(self) -> list[Child]:
        return roll.roll_of(self.school.id, grade=self.grade, school_class=self.school_class, standing=self.standing)


def wanted_of_query() -> Wanted:
    """What the address asks for.

    Raises Missing for a school outside the jurisdiction, InvalidInput for a choice there is not.
    """
    grade, number, standing, kind = (request.args.get(name, "") for name in ("grade", "class", "standing", "kind"))
    for value, known, name in (
        (grade, GRADES, "年级"),
        (standing, set(Standing), "学籍状态"),
        (kind, HEADINGS, "名册"),
    ):
        if value and value not in known:
            raise InvalidInput(sentence=f"没有这个{name}。", field=name)
    school_class = whole_number(number, least=0, most=999)
    if number and school_class is None:
        raise InvalidInput(sentence="班号须为数字。", field="class")
    return Wanted(
        roll.school_for(actor(), request.args.get("school", "")),
        kind or "roll",
        grade or None,
        school_class,
        Standing(standing) if standing else None,
    )


@bp.get("/")
@allow("operator", "approver")
def index() -> Any:
    """The classes of a school, each with its papers; a bureau chooses the school first."""
    own = actor().office_kind == "school"
    school = roll.school_for(actor(), request.args.get("school", "")) if own or request.args.get("school") else None
    return render_template(
        "students/roll.html",
        school=school,
        schools=[] if own else roll.schools_of(actor()),
        classes=roll.classes_of(school.id) if school else [],
        without_class=roll.without_class(school.id) if school else [],
        may_assign=own and actor().duty == "operator",
        grades=GRADES,
        offered_grades=grades_at(school.id) if school else {},
        standings=STANDING_NAMES,
        most_cards=MOST_CARDS,
    )


@bp.get("/paper")
@allow("operator", "approver")
def paper() -> Any:
    wanted = wanted_of_query()
    page = render_template(
        "students/papers/roll.html",
        back=url_for("roll.index", school=wanted.school.code),
        wanted=wanted,
        headings=HEADINGS[wanted.kind],
        rows=list(_rows(wanted)),
        blank=6 if wanted.kind == "class" else 0,
    )
    _written_down("rolls/print", wanted)
    return page


@bp.get("/workbook.xlsx")
@allow("operator", "approver")
def sheet() -> Any:
    wanted, caller = wanted_of_query(), actor()
    rows = list(_rows(wanted))
    taken = f"{caller.office_name} {caller.name} 导出于 {moment(clock.now())}"
    note = f"{wanted.school.name}　共 {len(rows)} 人　{taken}"
    content = workbook(wanted.title, note, HEADINGS[wanted.kind], rows)
    _written_down("rolls/download", wanted, len(rows))
    name = f"{wanted.title.replace(' ', '')}-{wanted.school.code}.xlsx"
    return given_out(name, MEDIA_TYPE, content)


def _rows(wanted: Wanted) -> Any:
    for place, each in enumerate(wanted.children(), start=1):
        standing, school_class = (
            STANDING_NAMES[each.standing],
            "" if each.school_class is None else str(each.school_class),
        )
        if wanted.kind == "class":
            yield place, each.name, SEXES[each.sex], each.stage_number, standing
        else:
            yield (
                place, each.name, SEXES[each.sex], day(each.born_on), each.main_number, each.stage_number,
                GRADES[each.grade], school_class, standing, day(each.starts_on), "",
            )  # fmt: skip


def _written_down(verb: str, wanted: Wanted, count: int | None = None) -> None:
    with transaction():
        audit.record(verb, f"school:{wanted.school.code}", actor=actor(), after={**wanted.arguments, "count": count})
