"""What an analyst may publish: a copy that follows another's rules, and nothing that nobody could start."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app.cases.views.timeline import application_lines
from app.database import db
from app.definitions.operations import NotPublishable
from app.settings import SOURCES
from app.start import publish
from tests.processes.configured import Configured, a_process, decide, submit
from tests.support.databases import on_sqlite
from tests.support.single_school_case import Matter

# ── the rules of another process ─────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def prize(shelves: Path) -> Path:
    """The change of class copied under a new key, its ids renamed, as the README tells an analyst."""
    for shelf in ("bpmn", "forms"):
        shutil.copytree(SOURCES / shelf / "class_change", shelves / shelf / "prize")
    drawn = shelves / "bpmn/prize/class_change.bpmn"
    text = drawn.read_text("utf-8").replace('id="class_change', 'id="prize').replace('="class_change_', '="prize_')
    text = text.replace('processRef="class_change"', 'processRef="prize"').replace("调班", "获奖调班")
    (shelves / "bpmn/prize/prize.bpmn").write_text(text, "utf-8")
    drawn.unlink()
    return shelves


def test_a_copy_under_a_new_key_opens_and_ends(matter: Matter, prize: Path) -> None:
    assert publish(prize) == ["prize"]
    school = matter.program("school")

    answer = submit(school, {"student": matter.child.id, "school_class": 3, "reason": "获奖"}, "prize")
    assert answer.status == 201, answer.text
    matter.number = answer.json["number"]
    done = decide(matter, "school")

    assert (done.status, done.json["outcome"]) == (200, "agreed"), done.text
    assert matter.enrolment.school_class is not None
    assert matter.enrolment.school_class.number == 3


def test_the_copy_follows_the_rules_of_the_first(matter: Matter, prize: Path) -> None:
    publish(prize)
    assert matter.submit("suspension").status == 201

    answer = submit(
        matter.program("school"), {"student": matter.child.id, "school_class": 3, "reason": "获奖"}, "prize"
    )

    assert "E-CASE-01" in answer.codes


# ── what is not published ────────────────────────────────────────────────────────────────────────────────────────────


def refusal_of(shelves: Path) -> str:
    with pytest.raises(NotPublishable) as refused:
        publish(shelves)
    db.session.rollback()
    assert refused.value.code == "E-PUBLISH"
    return refused.value.detail


@on_sqlite
@pytest.mark.parametrize(
    ("written", "said"),
    [
        (a_process(None), "没有写明办理对象"),
        (a_process("animal"), "办理对象不能是 animal"),
        (a_process("student", applicant="parent"), "由谁发起不能是 parent"),
        (a_process("student", role="receiving_school"), "receiving_school 在这样发起的办件中没有对应的机构"),
        (a_process("office", applicant="province"), "applicant_bureau 在这样发起的办件中没有对应的机构"),
        (a_process("student", service="enrolment/withdraw"), "操作 enrolment/withdraw 只能由"),
        (
            a_process(None, more='<spiffworkflow:property name="rules_of" value="transfer" />'),
            "不能沿用流程 transfer 的规则",
        ),
        (
            a_process(None, more='<spiffworkflow:property name="rules_of" value="class_change" />'),
            "申请表须有总是必填的字段 student",
        ),
        (
            a_process(
                None,
                service="enrolment/withdraw",
                more='<spiffworkflow:property name="rules_of" value="class_change" />',
            ),
            "操作 enrolment/withdraw 不在所沿用规则的流程 class_change 之内",
        ),
        (a_process("office", fields={"student": {"type": "integer", "title": "学生"}}), "申请表不能有字段 student"),
        (a_process("office", fields={"school": {"type": "string", "title": "学校"}}), "才能在申请表中用字段 school"),
        (Configured("Commendation", "表彰申请", "student"), "须由小写字母、数字和下划线组成"),
        (Configured("commendation", "表" * 61, "student"), "须有 1 至 60 个字符"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_nobody_could_start_is_refused_and_says_why(shelves: Path, written: Configured, said: str) -> None:
    assert said in refusal_of(written.write(shelves))


@on_sqlite
def test_without_the_form_of_its_subject_it_is_refused(shelves: Path) -> None:
    a_process("person").write(shelves)
    form = shelves / "forms/commendation/application.json"
    form.write_text(form.read_text("utf-8").replace("main_number", "number"), "utf-8")

    assert "办理对象为省内没有学籍的人时，申请表须有必填字段 main_number" in refusal_of(shelves)


@on_sqlite
def test_without_an_application_or_reasons_it_is_refused(shelves: Path) -> None:
    a_process("office").write(shelves)
    (shelves / "forms/commendation/application.json").unlink()
    (shelves / "forms/commendation/reasons.json").unlink()

    said = refusal_of(shelves)

    assert "没有申请表（application.json）" in said
    assert "没有可选的原因（reasons.json）" in said


@on_sqlite
def test_a_copy_whose_form_the_rules_would_misread_is_refused(prize: Path) -> None:
    form = prize / "forms/prize/application.json"
    form.write_text(form.read_text("utf-8").replace('"maximum": 99', '"maximum": 999'), "utf-8")

    assert "字段 school_class 须与所沿用规则的流程一致" in refusal_of(prize)


@on_sqlite
def test_a_process_with_rules_of_its_own_follows_no_others(shelves: Path) -> None:
    for shelf in ("bpmn", "forms"):
        shutil.copytree(SOURCES / shelf / "withdrawal", shelves / shelf / "withdrawal")
    drawn = shelves / "bpmn/withdrawal/withdrawal.bpmn"
    text = drawn.read_text("utf-8").replace(
        'name="rules_of" value="withdrawal"', 'name="rules_of" value="class_change"'
    )
    drawn.write_text(text, "utf-8")

    assert "有自己规则的流程不能沿用流程 class_change 的规则" in refusal_of(shelves)


def test_the_row_number_of_a_child_stands_on_no_page_of_its_case() -> None:
    fields = {"student": {"type": "integer", "title": "学生"}, "why": {"type": "string", "title": "原因"}}
    version = SimpleNamespace(forms={"application": {"properties": fields}})
    case: Any = SimpleNamespace(application={"student": 4711, "why": "表彰"}, student=None)

    assert application_lines(case, version) == [("原因", "表彰")]
