"""学籍办件审批表 as a file: the same as on paper, by Typst."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from app import audit, clock
from app.access import actor, allow
from app.cases.models import OUTCOME_NAMES, Case, Decision, Task, TaskStatus
from app.cases.models.joint_answers import JointAnswer
from app.cases.presenters.cases import compiled_version_of
from app.cases.queries.joint_answers import answers_by_task
from app.cases.transactions import read_and_seen
from app.cases.views.blueprint import bp
from app.cases.views.compared import compared
from app.cases.views.prints import address_of, bases_of, children_on, result_of
from app.cases.views.timeline import application_lines
from app.database import transaction
from app.definitions.queries import CompiledVersion
from app.errors import Missing
from app.students.presenters import SEXES
from app.students.queries.directives import directive_of
from app.web import given_out
from app.web.checks import code_of, qr, url_of
from app.web.formatting import day, moment
from app.web.pdf import PDF, typeset

EMPTY = ("", "同意", "同意。")  # says no more than the outcome
FORM = Path(__file__).parents[1] / "typst" / "sheet.typ"


@bp.get("/cases/<number>/sheet.pdf")
@allow("operator", "approver")
def sheet_pdf(number: str) -> Any:
    """For whoever sees the case's content; it is written down."""
    case, view = read_and_seen(actor(), number)
    if not view.whole or case.version is None:
        raise Missing()
    data = _sheet(case)
    with transaction():
        audit.record("papers/print", f"case:{number}", actor=actor(), after={"paper": "sheet"})
    return given_out(f"审批表-{number}.pdf", PDF, typeset(FORM, data))


def _sheet(case: Case) -> dict[str, Any]:
    """What stands on the sheet, as plain texts."""
    version, code = compiled_version_of(case), code_of("C", case.id)
    stands = [each for each in case.decisions if each.undone_id is None]
    waiting = [each for each in case.tasks if each.status is TaskStatus.OPEN]
    joint, directive = answers_by_task(version, case), directive_of(case.id)
    decided = [
        _step(
            each.task.name,
            _said(each, version),
            each.office.name,
            each.by,
            each.at,
            _before(each.task, joint.get(each.task_id, ())),
        )
        for each in stands
    ]
    return {
        "title": f"{version.name}审批表",
        "number": case.number,
        "opened_on": day(case.opened_at),
        "lines": _lines(case, version),
        "steps": [*decided, *(_step(each.name, "（待办理）", each.office.name, "", None) for each in waiting)],
        "directive": directive and f"{directive.title}（{directive.issuer.name}，{day(directive.issued_at)}）",
        "result": result_of(case),
        "children": children_on(case),
        "code": code,
        "qr": str(qr(url_of(code))),
        "way_back": str(qr(address_of(case), "打开办件的二维码")),
        "printed": f"{actor().office_name}　{actor().name}　打印于 {moment(clock.now())}",
    }


def _lines(case: Case, version: CompiledVersion) -> list[tuple[str, str]]:
    """The application with the child and the schools, title and value."""
    changed, student = compared(case, version), case.student
    named = []
    if student:
        named = [
            ("姓名", student.name),
            ("性别", SEXES[student.sex.value]),
            ("学籍主号", student.main_number_masked),
            ("出生日期", day(student.born_on)),
        ]
    schools = [
        (version.diagrams.properties.get("releasing_as", "转出学校"), case.releasing_school),
        ("转入学校" if student or case.releasing_school else "学校", case.receiving_school),
        ("申请单位", case.applicant_office),
    ]
    papers = "；".join(each.name for each in case.attachments)
    return [
        *named,
        *((title, school.name) for title, school in schools if school is not None),
        *application_lines(case, version, [name for name, *_words in changed]),
        *((title, f"{was} → {becomes}") for _name, title, was, becomes in changed),
        *([("附件", papers)] if papers else []),
        *([("办理依据", "；".join(bases))] if (bases := bases_of(case)) else []),
    ]


def _said(decision: Decision, version: CompiledVersion) -> str:
    """The outcome, its reason and what was written, each once."""
    task = version.diagrams.tasks.get(decision.key)
    words = task.record(decision.outcome) if task else ""
    parts = words, version.reason_text(decision.reason_code), decision.opinion.removesuffix("。")
    return "。".join(dict.fromkeys(each for each in parts if each)) + "。"


def _before(task: Task, answers: Iterable[JointAnswer]) -> list[str]:
    """What others of the office said before the decision: the recommendation of 初审, each answer of 会签."""
    reviewed = task.pre_review
    said = [
        (f"会签：{each.user.name}　{OUTCOME_NAMES[each.outcome]}", each.opinion, f"（{day(each.at)}）")
        for each in answers
    ]
    if reviewed is not None:
        signed = f"（{reviewed.user.name}　{day(reviewed.at)}）"
        said.insert(0, (f"初审：建议{OUTCOME_NAMES[reviewed.recommendation]}", reviewed.opinion, signed))
    return [f"{what}。{'' if text in EMPTY else text}{signed}" for what, text, signed in said]


def _step(
    title: str, text: str, office: str, who: str, at: dt.datetime | None, before: Sequence[str] = ()
) -> dict[str, Any]:
    return {
        "title": f"{title}意见",
        "before": list(before),
        "text": text,
        "office": office,
        "who": who,
        "at": day(at),
        "done": at is not None,
    }
