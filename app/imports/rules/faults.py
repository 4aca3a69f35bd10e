"""What is wrong with a row: which column, a code, a sentence, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

WHAT_TO_DO = {
    "E-CELL-FORMULA": "请选中该列，复制后用“选择性粘贴 → 数值”去掉公式。",
    "E-CELL-BROKEN": "请改正该单元格，或清空后重新填写。",
    "E-CELL-DIGITS": "请先把该列设为“文本”格式，再按证件重新录入完整号码；只改格式不能找回丢失的数字。",
    "E-CELL-DATE": "请写作 2019-05-20 或 20190520。",
    "E-CELL-CHOICE": "请从下拉列表中选择，填名称或代码都可以。",
    "E-CELL-MERGED": "请取消合并单元格，逐格填写。",
    "E-CELL-INTEGER": "请填写整数，不带单位。",
    "E-ID-01": "请对照户口簿或身份证核对位数。",
    "E-ID-02": "请对照户口簿或身份证逐位核对。",
    "E-ID-03": "请对照户口簿或身份证核对第 7 至 14 位。",
    "E-ID-04": "请核对性别，或核对证件号的第 17 位。",
    "E-ID-05": "请核对出生日期，或核对证件号的第 7 至 14 位。",
    "E-DIVISION": "请按户口簿填写现行的县（市、区），名称或六位代码均可。",
    "E-ROW": "请等管理员处理后重新上传这一行，或逐名填报。",
    "E-TAKEN": "不必处理。",
    "E-CHANGED": "请按左侧说明办理；内容无误的，不必处理。",
    "E-SCHOOL": "请填写学校全称或 10 位学校代码。",
    "E-TWICE": "请只保留正确的一行。",
    "E-DUP-01": "请核对证件号；确为同一学生的，按省内转学办理，不再注册。",
    "E-DUP-02": "请核对是否同一学生；确非同一学生的，可以导入，由上级教育行政部门核查。",
    "E-DUP-03": "请与该校核实学生去向，由一所学校注册。",
    "E-CHILD": "请核对姓名和证件号；确未在省内建档的，按省外转入办理。",
    "E-STANDING": "请由原学校先办理毕业；已在别校就读的，按转学办理。",
    "E-ARCH-01": "请与档案保管机构联系，档案回到原毕业学校后再导入。",
    "E-DIR-01": "跨区域招生的，请按外招名单办理。",
    "E-CASE-01": "请等该办件办结后再导入。",
    "E-LOCK-01": "请按“补录”逐名办理，须经上级教育行政部门批准。",
    "E-QUOTA-01": "请先由上级教育行政部门核定或调整学籍总数。",
}
OTHERWISE = "请更正后重新上传。"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one field of a row; a warning does not keep the row from being imported."""

    field: str
    code: str
    detail: str
    warning: bool = False
    way: str = ""  # the process by which the field may be changed

    @property
    def todo(self) -> str:
        """What to do about it."""
        return WHAT_TO_DO.get(self.code, OTHERWISE)


def as_rows(faults: Iterable[Fault]) -> list[dict[str, Any]]:
    """The faults as they are kept beside the row."""
    return [asdict(each) for each in faults]


def from_rows(rows: Iterable[Mapping[str, Any]]) -> list[Fault]:
    """The faults as they were kept."""
    return [Fault(**row) for row in rows]
