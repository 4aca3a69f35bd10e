"""By which article a rule of the precheck stands, and what whoever applied can do about it: for 一次性告知.

The articles are those of the national rules of 2013 and of the province's opinion of 2010, as domain.md quotes both. A
rule is found by its code, or by what its code begins with.
"""

from __future__ import annotations

from dataclasses import dataclass

NATIONAL = "《中小学生学籍管理办法》（教基一〔2013〕7 号）第{}条"
PROVINCIAL = "《关于全面实施中小学学生学籍电子化管理的意见》（浙教基〔2010〕163 号）"


@dataclass(frozen=True)
class Article:
    """The article of a rule, and what is to be done before the application is handed in again."""

    basis: str
    remedy: str


CORRECT = "更正申请后再次提交"
#: by the code of a rule, or a beginning of it
ARTICLES = {
    "E-PROB": Article(NATIONAL.format("六"), "先由学籍所在学校处理问题学籍，处理完毕后再次提交"),
    "E-CASE": Article(NATIONAL.format("六"), "待该办件办结，或者撤回其中一件后再次提交"),
    "E-DUP": Article(NATIONAL.format("六"), "核对姓名和证件号码；确为同一人的，按已有学籍办理"),
    "E-CHILD": Article(NATIONAL.format("六"), "核对姓名和证件号码后再次提交"),
    "E-ID": Article(NATIONAL.format("五"), "核对证件号码，附证件复印件后再次提交"),
    "E-ARCH": Article(NATIONAL.format("九"), "向学籍档案保管单位核实后再次提交"),
    "E-FIELD": Article(NATIONAL.format("十一"), CORRECT),
    "E-SAME": Article(NATIONAL.format("十一"), "没有变更的项目不必申请，更正后再次提交"),
    "E-SUS": Article(NATIONAL.format("十九"), "先办理复学，再次提交"),
    "E-RULE-SUS": Article(NATIONAL.format("十九"), CORRECT),
    "E-STANDING": Article(NATIONAL.format("十二"), "核对学籍状态，先办理与现状相应的业务"),
    "E-DATE": Article(NATIONAL.format("十二"), "更正日期后再次提交"),
    "E-RULE-WDR": Article(NATIONAL.format("二十一"), "义务教育阶段不办理退学，请撤回申请"),
    "E-RULE": Article(NATIONAL.format("十二"), CORRECT),
    "E-GRADE": Article(NATIONAL.format("十四"), "按学生现读年级更正后再次提交"),
    "E-STAGE": Article(NATIONAL.format("十四"), "改向开设该学段的学校申请"),
    "E-WIN": Article(NATIONAL.format("十四"), "在转学受理时段内提交"),
    "E-FIRST": Article(NATIONAL.format("十四"), "第一学期结束后提交"),
    "E-TRS": Article(NATIONAL.format("十四"), "改向符合条件的学校申请"),
    "E-QUOTA": Article(PROVINCIAL, "待有空余学位，或者由学校申请调整招生总数后再次提交"),
    "E-LOCK": Article(PROVINCIAL, "改按锁定后变更的业务办理，由上级教育行政部门批准"),
    "E-DIR": Article(PROVINCIAL, "待指令下达后再次提交"),
    "E-SCOPE": Article(PROVINCIAL, "改向招生范围内的学校申请"),
}


def article_of(code: str, otherwise: str = "") -> Article:
    """The article for a code: the one with the longest beginning of it.

    otherwise -- the basis of the whole process, for a rule of its own
    """
    known = max((each for each in ARTICLES if f"{code}-".startswith(f"{each}-")), key=len, default=None)
    return ARTICLES[known] if known else Article(otherwise, CORRECT)
