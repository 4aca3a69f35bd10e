"""May a child's record go to another province? The other side hears a code (MOE's platform), we read our own words."""

from __future__ import annotations

from app.errors import Refused
from app.students.models import Student
from app.students.rules.lawful import objection_to_change

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


def fault_of_request(child: Student | None, name: str, profile: str, open_case: tuple[str, str] | None) -> str | None:
    """The code with which a request from outside is answered at once; None when our offices are to decide."""
    enrolment = child.open_enrolment if child else None
    if child is None or child.name != name:
        return WRONG_IDENTITY
    if child.contested:
        return CONTESTED
    if open_case or enrolment is None:
        return BUSY
    if objection_to_change("departure", profile, enrolment.stage, enrolment.standing):
        return BUSY
    return None
