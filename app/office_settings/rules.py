"""What may be set, by whom, how it is written down, and what holds where several offices have set it. Pure answers."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from app.errors import InvalidInput, NotAllowed, Objected, Refused

Value = Mapping[str, Any]  # as a row keeps it; empty where an office has nothing of its own
LONGEST_LINE = 200
MOST_LINES = 40


class NotYours(NotAllowed):
    """E-SETTING-01: another tier sets this."""

    code = "E-SETTING-01"
    text = "“{kind}”由{who}设定，本机构不能设定。"


class NothingDiffers(Refused):
    """E-SETTING-02: what is to hold from that day on holds already."""

    code = "E-SETTING-02"
    text = "该日起的内容与现有设定相同，没有变化。"


@dataclass(frozen=True)
class Kind:
    """One kind of setting.

    setters -- the kinds of office that may set it; read -- what was typed, line by line, beside what holds without
    it and whether the province sets it, as it is kept, raises Objected; lines -- a value the other way round; merged --
    what holds where an office has set its own, whether that is the province, beside what held above it
    """

    key: str
    title: str
    about: str
    who: str
    setters: tuple[str, ...]
    typed: str  # the label of the field
    help: str
    read: Callable[[Sequence[str], Value, bool], Value]
    lines: Callable[[Value], list[str]]
    merged: Callable[[Value, Value, bool], Value]
    begins_with_present: bool  # the form shows what holds, to be changed, where nothing is set here yet
    nothing: str  # what is said where nothing is shipped or set
    own_only: bool = False  # what a bureau sets is for its own desks, not for those below it; the province's is for all
    choices: tuple[str, ...] = ()  # what may be set, where it is not typed


def may_set(kind: Kind, office_kind: str, *, acts_as_city: bool) -> bool:
    """True for an office that sets this kind for itself and whatever lies below it."""
    return office_kind in kind.setters or (acts_as_city and "city" in kind.setters)


def form_of(kind: Kind) -> dict[str, Any]:
    """What a page and a program ask for a change, as JSON Schema."""
    about = {"title": kind.typed, "description": kind.help}
    line = {"type": "string", "maxLength": LONGEST_LINE}
    lines: dict[str, Any] = {"type": "array", "items": line, "maxItems": MOST_LINES, "x-widget": "lines", **about}
    if kind.choices:
        lines = {"type": "string", "oneOf": [{"const": each, "title": each} for each in kind.choices], **about}
    return {
        "type": "object",
        "properties": {
            "lines": lines,
            "starts_on": {"type": "string", "title": "生效日期", "format": "date"},
            "note": {"type": "string", "title": "依据", "minLength": 1, "maxLength": 200, "description": "文号或事由"},
        },
        "required": ["starts_on", "note"],
    }


def why_not_day(starts_on: dt.date, today: dt.date) -> str | None:
    """What is wrong with the day from which a change is to hold; None when nothing."""
    if starts_on < today:
        return "生效日期不能早于今天：已办的不因设定改变"
    if starts_on > today + dt.timedelta(days=366):
        return "生效日期不能晚于一年以后"
    return None


def faulty(*sentences: str) -> Objected:
    """A refusal of what was typed, a sentence each."""
    return Objected([InvalidInput(sentence=each, field="lines") for each in sentences])


# --- 受理时段

DAY = r"(\d{1,2}) ?[-月.] ?(\d{1,2}) ?日?"
SPAN = re.compile(rf"{DAY} ?(?:[至到~～–-]|—+) ?{DAY}")


def read_windows(lines: Sequence[str], base: Value, from_province: bool) -> Value:
    """Spans of days that come again every year, one a line (08-15 至 09-15), in the order of the year.

    Raises Objected with every line that is none, runs backwards, overlaps the one before, or lies outside what the
    tier above allows.
    """
    spans, faults = [], []
    for line in lines:
        found = SPAN.fullmatch(line)
        days = [_day_of_year(found[1], found[2]), _day_of_year(found[3], found[4])] if found else []
        if not days or None in days:
            faults.append(f"“{line}”不是一段日期，请写成“08-15 至 09-15”。")
        elif str(days[0]) > str(days[1]):
            faults.append(f"“{line}”的止日早于起日；跨年的时段请分成两行。")
        else:
            spans.append({"opens": str(days[0]), "closes": str(days[1])})
    spans.sort(key=lambda each: each["opens"])
    for one, other in pairwise(spans):
        if other["opens"] <= one["closes"]:
            faults.append(f"{_span(one)}与{_span(other)}重叠。")
    upper = () if from_province else base.get("windows", ())
    allowed = "，".join(map(_span, upper))
    faults += [
        f"{_span(each)}不在上级允许的时段（{allowed}）之内。" for each in spans if upper and not _within(each, upper)
    ]
    if faults:
        raise faulty(*faults)
    return {"windows": spans} if spans else {}


def _within(span: Mapping[str, str], upper: Sequence[Mapping[str, str]]) -> bool:
    return any(each["opens"] <= span["opens"] and span["closes"] <= each["closes"] for each in upper)


def _day_of_year(month: str, day: str) -> str | None:
    try:
        return f"{dt.date(2024, int(month), int(day)):%m-%d}"  # of a leap year
    except ValueError:
        return None


def _span(each: Mapping[str, str]) -> str:
    return f"{each['opens']} 至 {each['closes']}"


def lines_of_windows(value: Value) -> list[str]:
    """The spans, one a line."""
    return [_span(each) for each in value.get("windows", ())]


def narrowed(base: Value, own: Value, from_province: bool) -> Value:
    """The province's windows in place of those shipped, any other tier's within those above it.

    Of a tier below nothing holds any more where the windows above it have changed so that none of its own is left.
    What was begun in season may be completed as long as the shipped table allows (`late_until`).
    """
    held = base.get("windows", [])
    late = max((each["late_until"] for each in held if "late_until" in each), default="")
    spans = own["windows"] if from_province or not held else list(_common(held, own["windows"])) or held
    return {"windows": [{**each, "late_until": late} if late > each["closes"] else dict(each) for each in spans]}


def _common(upper: Sequence[Mapping[str, str]], lower: Sequence[Mapping[str, str]]) -> Iterator[dict[str, str]]:
    for one in upper:
        for other in lower:
            opens, closes = max(one["opens"], other["opens"]), min(one["closes"], other["closes"])
            if opens <= closes:
                yield {"opens": opens, "closes": closes}


WINDOWS = Kind(
    "windows",
    "受理时段",
    "一年中哪些日子可以提出申请。省设定的对全省有效，市设定的只能在省的时段之内再收窄；已提出的申请不受影响。",
    "省教育厅和设区市教育局",
    ("province", "city"),
    "受理时段",
    "每行一段，如“08-15 至 09-15”，每年重复；跨年的分成两行。全部删除即恢复为随系统提供的，或上级设定的时段",
    read_windows,
    lines_of_windows,
    narrowed,
    False,
    "全年受理",
)

# --- 办理原因

LONGEST_REASON = 30  # characters; an office's own reason is its own code


def read_reasons(lines: Sequence[str], base: Value, _from_province: bool) -> Value:
    """The reasons offered, in that order: of those that are offered above what is left out is retired, what is new is
    the office's own.

    Raises Objected with every line that is too long or stands there twice.
    """
    faults = [f"“{each}”超过 {LONGEST_REASON} 字。" for each in lines if len(each) > LONGEST_REASON]
    faults += [f"“{each}”写了两次。" for each in dict.fromkeys(lines) if lines.count(each) > 1]
    if faults:
        raise faulty(*faults)
    known = {each["text"]: each["code"] for each in base.get("reasons", ())}
    if not lines or list(lines) == list(known):
        return {}
    return {
        "reasons": [{"code": known.get(each, each), "text": each} for each in lines],
        "own": [each for each in lines if each not in known],
        "retired": [code for text, code in known.items() if text not in lines],
    }


def lines_of_reasons(value: Value) -> list[str]:
    """The reasons, one a line."""
    return [each["text"] for each in value.get("reasons", ())]


def reasons_with(base: Value, own: Value, _from_province: bool) -> Value:
    """The office's order, without what is not offered above any more; what has come there since stands at the end."""
    above = {each["code"]: each for each in base.get("reasons", ())}
    first = [above.get(each["code"], each) for each in own["reasons"] if each["code"] in {*above, *own["own"]}]
    settled = {*own["retired"], *(each["code"] for each in own["reasons"])}
    return {"reasons": [*first, *(each for code, each in above.items() if code not in settled)]}


REASONS = Kind(
    "reasons",
    "办理原因",
    "不同意和退回时可选的原因及其次序。省设定的对全省有效，其他机构设定的在本机构及所属机构办理时使用；"
    "停用的原因不再可选，在以前的办件上照样显示。",
    "各机构负责人",
    ("province", "city", "county", "zone", "school"),
    "可选的原因",
    f"每行一条，按此次序列出，每条不超过 {LONGEST_REASON} 字；删去一行即停用，加一行即新增。全部删除即恢复为上级的",
    read_reasons,
    lines_of_reasons,
    reasons_with,
    True,
    "没有原因可选",
)

# --- 须先初审

REQUIRED = "须先初审"


def read_pre_review(lines: Sequence[str], _base: Value, _from_province: bool) -> Value:
    """Whether the operator looks first. Raises Objected."""
    if [each for each in lines if each != REQUIRED]:
        raise faulty(f"只能填“{REQUIRED}”，或者不填。")
    return {"required": True} if lines else {}


PRE_REVIEW = Kind(
    "pre_review",
    "初审",
    "审核人办理之前是否须由本机构经办人先提出初审建议。各机构为本机构设定，省设定的对各级教育行政部门有效；"
    "没有经办人的机构不受限制。",
    "各级教育行政部门负责人",
    ("province", "city", "county", "zone"),
    "初审",
    "不选即由审核人直接办理，经办人仍可初审",
    read_pre_review,
    lambda value: [REQUIRED] if value.get("required") else [],
    lambda base, own, _from_province: {**base, **own},
    True,
    "可以初审，不作要求",
    own_only=True,
    choices=(REQUIRED,),
)

# --- 办理依据


def read_bases(lines: Sequence[str], _base: Value, _from_province: bool) -> Value:
    """The articles by which a process is decided, one a line. Raises Objected with every line that stands twice."""
    if faults := [f"“{each}”写了两次。" for each in dict.fromkeys(lines) if lines.count(each) > 1]:
        raise faulty(*faults)
    return {"bases": list(lines)} if lines else {}


LEGAL_BASES = Kind(
    "legal_bases",
    "办理依据",
    "受理通知、一次性告知、不予受理和审批表上引用的条文。各份文书引用作出之日有效的条文，以后修改不影响已作出的文书。",
    "省教育厅",
    ("province",),
    "引用的条文",
    "每行一条，写明文件名称、文号和条款，如“《浙江省中小学校学生学籍管理办法》（浙教基〔2022〕18 号）第十五条”",
    read_bases,
    lambda value: list(value.get("bases", ())),
    lambda _base, own, _from_province: own,
    True,
    "未列明",
)
KINDS = {each.key: each for each in (WINDOWS, REASONS, PRE_REVIEW, LEGAL_BASES)}
