"""What may be said in a diagram, in words for its analyst: roles, duties, outcomes, facts, verbs with their policy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypedDict

from app.definitions.queries import APPLICATION
from app.definitions.rules.forms import fields_of
from app.studio.presenters.labels import KINDS as WHOSE_RULES
from app.studio.queries.vocabulary import OfferedVerb, Vocabulary, labels_of_tables, values_of
from app.studio.rules.diagram_things import APPLICANTS, ENDS, SUBJECTS, VALUES
from workflows.decision_tables import Table
from workflows.policies import Policy
from workflows.policies.policy import Fact
from workflows.routing import ROLES, Role
from workflows.vocabulary import DUTIES, IN_BULK, OF_A_KIND, OUTCOMES, SIDES, STATUSES, Kind

MEANINGS = {
    Kind.REPAIR: ("补正", "申请人补充或者更正申请，材料随之补交；办理补正的人不得再审批本件"),
    Kind.PULL: ("调档", "凭指令调取学籍档案，表单中填写指令编号"),
    Kind.FILING: ("备案", "省级只看报备的内容，不看其他机构的意见"),
    Kind.IDENTITY: ("核对身份", "核对查到的是不是所申请的学生"),
    Kind.CONFIRMATION: ("确认名单", "一方的教育行政部门逐名确认，并标出不予确认的学生"),
    Kind.GUARDIAN_NOTICE: ("告知监护人", "办理前告知监护人，登记送达日期，附送达凭证"),
    Kind.OBJECTION_PERIOD: ("异议期", "送达满十五日或者监护人书面同意后才能结束；异议由审核人答复"),
}
#: what verbs with the same beginning are about; the modeler lists them so
FAMILIES = {
    "archive": "学籍档案",
    "arrival": "外省转入",
    "case": "办件",
    "directive": "指令",
    "enrolment": "学籍变动",
    "exchange": "跨省交换",
    "lock": "学籍锁定",
    "plan": "跨区域招生方案",
    "quota": "新生学籍总数",
    "recruitment": "招生范围",
    "roll": "学籍核对",
    "roster": "跨区域招生名单",
    "rows": "名单逐名登记",
    "school": "整校办理",
    "student": "学生信息",
}
NOT_FORMS = {"reasons", "proofs"}  # JSON files that lie beside the forms


class OfferedChoiceJson(TypedDict):
    """One entry of a closed list: its key in the diagram, its name, what it means (may be empty)."""

    key: str
    name: str
    meaning: str


class OfferedOutcomeJson(TypedDict):
    """An outcome of a task with its usual words: on the button (null where a task must say it), in the record."""

    key: str
    button: str | None
    record: str


class OfferedFactJson(TypedDict):
    """A fact for conditions; `kind` yes-no, number, text or table; `values` what it may be where that is finite."""

    name: str
    words: str
    kind: str
    values: list[str | bool | int | float]


class OfferedPolicyJson(TypedDict):
    """What must have been decided before: the lines of the policy file, and the law that they come from."""

    title: str
    file: str
    basis: list[str]
    lines: list[str]
    reads_only: bool


class OfferedVerbJson(TypedDict):
    """A verb that a service task may call; `policy` null where no policy speaks of it, `home` the process that does,
    `family` what verbs of its kind are about."""

    key: str
    name: str
    family: str
    home: str | None
    home_name: str
    policy: OfferedPolicyJson | None
    gives: list[OfferedFactJson]


class OfferedFormJson(TypedDict):
    """A form of the draft with the number of its fields."""

    key: str
    title: str
    fields: int


class OfferedTableJson(TypedDict):
    """A decision table of the draft and the file it stands in; what its inputs and outputs are called."""

    file: str
    key: str
    name: str
    inputs: list[str]
    outputs: list[str]


class OfferedDiagramJson(TypedDict):
    """A process that a diagram of the draft draws."""

    file: str
    process: str
    name: str


class VocabularyJson(TypedDict):
    """Everything that the diagrams of a draft may name."""

    roles: list[OfferedChoiceJson]
    duties: list[OfferedChoiceJson]
    outcomes: list[OfferedOutcomeJson]
    outcomes_of_kinds: dict[str, dict[str, OfferedOutcomeJson]]
    kinds: list[OfferedChoiceJson]
    statuses: list[OfferedChoiceJson]
    sides: list[OfferedChoiceJson]
    in_bulk: list[OfferedChoiceJson]
    applicants: list[OfferedChoiceJson]
    subjects: list[OfferedChoiceJson]
    ends: list[OfferedChoiceJson]
    ends_policies: dict[str, OfferedPolicyJson]
    categories: list[str]
    followed: list[OfferedChoiceJson]
    facts: list[OfferedFactJson]
    verbs: list[OfferedVerbJson]
    forms: list[OfferedFormJson]
    tables: list[OfferedTableJson]
    processes: list[OfferedChoiceJson]
    diagrams: list[OfferedDiagramJson]
    rules: dict[str, str]
    faults: list[str]


def vocabulary_json(found: Vocabulary) -> VocabularyJson:
    """The vocabulary of a draft."""
    names = {each.process.key: each.process.name for each in found.processes}
    labels = labels_of_tables(found.content)
    kinds = {kind.value: _outcomes_of(kind) for kind in Kind}
    return {
        "roles": [_choice(key, role.name, _meaning_of(role)) for key, role in ROLES.items()],
        "duties": [_choice(each, VALUES["duty"][each]) for each in sorted(DUTIES)],
        "outcomes": [{"key": key, "button": words.button, "record": words.record} for key, words in OUTCOMES.items()],
        "outcomes_of_kinds": {kind: own for kind, own in kinds.items() if own},
        "kinds": [_choice(kind.value, *MEANINGS[kind]) for kind in Kind],
        "statuses": [_choice(each, VALUES["status"][each]) for each in sorted(STATUSES)],
        "sides": [_choice(each, VALUES["side"][each]) for each in sorted(SIDES)],
        "in_bulk": [_choice(each, VALUES["in_bulk"][each]) for each in sorted(IN_BULK, reverse=True)],
        "applicants": [_choice(key, name) for key, name in APPLICANTS.items()],
        "subjects": [_choice(key, name) for key, name in SUBJECTS.items()],
        "ends": [_choice(key, name) for key, name in ENDS.items()],
        "ends_policies": {outcome: _policy(policy) for outcome, policy in found.ends.items()},
        "categories": list(found.categories),
        "followed": [_choice(key, names.get(key, key)) for key in found.followed],
        "facts": [_fact(each, found.tables) for each in found.facts],
        "verbs": [_verb(each, names, found.tables) for each in found.verbs],
        "forms": [_form(key, form) for key, form in found.content.forms.items() if key not in NOT_FORMS],
        "tables": [
            _table(file, each, labels) for file, tables in found.tables_of_files.items() for each in tables.values()
        ],
        "processes": [_choice(key, name) for key, name in names.items()],
        "diagrams": [{"file": file, "process": key, "name": name} for file, key, name in found.diagrams],
        "rules": WHOSE_RULES,
        "faults": list(found.faults),
    }


def _choice(key: str, name: str, meaning: str = "") -> OfferedChoiceJson:
    return {"key": key, "name": name, "meaning": meaning}


def _meaning_of(role: Role) -> str:
    """When the role means an office, where that needs saying."""
    said = []
    if role.by_process:
        said.append("具体是哪一个机构，由这类流程自己的规则确定")
    if role.optional:
        said.append("有的办件没有这个机构，流程须能绕过它的环节")
    return "；".join(said)


def _outcomes_of(kind: Kind) -> dict[str, OfferedOutcomeJson]:
    return {
        outcome: {"key": outcome, "button": words.button, "record": words.record}
        for (of, outcome), words in OF_A_KIND.items()
        if of is kind
    }


def _fact(fact: Fact, tables: Mapping[str, Table]) -> OfferedFactJson:
    values: list[Any] = list(values_of(fact, tables))
    if fact.numeric:
        kind = "number"
    elif values and all(isinstance(each, bool) for each in values):
        kind, values = "yes-no", [True, False]
    else:
        kind = "text"
    return {"name": fact.name, "words": fact.words or fact.name, "kind": kind, "values": values}


def _policy(policy: Policy) -> OfferedPolicyJson:
    return {
        "title": policy.title,
        "file": policy.file,
        "basis": list(policy.basis),
        "lines": [each.text for each in policy.requirements if not each.promised],
        "reads_only": policy.reads_only,
    }


def _verb(verb: OfferedVerb, names: Mapping[str, str], tables: Mapping[str, Table]) -> OfferedVerbJson:
    return {
        "key": verb.name,
        "name": verb.policy.title if verb.policy else verb.name,
        "family": FAMILIES.get(verb.name.partition("/")[0], "其他"),
        "home": verb.home,
        "home_name": names.get(verb.home or "", verb.home or ""),
        "policy": _policy(verb.policy) if verb.policy else None,
        "gives": [_fact(each, tables) for each in verb.gives],
    }


def _form(key: str, form: Any) -> OfferedFormJson:
    title = str(form.get("title", "")) if isinstance(form, Mapping) else ""
    return {"key": key, "title": title or ("申请表" if key == APPLICATION else key), "fields": len(fields_of(form))}


def _table(file: str, table: Table, labels: Mapping[str, str]) -> OfferedTableJson:
    return {
        "file": file,
        "key": table.id,
        "name": table.name,
        "inputs": [labels.get(each, each) for each in table.inputs],
        "outputs": [labels.get(each, each) for each in table.outputs],
    }
