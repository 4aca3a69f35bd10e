"""What a version must have before it is published: whoever could start it, with everything that its start asks for.

Sentences for whoever draws the process; `E-PUBLISH` says them all at once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from app.cases import hooks, rules
from app.cases.queries.form_publication import about_forms
from app.definitions.queries import APPLICATION, ROW, CompiledVersion, current_version
from app.definitions.rules.forms import NUMBERS, fields_of
from app.errors import Missing
from app.web.conditions import conditional
from workflows import vocabulary
from workflows.routing import ROLES

KEY = re.compile(r"[a-z][a-z0-9_]{0,39}")
LONGEST_NAME = 60  # characters, of a process and of a task
#: roles that a case without two schools has an office for
OF_THE_APPLICANT = ("applicant", "applicant_bureau", "applicant_superior", "province")
ABOVE = ("applicant_bureau", "applicant_superior")
WORDS = ("title", "description")  # of a field: what it is called, and how it is explained


def faults_of_published(version: CompiledVersion) -> list[str]:
    """What is wrong with a version beyond its diagram: who could start it, and whether rules it follows can read it.

    Asked of the processes that are published now.
    """
    faults = faults_of(version, _operations_of)
    if not faults and version.rules_of != version.key:
        faults += fields_that_differ(version, current_version(version.rules_of).form(APPLICATION))
    return faults


def _operations_of(key: str) -> Collection[str] | None:
    try:
        return current_version(key).diagrams.operations
    except Missing:
        return None


def faults_of(version: CompiledVersion, operations_of: Callable[[str], Collection[str] | None]) -> list[str]:
    """Everything against publishing this version, in sentences.

    operations_of -- the operations that the current diagram of a process calls; None for one that is not published.
    The forms have been found to be ones (`faults_of_folder`).
    """
    return [
        *_about_names(version),
        *_about_offices(version),
        *_about_reasons(version),
        *_about_starting(version, operations_of),
        *about_forms(version),
    ]


def _about_names(version: CompiledVersion) -> Iterator[str]:
    if not KEY.fullmatch(version.key):
        yield f"流程的文件夹名 {version.key} 须由小写字母、数字和下划线组成，不超过 40 个字符"
    named = [("流程", version.name), *(("环节", task.name) for task in version.diagrams.tasks.values())]
    for what, name in named:
        if not 0 < len(name) <= LONGEST_NAME:
            yield f"{what}名称“{name}”须有 1 至 {LONGEST_NAME} 个字符"
    for task in version.diagrams.tasks.values():
        if len(task.key) > 40:
            yield f"环节“{task.name}”的编号 {task.key} 超过 40 个字符"


def _about_offices(version: CompiledVersion) -> Iterator[str]:
    """Lanes whose role means no office would leave a task with nobody."""
    known = {role for role, each in ROLES.items() if each.by_process or role in rules.RESOLVERS}
    for task in version.diagrams.tasks.values():
        if task.role not in known:
            yield f"环节“{task.name}”的泳道角色 {task.role} 没有对应的机构"


def _about_reasons(version: CompiledVersion) -> Iterator[str]:
    for task in version.diagrams.tasks.values():
        if {"refuse", "send_back"} & set(task.outcomes) and not version.reasons:
            yield f"环节“{task.name}”可以不同意或退回补正，但没有可选的原因（reasons.json）"


def _about_starting(version: CompiledVersion, operations_of: Callable[[str], Collection[str] | None]) -> Iterator[str]:
    if hooks.precheck.of(version.key) and version.rules_of != version.key:
        yield f"有自己规则的流程不能沿用流程 {version.rules_of} 的规则"
    if version.applicant == "nobody" or hooks.precheck.of(version.key):
        return
    if APPLICATION not in version.forms:
        yield "没有申请表（application.json），没有人能发起"
    elif ROW in version.forms:
        yield "按名单办理的流程（row.json）须有自己的预检，不能只凭配置发起"
    elif version.rules_of != version.key:
        yield from _about_rules_of(version, operations_of(version.rules_of))
    elif version.subject is None:
        yield "没有写明办理对象（subject 为 student、office 或 person），也没有沿用的规则（rules_of），没有人能发起"
    elif version.subject in vocabulary.SUBJECTS:
        yield from _about_subject(version)
        yield from _about_configured_lanes(version)


def _about_rules_of(version: CompiledVersion, operations: Collection[str] | None) -> Iterator[str]:
    followed = version.rules_of
    if followed not in hooks.shared_rules:
        yield f"不能沿用流程 {followed} 的规则（可以沿用：{'、'.join(sorted(hooks.shared_rules))}）"
    elif operations is None:
        yield f"所沿用规则的流程 {followed} 尚未发布"
    elif further := sorted(version.diagrams.operations - set(operations)):
        yield f"自动环节的操作 {'、'.join(further)} 不在所沿用规则的流程 {followed} 之内"


def fields_that_differ(version: CompiledVersion, followed: Mapping[str, Any]) -> Iterator[str]:
    """Fields of the forms that the rules it follows would misread; followed -- the application form of that process."""
    asked = version.form(APPLICATION)
    for name in followed.get("required", ()):
        if name not in asked.get("required", ()) or name in conditional(asked):
            yield f"申请表须有总是必填的字段 {name}（所沿用的规则要用）"
    for title, form in version.forms.items():
        for name, part in fields_of(form).items():
            if name in followed["properties"] and _bare(part) != _bare(followed["properties"][name]):
                yield f"表单 {title}.json 的字段 {name} 须与所沿用规则的流程一致"
            elif name not in followed["properties"] and part.get("format") in NUMBERS:
                yield f"表单 {title}.json 的字段 {name} 是证件号码，所沿用规则的流程没有这个字段，不能加密保存"


def _bare(part: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name not in WORDS and not name.startswith("x-")}


SUBJECTS = {"student": "学生", "office": "机构", "person": "省内没有学籍的人"}


def _about_subject(version: CompiledVersion) -> Iterator[str]:
    form = version.form(APPLICATION)
    asked, required = form.get("properties", {}), form.get("required", ())
    if version.subject == "student" and (
        "student" not in required or asked.get("student", {}).get("type") != "integer"
    ):
        yield "办理对象为学生时，申请表须有必填字段“学生”（编号 student）：在表单设计中按“添加办理对象（学生）”"
        return
    needed: dict[str, dict[str, str]] = {
        "student": {},
        "person": {"name": "string", "main_number": "string"},
        "office": {},
    }
    for name, kind in needed[str(version.subject)].items():
        if name not in required or asked.get(name, {}).get("type") != kind:
            yield f"办理对象为{SUBJECTS[str(version.subject)]}时，申请表须有必填字段 {name}"
    if version.subject == "person" and asked.get("name", {}).get("format") != "person-name":
        yield "申请表的字段 name 须为姓名（format 为 person-name）"
    if version.subject != "student" and "student" in asked:
        yield f"办理对象为{SUBJECTS[str(version.subject)]}时，申请表不能有字段 student"
    if version.subject == "office" and "school" in asked and version.applicant != "bureau":
        yield "只有主管部门（applicant 为 bureau）提出的流程，才能在申请表中用字段 school 指明学校"


def _about_configured_lanes(version: CompiledVersion) -> Iterator[str]:
    for task in version.diagrams.tasks.values():
        nobody = task.role in ROLES and task.role not in OF_THE_APPLICANT
        if nobody or (version.applicant == "province" and task.role in ABOVE):
            yield f"环节“{task.name}”的泳道角色 {task.role} 在这样发起的办件中没有对应的机构"
    if version.diagrams.operations:
        called = "、".join(sorted(version.diagrams.operations))
        yield f"自动环节的操作 {called} 只能由有自己的规则或沿用其他流程规则（rules_of）的流程调用"
