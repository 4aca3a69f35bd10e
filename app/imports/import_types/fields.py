"""How people write the fields of a registration in their own workbooks: one line a field, the form's title aside.

A new column needs a property in the row's form and, if people call it otherwise, a line here.
"""

from __future__ import annotations

import re

from app.imports.import_types.import_type import FieldWords
from app.students.rules.particulars import MEMBERS
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


def _members() -> dict[str, FieldWords]:
    """The two members, 成员1 and 成员2 of the national list, as people call them: 监护人, 第二监护人, 家长."""
    called = {
        "guardian": ("成员1", "家庭成员1", "监护人", "第一监护人", "家长"),
        "guardian2": ("成员2", "家庭成员2", "第二监护人", "家长2"),
    }
    words: dict[str, tuple[str, ...]] = {
        "relation_note": ("关系说明",),
        "guardianship": ("是否监护人",),
        "document_type": ("身份证件类型", "证件类型"),
        "document_number": ("其他证件号", "其他证件号码"),
        "ethnic_group": ("民族",),
        "employer": ("工作单位", "单位"),
        "post": ("职务", "职业"),
        "address": ("现住址", "住址"),
        "household_division": ("户口所在地行政区划", "户口所在地区划", "户口所在地区划代码", "户口所在地"),
    }
    read = {"document_type": _document}
    return {
        f"{member}_{name}": FieldWords(
            tuple(f"{who}{each}" for who in called[member] for each in others), read=read.get(name, str)
        )
        for member in MEMBERS
        for name, others in words.items()
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
    "household_kind": FieldWords(("户口类型", "户口类别", "户籍性质")),
    "address": FieldWords(
        ("现居住地址", "现居住地", "现住地址", "居住地址", "住址", "家庭住址", "家庭现住址", "家庭详细住址")
    ),
    "home_address": FieldWords(stands_in="address"),
    "mailing_address": FieldWords(("通讯地址", "邮寄地址")),
    "household_address": FieldWords(("户口详细地址", "户口地址", "户籍地址", "户籍详细地址", "户口所在地详址")),
    "postcode": FieldWords(("邮编", "邮政编号", "家庭邮码"), "310012"),
    "phone": FieldWords(("学生电话", "学生手机", "学生手机号", "学生联系方式"), "13800000000"),
    "email": FieldWords(("电子邮箱", "电子邮件", "邮箱", "邮箱地址", "email", "e-mail")),
    "homepage": FieldWords(("个人主页", "主页")),
    "blood_type": FieldWords(("血型码",), read=_blood_type),
    "document_validity": FieldWords(("证件有效期", "身份证有效期", "证件有效期限"), "2020-05-20至2030-05-20"),
    "pinyin": FieldWords(("拼音", "姓名汉语拼音"), "Chen Siyuan"),
    "english_name": FieldWords(("英文名",)),
    "commute_distance": FieldWords(("上下学距离（公里）", "上学距离", "家校距离", "上下学距离（千米）"), "1.5"),
    "commute_way": FieldWords(("上学方式", "上下学交通方式"), read=_way),
    "aid": FieldWords(("是否申请资助", "是否需要申请资助", "需要申请资助")),
    "boarding_allowance": FieldWords(("是否享受一补", "一补")),
    "purchased_place": FieldWords(("是否由政府购买学位", "是否政府购买学位", "由政府购买学位")),
    "talents": FieldWords(("个人特长", "学生特长")),
    "remarks": FieldWords(("附注", "备注说明")),
    "health": FieldWords(("健康情况",)),
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
    "nationality": FieldWords(("国籍/地区", "国籍地区", "国籍（地区）", "国籍码"), "中国"),
    "hmt": FieldWords(("港澳台侨", "港澳台侨胞", "港澳台侨外码", "是否港澳台侨外")),
    "former_name": FieldWords(("曾用姓名",)),
    "born_in": FieldWords(("出生地", "出生地行政区划", "出生地行政区划码", "出生所在地")),
    "native_place": FieldWords(("祖籍",)),
    "political": FieldWords(("政治面貌码",)),
    "disability": FieldWords(("残疾类别", "残疾人类型", "残疾类型码"), read=_none),
    "inclusive": FieldWords(("是否随班就读", "随班就读码")),
    "floating": FieldWords(("是否流动人口", "流动人口子女")),
    "migrant": FieldWords(("是否随迁子女", "是否进城务工人员随迁子女", "进城务工人员随迁子女", "随迁子女类型")),
    "left_behind": FieldWords(("是否留守儿童", "留守儿童类型"), read=_not_left_behind),
    "orphan": FieldWords(("是否孤儿",)),
    "martyr_family": FieldWords(("是否烈士或优抚子女", "烈士优抚子女", "优抚子女")),
    "only_child": FieldWords(("是否独生子女",)),
    "preschool": FieldWords(("是否受过学前教育", "学前教育", "是否接受学前教育")),
    "school_bus": FieldWords(("是否乘坐校车", "是否需要乘坐校车", "校车")),
    **_members(),
    "class_number": FieldWords(("班级", "班", "班级名称", "班级号", "所在班级", "班别"), read=class_number),
}  # fmt: skip
