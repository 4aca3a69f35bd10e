"""May a finished change be taken back by the opposite entry (反向更正)? Pure answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.errors import Refused
from app.students.models import CHANGE_NAMES, Change
from app.students.rules.family import MEMBER_NUMBERS

OF_THE_PERSON = ("ZE", "ZK")
#: what keeps, in `before`, everything it altered
REVERSIBLE = ("02", "04", "11", "12", "29", "31", "51", "ZA", "ZB", "ZC", "ZH", *OF_THE_PERSON)
#: what the school decided alone: its superior is the next tier
OF_ONE_DESK = ("29", "ZK")


class NotReversible(Refused):
    code = "E-REV-01"
    text = "“{name}”不能以反向更正办理。"


class NumberNotKept(NotReversible):
    """What a change entry keeps of a number is its ends."""

    text = "家庭成员证件号的变更不能以反向更正办理，请再次办理变更，填写正确的号码。"


class ReversedAlready(Refused):
    code = "E-REV-02"
    text = "该笔异动已于 {date} 更正。"


class OthersOnTop(Refused):
    code = "E-REV-03"
    text = "该笔异动之后另有异动，须先从最近一笔更正：{others}。"


class FormerNumberWrong(Refused):
    code = "E-REV-04"
    text = "须填写变更前的学籍主号，所填与留存的摘要不符。"


class ActReversed(ReversedAlready):
    text = "该件办理的结果已全部撤销。"


class PromotedSince(Refused):
    """Back among the children who have gone up since, the last grade would be one cohort of two."""

    code = "E-REV-05"
    text = "毕业办理之后本校已办理升级，须先撤销升级。"


class ChildWentOn(Refused):
    """Everybody goes back, or nobody."""

    code = "E-REV-06"
    text = "{name}：{why}，不能撤销。"


class MoreWentOn(ChildWentOn):
    text = "另有 {children} 名学生也不能撤销。"


@dataclass(frozen=True)
class Blocker:
    """A child whom an act about a whole school cannot let go back: the code of its next change, or what holds it."""

    name: str
    code: str | None
    because: str | None


NAMED_AT_MOST = 200  # children in one refusal
WHY = {
    "pulled": "电子学籍档案已转出",
    "directed": "已下达调档指令",
    "open_case": "有在办业务",
    "contested": "为问题学籍，须先处理",
    "moved": "学籍已有变动",
}


def objections_to_blocked(blockers: Sequence[Blocker]) -> list[Refused]:
    """One objection for each child that has gone on since the act."""
    objections: list[Refused] = [
        ChildWentOn(
            name=each.name,
            why=f"其后已办理{CHANGE_NAMES.get(each.code, each.code)}" if each.code else WHY[each.because or "moved"],
            field="act",
        )
        for each in blockers[:NAMED_AT_MOST]
    ]
    rest = len(blockers) - NAMED_AT_MOST
    return [*objections, MoreWentOn(children=rest, field="act")] if rest > 0 else objections


def named(change: Change) -> str:
    """2026-11-23 休学."""
    return f"{change.effective_on:%Y-%m-%d} {CHANGE_NAMES.get(change.code, change.code)}"


def on_top_of(change: Change, later: Sequence[Change]) -> list[Change]:
    """Which of the child's later changes rest on this one; those taken back, and what took them back, do not.

    An entry of the person rests on another that touched the same field; one of the enrolment also on any entry of
    an earlier enrolment.
    """
    fields, personal = set(change.after), change.code in OF_THE_PERSON
    return [
        each
        for each in later
        if each.reverses_id is None
        and each.reversed_by is None
        and (each.code in OF_THE_PERSON) == personal
        and (fields & set(each.after) or (not personal and each.epoch > change.epoch))
    ]


def objections_to_reversal(change: Change, later: Sequence[Change]) -> Iterator[Refused]:
    """Everything in the child's history that stands against taking this change back.

    later -- the child's changes after it, oldest first.
    """
    if change.code not in REVERSIBLE:
        yield NotReversible(name=CHANGE_NAMES.get(change.code, change.code), field="change")
    elif set(change.before or ()) & set(MEMBER_NUMBERS):
        yield NumberNotKept(field="change")
    elif change.reversed_by is not None:
        yield ReversedAlready(date=f"{change.reversed_by.effective_on:%Y-%m-%d}", field="change")
    elif others := on_top_of(change, later):
        yield OthersOnTop(others="、".join(named(each) for each in reversed(others)), field="change")
