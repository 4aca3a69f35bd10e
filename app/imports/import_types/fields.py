"""How people write the fields of a registration in their own workbooks, the form's title aside.

What a field of the student is called besides stands in `app/students/fields.json`; the key data stand here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from app.imports.import_types.import_type import FieldWords
from app.students.rules import particulars
from app.web.canonical import FULL_WIDTH

ONES = "[一二三四五六七八九]"
CLASS = re.compile(
    rf"(?:[0-9]{{4}}[级届])?(?:小学|初中|高中)?(?:(?:{ONES}|[1-9])年级|[初高小]{ONES}|(?:{ONES}|[1-9])(?=[（(]))?[（(]?"
    rf"(0?[1-9]|[1-9][0-9]|{ONES}?十{ONES}?|{ONES})[)）]?班"
)
NUMERALS = {word: number for number, word in enumerate("一二三四五六七八九", start=1)}


def class_number(written: str) -> str:
    """The number of a class from its name: 2班, （2）班, 一年级2班, 一（2）班, 十二班; anything else as it is."""
    found = CLASS.fullmatch(re.sub(r"\s", "", written).translate(FULL_WIDTH))
    if not found:
        return written
    if found[1].isdecimal():
        return str(int(found[1]))
    tens, ten, ones = found[1].rpartition("十")
    if ten:
        return str(10 * NUMERALS.get(tens, 1) + NUMERALS.get(ones, 0))
    return str(NUMERALS[ones])


def _none(written: str) -> str:
    """无残疾, and 否 where others ask whether."""
    return "无" if written in ("否", "无残疾", "没有") else written


def _not_left_behind(written: str) -> str:
    """非留守儿童 is the national list's word for no."""
    return "否" if written in ("非留守", "非留守儿童", "无") else written


def _document(written: str) -> str:
    """Names that a document had, or has in the national list."""
    return {
        "境外永久居住证": "外国人永久居留身份证",
        "外国人永久居留证": "外国人永久居留身份证",
        "港澳居民居住证": "港澳台居民居住证",
        "台湾居民居住证": "港澳台居民居住证",
    }.get(written, written)


def _blood_type(written: str) -> str:
    """A型, A, O 型 and 不详 as people write them."""
    word = re.sub(r"\s|血?型$", "", written.translate(FULL_WIDTH)).upper()
    if word in ("A", "B", "AB", "O", "未定", "其他", "HLA"):
        return f"{word}血型"
    return "未知血型" if word in ("不详", "未知", "不清楚", "0") else written


def _way(written: str) -> str:
    """The ways to school by their first word: 公共交通, 自行车 or 电动车."""
    if written in ("家长接送", "接送"):
        return "家长自行接送"
    ways = {"02": ("自行车", "电动车", "电动自行车"), "03": ("公共交通", "公交", "公交车", "地铁")}
    return next((code for code, words in ways.items() if written in words), written)


#: how some write the codes of these fields
READ: Mapping[str, Callable[[str], str]] = {
    "blood_type": _blood_type,
    "commute_way": _way,
    "disability": _none,
    "left_behind": _not_left_behind,
}
CALLED = {  # 成员1 and 成员2 of the national list, as people call them
    "guardian": ("成员1", "家庭成员1", "监护人", "第一监护人", "家长"),
    "guardian2": ("成员2", "家庭成员2", "第二监护人", "家长2"),
}


def _particulars() -> dict[str, FieldWords]:
    """The fields of the student's list, as it says people call them."""
    return {
        name: FieldWords(tuple(field.get("called", ())), field.get("example", ""), read=READ.get(name, str))
        for name, field in particulars.FIELDS.items()
    }


def _members() -> dict[str, FieldWords]:
    """What the list says of the two members of the family."""
    others = {**particulars.MEMBER_FIELDS, "document_number": {"called": ("其他证件号", "其他证件号码")}}
    return {
        f"{member}_{name}": FieldWords(
            tuple(f"{who}{each}" for who in CALLED[member] for each in field.get("called", ())),
            read=_document if name == "document_type" else str,
        )
        for member in particulars.MEMBERS
        for name, field in others.items()
    }


FIELDS = {
    "name": FieldWords(("学生姓名", "新生姓名", "学生", "名字"), "陈思远", own=True),
    "sex": FieldWords(("学生性别",)),
    "born_on": FieldWords(("出生年月日", "出生年月", "生日", "学生出生日期"), "2019-05-20"),
    "document_type": FieldWords(
        ("证件类型", "证件类别", "证件种类", "身份证件类别", "身份证件种类", "身份证件类型码", "学生证件类型"),
        read=_document,
    ),
    "main_number": FieldWords(
        (
            "证件号", "证件号码", "身份证", "身份证号", "身份证号码", "身份证件号", "身份证件号码", "居民身份证号码",
            "公民身份号码", "公民身份证号", "公民身份证号码", "学籍主号", "学生身份证号", "学生身份证号码",
            "学生证件号", "学生证件号码", "学生身份证件号",
        ),
        "18 位，末位可以是 X",
        own=True,
    ),
    "document_number": FieldWords(("其他证件号", "护照号", "护照号码", "通行证号", "通行证号码"), own=True),
    "ethnic_group": FieldWords(("民族名称", "民族码")),
    "household_division": FieldWords(
        (
            "户口所在地区划", "户口所在地", "户口所在地行政区划", "户口所在地行政区划码", "户籍所在地",
            "户籍所在地区划", "户籍所在地行政区划", "户籍地", "户籍行政区划", "户籍地行政区划",
        ),
        "330106，或：西湖区",
    ),
    "address": FieldWords(
        ("现居住地址", "现居住地", "现住地址", "居住地址", "住址", "家庭住址", "家庭现住址", "家庭详细住址")
    ),
    "guardian.name": FieldWords(("成员1姓名", "家庭成员1姓名", "监护人姓名", "家长姓名", "监护人", "家长")),
    "guardian.relation": FieldWords(("成员1关系", "监护人关系", "家长关系", "关系", "与学生关系", "与学生的关系")),
    "guardian.phone": FieldWords(
        (
            "成员1电话", "成员1联系电话", "监护人电话", "监护人手机", "监护人手机号", "监护人手机号码",
            "监护人联系电话", "家长电话", "家长手机", "家长手机号", "家长手机号码", "家长联系电话", "手机", "手机号",
            "手机号码", "移动电话", "电话", "联系电话", "电话号码", "联系方式", "联系手机",
        ),
        "13800000000",
    ),
    "guardian_number": FieldWords(
        (
            "成员1证件号", "成员1身份证件号", "成员1身份证号", "监护人身份证号", "监护人证件号", "监护人证件号码",
            "监护人身份证号码", "监护人身份证件号", "家长身份证号", "家长身份证号码",
        )
    ),
    "guardian2.name": FieldWords(
        ("成员2姓名", "家庭成员2姓名", "第二监护人姓名", "家长2姓名", "监护人2姓名", "第二监护人")
    ),
    "guardian2.relation": FieldWords(
        ("成员2关系", "家庭成员2关系", "第二监护人与学生关系", "第二监护人关系", "监护人2关系")
    ),
    "guardian2.phone": FieldWords(
        (
            "成员2电话", "成员2联系电话", "家庭成员2电话", "第二监护人电话", "第二监护人手机", "第二监护人联系电话",
            "家长2电话", "监护人2电话",
        )
    ),
    "guardian2_number": FieldWords(
        (
            "成员2证件号", "成员2身份证件号", "成员2身份证号", "家庭成员2证件号", "第二监护人身份证号",
            "第二监护人证件号", "第二监护人证件号码",
        )
    ),
    **_particulars(),
    "home_address": FieldWords(stands_in="address"),
    **_members(),
    "class_number": FieldWords(("班级", "班", "班级名称", "班级号", "所在班级", "班别"), read=class_number),
}  # fmt: skip
