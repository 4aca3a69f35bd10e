"""Whether a child can be taken into a case at all, whatever it is about."""

from __future__ import annotations

from app.errors import Refused


class UnknownChild(Refused):
    """The same answer for an unknown number and for a name that does not match it."""

    code = "E-CHILD"
    text = "没有找到学籍主号与姓名相符的学生，请核对后重新填写。"


class OpenCase(Refused):
    code = "E-CASE-01"
    text = "该生有在办业务（{process}，办理环节：{step}），办结后才能申请。"


class ContestedRecord(Refused):
    code = "E-PROB-01"
    text = "该生为问题学籍，须先处理。"
