"""What files say in code, in an official's words: conditions, the cells of tables, what somebody takes part as."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.definitions.rules.known_facts import PROFILE_NAMES
from app.schools.models import GRADES
from app.studio.rules.scenarios import SIDES, STAGES
from workflows.routing import ROLES
from workflows.vocabulary import OUTCOMES

PIECES = re.compile(r'"[^"]*"|\'[^\']*\'|==|!=|>=|<=|>|<|\b[A-Za-z_]\w*\b')
SIGNS = {
    "==": "为", "!=": "不为", ">=": "不小于", "<=": "不大于", ">": "大于", "<": "小于",
    "and": "，并且", "or": "，或者", "not": "并非", "in": "属于", "True": "是", "False": "否",
}  # fmt: skip
TITLES = {
    "outcome": "办理结果",
    "returned_by": "退回的一方",
    "refusal": "拒绝的原因",
    "here": "学校一方",
    "source": "生源一方",
}
OFFICES = {**{key: role.name for key, role in ROLES.items()}, "here": "学校一方", "source": "生源一方", "both": "双方"}
VALUES = {
    **{key: each.record for key, each in OUTCOMES.items()},
    **STAGES,
    **GRADES,
    **PROFILE_NAMES,
    **OFFICES,
    "agreed": "同意",
    "refused": "不同意",
}
TAKES_PART = re.compile(r"=(applicant|other|child)(?:\.(\w+))?")
OF_CHILD = {"name": "姓名", "number": "身份证号", "main_number": "学籍主号", "id": "档案"}
BESIDE_SIGN = re.compile(r" ?(不为|为(?=[ “])|，并且|，或者|并非|大于|小于) ?")
BESIDE_CHINESE = re.compile(r"(?<=[一-鿿“”，]) +| +(?=[一-鿿“”，])")
#: what else of a rehearsal may stand in a form by its name
OTHERS = {
    "=grade": "该学生的年级",
    "=new_child.main_number": "新生的学籍主号",
    "=new_child.born_on": "新生的出生日期",
    "=directive": "本件的指令",
    "=applicant_bureau": "申请单位的主管部门",
    "=other_bureau": "另一所学校的主管部门",
}
YEAR = re.compile(r"=school_year([+-]\d+)")
BEFORE = re.compile(r"=(filing|act|change)")
DAY = re.compile(r"=day([+-]\d+)")


def condition_in_words(text: str, titles: Mapping[str, str]) -> str:
    """办理结果为“同意”. titles -- of facts and fields by their names; what has none keeps its name."""
    return BESIDE_CHINESE.sub("", code_in_words(text, titles))


def line_in_words(text: str, titles: Mapping[str, str]) -> str:
    """A line of a policy: its words stay apart, those of a condition do not."""
    return BESIDE_SIGN.sub(r"\1", code_in_words(text, titles))


def code_in_words(text: str, titles: Mapping[str, str]) -> str:
    """Names, values and signs as people say them, and whatever else stands there."""

    asked = ""  # the fact or field that is compared

    def say(found: re.Match[str]) -> str:
        nonlocal asked
        piece = found.group()
        if piece[0] in "\"'":
            value = piece[1:-1]
            return f"“{titles.get(f'{asked}={value}') or VALUES.get(value, value)}”"
        if piece in SIGNS:
            return SIGNS[piece]
        asked = piece
        return titles.get(piece) or TITLES.get(piece, piece)

    return PIECES.sub(say, " ".join(text.split()))


def cell_in_words(text: str) -> str:
    """小学、初中: what a cell compares with, the quotes of its language left out."""
    said = re.sub(r'"([^"]*)"', lambda found: VALUES.get(found.group(1), found.group(1)), text)
    return {"true": "是", "false": "否", "null": "空"}.get(said, re.sub(r"\s*,\s*", "、", said))


def value_in_words(value: object) -> str:
    """What a form of a scenario says: those who take part by who they are, days by how far they are."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return "、".join(map(value_in_words, value))
    if isinstance(value, Mapping):
        return "，".join(f"{key} {value_in_words(each)}" for key, each in value.items())
    text = str(value)
    if text in OTHERS:
        return OTHERS[text]
    if found := YEAR.fullmatch(text):
        years = int(found.group(1))
        return "演练时的学年" if not years else f"演练时的学年{'后' if years > 0 else '前'} {abs(years)} 年"
    if found := TAKES_PART.fullmatch(text):
        who = {**SIDES, "child": "该学生"}[found.group(1)]
        return f"{who}的{OF_CHILD.get(found.group(2), found.group(2))}" if found.group(2) else who
    if BEFORE.fullmatch(text):
        return "演练前已有的记录"
    if found := DAY.fullmatch(text):
        days = int(found.group(1))
        return "演练当日" if not days else f"演练日{'后' if days > 0 else '前'} {abs(days)} 天"
    return text
