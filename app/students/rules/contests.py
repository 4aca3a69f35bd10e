"""May a record be marked as contested, and may this settle it? Pure answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.errors import InvalidInput, NotAllowed, Refused, WrongOffice
from app.students.models import Student
from app.students.models.contests import Contest, Remedy
from app.students.rules.children import ContestedRecord


class ContestedAlready(ContestedRecord):
    text = "{name}已标记为问题学籍，须先处理。"


class NotContested(Refused):
    code = "E-PROB-02"
    text = "该生不是问题学籍，无须处理。"


class SettledFromTheOther(Refused):
    """A pair is settled from the record that was marked, with the consent of the other side."""

    code = "E-PROB-03"
    text = "该生涉及他人的问题学籍，由被标记的学籍所在学校提出处理意见，本校会签。"


class NotMerged(Refused):
    code = "E-PROB-04"
    text = "{sentence}"


class NotTheKeeperOfTheRecord(WrongOffice, NotAllowed):
    text = "问题学籍只能由学籍所在学校或其上级标记。"


def objections_to_marking(student: Student, other: Student | None, kind: str) -> Iterator[Refused]:
    """Against marking this record, alone or with another one that may be the same child."""
    for each in (student, other):
        if each is not None and each.contested:
            yield ContestedAlready(name=each.name)
    if kind == "same_person" and other is None:
        yield InvalidInput(sentence="请填写疑似重复的另一学籍的学籍主号与姓名。", field="other")
    if other is not None and other.id == student.id:
        yield InvalidInput(sentence="另一学籍就是本学籍。", field="other")
    if student.merged_into_id is not None or (other is not None and other.merged_into_id is not None):
        yield NotMerged(sentence="其中一个学籍已经并入其他学籍。")


def objections_to_settling(contest: Contest | None, student: Student) -> Iterator[Refused]:
    """Against settling anything of this record, whatever the school proposes."""
    if contest is None or not student.contested:
        yield NotContested()
    elif contest.student_id != student.id:
        yield SettledFromTheOther()


def objections_to_remedy(
    contest: Contest | None, student: Student, application: Mapping[str, Any]
) -> Iterator[Refused]:
    """Against settling a contest as the school proposes."""
    refused = list(objections_to_settling(contest, student))
    yield from refused
    if not refused and contest is not None and application["remedy"] == Remedy.MERGE:
        yield from _about_merging(contest, student, application)


def _about_merging(contest: Contest, student: Student, application: Mapping[str, Any]) -> Iterator[Refused]:
    if contest.other is None:
        yield NotMerged(sentence="没有另一学籍，不能合并。", field="remedy")
        return
    for name, title in (("keeps", "保留的学籍"), ("number_of", "以哪一学籍主号为准")):
        if name not in application:
            yield InvalidInput(sentence=f"请选择{title}。", field=name)
    if "keeps" not in application:
        return
    kept, lost = (student, contest.other) if application["keeps"] == "this" else (contest.other, student)
    if kept.open_enrolment is None and lost.open_enrolment is not None:
        yield NotMerged(sentence="保留的学籍须为在籍的一方。", field="keeps")
    if kept.archive is None:
        yield NotMerged(sentence="保留的学籍没有电子学籍档案。", field="keeps")
