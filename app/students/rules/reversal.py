"""May a finished change be taken back by the opposite entry (反向更正)? Pure answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.errors import Refused
from app.students.models import CHANGE_NAMES, Change

OF_THE_PERSON = ("ZE", "ZK")
#: what keeps, in `before`, everything it altered
REVERSIBLE = ("02", "04", "11", "12", "29", "31", "51", "ZA", "ZB", "ZC", "ZH", *OF_THE_PERSON)
#: what the school decided alone: its superior is the next tier
OF_ONE_DESK = ("29", "ZK")


class NotReversible(Refused):
    code = "E-REV-01"
    text = "“{name}”不能以反向更正办理。"


class ReversedAlready(Refused):
    code = "E-REV-02"
    text = "该笔异动已于 {date} 更正。"


class OthersOnTop(Refused):
    code = "E-REV-03"
    text = "该笔异动之后另有异动，须先从最近一笔更正：{others}。"


class FormerNumberWrong(Refused):
    code = "E-REV-04"
    text = "须填写变更前的学籍主号，所填与留存的摘要不符。"


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
    elif change.reversed_by is not None:
        yield ReversedAlready(date=f"{change.reversed_by.effective_on:%Y-%m-%d}", field="change")
    elif others := on_top_of(change, later):
        yield OthersOnTop(others="、".join(named(each) for each in reversed(others)), field="change")
