"""May a child's record go to another province? The other side hears a code (MOE's platform), we read our own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.errors import Refused
from app.students.models import Student
from app.students.rules.numbers import fault_of_national_number
from app.students.rules.sealed_numbers import masked_of
from app.students.rules.transitions import objection_to_change
from app.web.canonical import identity_number, same_name

WRONG_IDENTITY, BUSY, CONTESTED = "2001", "2002", "2003"
FAULTS = {
    WRONG_IDENTITY: "身份信息有误",
    BUSY: "该生在原省有在办业务或已离校",
    CONTESTED: "该生在原省为问题学籍",
    "refused": "原省不同意转出",
}


class AnsweredNo(Refused):
    """What the other province said instead of sending the record."""

    code = "E-OUT"
    text = "外省答复：{sentence}。"

    def __init__(self, answer: str) -> None:
        super().__init__(sentence=FAULTS.get(answer, f"代码 {answer}"))
        self.code = f"E-OUT-{answer}" if answer in FAULTS and answer != "refused" else "E-OUT"


class NumberUnsettled(Refused):
    """The other province agreed, and the child's national number is not settled; subclasses say why."""

    code = "E-OUT-NUMBER"


class OtherNumber(NumberUnsettled):
    """One child, one national number: which of two is right is for people to find out."""

    text = (
        "外省已同意调档，但该生在外省的全国学籍号为 {answered}，与申报的 {declared} 不符。"
        "请与监护人、原校核实：申报有误的，填写正确的号码后再次申请；外省有误的，请原校更正后再次申请；也可不再办理。"
    )


class NoNumber(NumberUnsettled):
    text = "外省已同意调档，但没有告知全国学籍号，申报时也未填写。请向原校问明，填写后再次申请；也可不再办理。"


def number_answered(body: Mapping[str, Any]) -> str:
    """The national number that an answer brings, alone or in its record; "" for none that can be read."""
    record = body.get("record")
    numbers = record.get("numbers") if isinstance(record, dict) else None
    listed = [each for each in numbers if isinstance(each, dict)] if isinstance(numbers, list) else []
    borne = [each.get("value") for each in reversed(listed) if each.get("kind") == "national"]  # the last one holds
    found = [identity_number(each) for each in (body.get("national_number"), *borne) if isinstance(each, str)]
    return next((each for each in found if fault_of_national_number(each) is None), "")


def agreed_number(declared: str, answered: str) -> str:
    """The number that both sides mean. Raises OtherNumber, NoNumber (E-OUT-NUMBER)."""
    if declared and answered and declared != answered:
        raise OtherNumber(declared=masked_of(declared), answered=masked_of(answered))
    if not declared and not answered:
        raise NoNumber()
    return answered or declared


def fault_of_request(child: Student | None, name: str, profile: str, open_case: tuple[str, str] | None) -> str | None:
    """The code with which a request from outside is answered at once; None when our offices are to decide."""
    enrolment = child.open_enrolment if child else None
    if child is None or not same_name(child.name, name):
        return WRONG_IDENTITY
    if child.contested:
        return CONTESTED
    if open_case or enrolment is None:
        return BUSY
    if objection_to_change("departure", profile, enrolment.stage, enrolment.standing):
        return BUSY
    return None
