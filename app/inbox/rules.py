"""Columns of the lists of tasks and cases: which there are, and in which order one sees them who has chosen nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

_OF_CASES: Mapping[str, str] = {
    "number": "办件编号",
    "process": "事项",
    "student": "学生",
    "schools": "学校（转出 → 转入）",
    "status": "状态",
    "holder": "现由谁办理",
    "opened": "提交",
    "deadline": "时限",
    "applicant": "申请单位",
    "closed": "办结日期",
}
ALWAYS = "number"  # by it a line is known
COLUMNS: Mapping[str, Mapping[str, str]] = {
    "waiting": {
        "number": "办件编号",
        "process": "事项",
        "student": "学生",
        "schools": "学校（转出 → 转入）",
        "step": "当前环节",
        "arrived": "到达",
        "deadline": "时限",
        "applicant": "申请单位",
        "claimed": "签收",
        "urged": "最近催办",
    },
    "done": {
        "number": "办件编号",
        "process": "事项",
        "student": "学生",
        "schools": "学校（转出 → 转入）",
        "step": "环节",
        "arrived": "到达",
        "ended": "办理时间",
        "applicant": "申请单位",
        "deadline": "时限",
        "returned": "曾退回",
    },
    "running": _OF_CASES,
    "closed": _OF_CASES,
    "applied": _OF_CASES,
    "all": _OF_CASES,
}
BOXES = tuple(COLUMNS)
USUAL = {
    box: (*tuple(columns)[:5], "opened", "closed") if box == "closed" else tuple(columns)[:7]
    for box, columns in COLUMNS.items()
}


def chosen_columns(box: str, chosen: Iterable[str]) -> list[str]:
    """The columns of that list among those, in their order and each once, with the one that is always there."""
    known = [each for each in dict.fromkeys(chosen) if each in COLUMNS[box]]
    return known if ALWAYS in known else [ALWAYS, *known]


def moved(columns: Sequence[str], key: str, by: int) -> list[str]:
    """The same columns with one of them so many places further on; it stops at the ends."""
    left = list(columns)
    if key not in left:
        return left
    place = max(0, min(len(left) - 1, left.index(key) + by))
    left.remove(key)
    left.insert(place, key)
    return left
