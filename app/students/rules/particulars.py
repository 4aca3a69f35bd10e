"""一般信息: what the record keeps of a child beside the key data, what stands where nothing was said, and the words.

The codes are those of JY/T 1001 and GB/T as domain.md 5.6 lists them; `forms/registration_primary/row.json` asks them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.divisions.rules.countries import country_name
from app.divisions.rules.gazetteer import division_name
from app.students.rules.ethnic_groups import ALL_GROUPS

YES = {"0": "否", "1": "是"}
DIVISIONS = ("born_in", "household_division")
#: what a registration that does not say it means: a Chinese child, and no to everything else
DEFAULTS = {
    "nationality": "CHN",
    "hmt": "00",
    "political": "13",
    "disability": "0",
    "inclusive": "00",
    "source": "1",
    "floating": "0",
    "migrant": "0",
    "left_behind": "0",
    "orphan": "0",
    "martyr_family": "0",
    "only_child": "0",
    "preschool": "0",
    "school_bus": "0",
    "aid": "0",
    "boarding_allowance": "0",
    "purchased_place": "0",
}
#: field to its name, and its codes in words; no codes: a text, a country or a division
WORDS: dict[str, tuple[str, Mapping[str, str]]] = {
    "nationality": ("国籍", {}),
    "hmt": (
        "港澳台侨外",
        {
            "00": "否",
            "01": "香港同胞",
            "02": "香港同胞亲属",
            "03": "澳门同胞",
            "04": "澳门同胞亲属",
            "05": "台湾同胞",
            "06": "台湾同胞亲属",
            "11": "华侨",
            "12": "侨眷",
            "13": "归侨",
            "14": "归侨子女",
            "21": "归国留学人员",
            "31": "非华裔中国人",
            "41": "外籍华裔人",
            "51": "外国人",
            "99": "其他",
        },
    ),
    "document_validity": ("身份证件有效期", {}),
    "former_name": ("曾用名", {}),
    "pinyin": ("姓名拼音", {}),
    "english_name": ("英文姓名", {}),
    "born_in": ("出生地区划代码", {}),
    "native_place": ("籍贯", {}),
    "household_address": ("户口所在地详细地址", {}),
    "household_kind": ("户口性质", {"1": "农业", "2": "非农业", "3": "居民", "0": "未落户"}),
    "political": ("政治面貌", {"03": "共青团员", "13": "群众", "14": "少先队员"}),
    "health": ("健康状况", {"1": "健康或良好", "2": "一般或较弱", "3": "有慢性病", "6": "残疾"}),
    "blood_type": (
        "血型",
        {
            "0": "未知血型",
            "1": "A血型",
            "2": "B血型",
            "3": "AB血型",
            "4": "O血型",
            "5": "RH阳性血型",
            "6": "RH阴性血型",
            "7": "HLA血型",
            "8": "未定血型",
            "9": "其他血型",
        },
    ),
    "disability": (
        "残疾类型",
        {
            "0": "无",
            "1": "视力残疾",
            "2": "听力残疾",
            "3": "言语残疾",
            "4": "肢体残疾",
            "5": "智力残疾",
            "6": "精神残疾",
            "7": "多重残疾",
        },
    ),
    "inclusive": (
        "随班就读",
        {
            "00": "否",
            "10": "随班就读",
            "11": "视力残疾随班就读",
            "12": "听力残疾随班就读",
            "13": "智力残疾随班就读",
            "19": "其他残疾随班就读",
        },
    ),
    "entry_way": ("入学方式", {"11": "就近入学", "12": "其他"}),
    "boarding": ("就读方式", {"1": "走读", "2": "住校", "3": "借宿", "9": "其他"}),
    "source": ("学生来源", {"1": "正常入学", "2": "借读", "3": "其他"}),
    "floating": ("流动人口", YES),
    "migrant": ("随迁子女", {"0": "否", "1": "外省迁入", "2": "本省外县迁入"}),
    "left_behind": ("留守儿童", {"0": "否", "1": "单亲留守", "2": "双亲留守"}),
    "orphan": ("孤儿", YES),
    "martyr_family": ("烈士或优抚子女", YES),
    "only_child": ("独生子女", YES),
    "preschool": ("受过学前教育", YES),
    "commute_distance": ("上下学距离", {}),
    "commute_way": (
        "上下学方式",
        {
            "01": "步行",
            "02": "自行车（含摩托车、电动自行车）",
            "03": "公共交通（含城市公交、农村客运、地铁）",
            "04": "家长自行接送",
            "05": "校车",
            "99": "其他",
        },
    ),
    "school_bus": ("乘坐校车", YES),
    "aid": ("申请资助", YES),
    "boarding_allowance": ("享受一补", YES),
    "purchased_place": ("政府购买学位", YES),
    "phone": ("学生联系电话", {}),
    "home_address": ("家庭地址", {}),
    "mailing_address": ("通信地址", {}),
    "postcode": ("邮政编码", {}),
    "email": ("电子信箱", {}),
    "homepage": ("主页地址", {}),
    "talents": ("特长", {}),
    "remarks": ("备注", {}),
}
#: 家庭成员, whose name, relation and telephone stand in rows of their own
MEMBERS = {"guardian": "家庭成员一", "guardian2": "家庭成员二"}
#: what else is kept of each: field, after `guardian_` or `guardian2_`, to its name and codes
MEMBER_WORDS: dict[str, tuple[str, Mapping[str, str]]] = {
    "relation_note": ("关系说明", {}),
    "guardianship": ("是否监护人", YES),
    "document_type": (
        "身份证件类型",
        {
            "1": "居民身份证",
            "2": "军官证",
            "3": "士兵证",
            "4": "文职干部证",
            "5": "部队离退休证",
            "6": "香港特区护照/身份证明",
            "7": "澳门特区护照/身份证明",
            "8": "台湾居民来往大陆通行证",
            "9": "外国人永久居留身份证",
            "A": "护照",
            "B": "户口簿",
            "C": "港澳台居民居住证",
            "Z": "其他",
        },
    ),
    "ethnic_group": ("民族", ALL_GROUPS),
    "employer": ("工作单位", {}),
    "post": ("职务", {}),
    "address": ("现住址", {}),
    "household_division": ("户口所在地区划代码", {}),
}
#: numbers of documents, each kept encrypted
SEALED_NUMBERS = (
    "document_number",
    *(f"{member}_{number}" for member in MEMBERS for number in ("number", "document_number")),
)
OF_MEMBERS = tuple(f"{member}_{name}" for member in MEMBERS for name in MEMBER_WORDS)
#: all of it that is kept as it is said
PARTICULARS = ("address", *WORDS, *OF_MEMBERS)


def words_of(particulars: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Field, name and value in words of everything that is kept of a child, in the order of the card."""
    return [
        (name, title, _word(name, str(particulars[name]), codes))
        for name, (title, codes) in WORDS.items()
        if particulars.get(name)
    ]


def words_of_member(particulars: Mapping[str, Any], member: str) -> dict[str, tuple[str, str]]:
    """Name and value in words of what is kept of a member of the family, by its field; nothing of what is not known."""
    found = {name: str(particulars.get(f"{member}_{name}") or "") for name in MEMBER_WORDS}
    return {
        name: (MEMBER_WORDS[name][0].removesuffix("代码"), _word(name, value, MEMBER_WORDS[name][1]))
        for name, value in found.items()
        if value
    }


def word_of(field: str, value: str) -> str:
    """One particular in words; what has none as it is."""
    member = next((each for each in reversed(MEMBERS) if field.startswith(f"{each}_")), None)
    name, words = (field.removeprefix(f"{member}_"), MEMBER_WORDS) if member else (field, WORDS)
    return _word(name, value, words[name][1] if name in words else {})


def _word(name: str, value: str, codes: Mapping[str, str]) -> str:
    if name == "nationality":
        return country_name(value)
    if name == "commute_distance":
        return f"{value} 公里"
    return division_name(value) if name in DIVISIONS else codes.get(value, value)
