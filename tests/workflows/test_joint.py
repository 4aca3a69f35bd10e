"""Joint decisions: how answers of several become one outcome, what may be drawn, and that the engine runs one task."""

from __future__ import annotations

import itertools

import pytest

import workflows
from tests.workflows.drawing import HEAD, node, process, task
from workflows import DiagramRefused, Joint

TWO_OF_THREE = Joint(3, 2)


@pytest.mark.parametrize(
    ("joint", "answers", "outcome"),
    [
        (TWO_OF_THREE, ["agree"], None),
        (TWO_OF_THREE, ["agree", "agree"], "agree"),
        (TWO_OF_THREE, ["refuse", "agree", "agree"], "agree"),
        (TWO_OF_THREE, ["refuse", "agree"], None),
        (TWO_OF_THREE, ["refuse", "send_back"], "refuse"),
        (TWO_OF_THREE, ["send_back", "refuse"], "refuse"),
        (TWO_OF_THREE, ["send_back", "send_back"], "send_back"),
        (Joint(3, 3), ["agree", "agree"], None),
        (Joint(3, 3), ["agree", "send_back"], "send_back"),
        (Joint(3, 2, veto=True), ["refuse"], "refuse"),
        (Joint(3, 2, veto=True), ["send_back"], None),
        (Joint(3, 1), ["agree"], "agree"),
        (Joint(3, 1), ["refuse", "refuse"], None),
        (Joint(3, 1), ["refuse", "refuse", "refuse"], "refuse"),
    ],
)
def test_the_outcome_of_answers(joint: Joint, answers: list[str], outcome: str | None) -> None:
    assert joint.outcome_of(answers) == outcome


@pytest.mark.parametrize(("people", "needed", "veto"), list(itertools.product((2, 3, 5), (1, 2, 3, 5), (False, True))))
def test_it_is_always_decided_once_everybody_has_answered(people: int, needed: int, veto: bool) -> None:
    if needed > people:
        return
    for answers in itertools.product(("agree", "refuse", "send_back"), repeat=people):
        assert Joint(people, needed, veto).outcome_of(answers) is not None


def joint_task(several: str = "3", *, sequential: str = "false", inside: str = "", **own: str) -> str:
    pairs = "".join(f'<spiffworkflow:property name="{name}" value="{value}" />' for name, value in own.items())
    count = f"<bpmn:loopCardinality>{several}</bpmn:loopCardinality>" if several else ""
    return task(
        "a",
        f"<bpmn:extensionElements><spiffworkflow:properties>{pairs}</spiffworkflow:properties></bpmn:extensionElements>"
        f'<bpmn:multiInstanceLoopCharacteristics isSequential="{sequential}">{count}{inside}'
        "</bpmn:multiInstanceLoopCharacteristics>",
    )


def drawn(element: str) -> dict[str, bytes]:
    elements = node("startEvent", "s") + element + node("endEvent", "e")
    return {"p.bpmn": f"{HEAD}{process('p', elements, 's a', 'a e')}</bpmn:definitions>".encode()}


def test_the_engine_runs_one_task_with_a_save_and_restore() -> None:
    diagrams = workflows.compile_diagrams(drawn(joint_task(joint="2", sequential="true", outcomes="agree,refuse")))
    assert diagrams.tasks["a"].joint == Joint(3, 2, in_turn=True)

    run = workflows.start(diagrams, {})
    assert [each.key for each in run.waiting] == ["a"]
    done = workflows.complete(diagrams, run.state, run.waiting[0].id, {"outcome": "agree"})

    assert (done.waiting, done.finished) == ((), True)


def test_a_task_that_one_person_answers_has_no_rule() -> None:
    elements = node("startEvent", "s") + task("a") + node("endEvent", "e")
    sources = {"p.bpmn": f"{HEAD}{process('p', elements, 's a', 'a e')}</bpmn:definitions>".encode()}
    assert workflows.compile_diagrams(sources).tasks["a"].joint is None


@pytest.mark.parametrize(
    ("element", "says"),
    [
        (joint_task("1", joint="all"), "会签人数须是 2 至 15 的数"),
        (joint_task("16", joint="all"), "会签人数须是 2 至 15 的数"),
        (joint_task("people", joint="all"), "会签人数须是 2 至 15 的数"),
        (joint_task("99", joint="all"), "会签人数须是 2 至 15 的数"),
        (joint_task("", joint="all"), "会签人数须是 2 至 15 的数"),
        (joint_task(joint="4"), "须是全体（all），或 1 至 3 的数"),
        (joint_task(joint="0"), "须是全体（all），或 1 至 3 的数"),
        (joint_task(joint="most"), "须是全体（all），或 1 至 3 的数"),
        (joint_task(joint="２"), "须是全体（all），或 1 至 3 的数"),
        (joint_task(joint="2", veto="yes"), "一票否决须是“是”（true）或“否”（false）"),
        (joint_task(veto="true"), "一票否决须与会签规则一起写明"),
        (joint_task(joint="2", outcomes="acknowledge"), "会签环节的办理结果须有同意"),
        (joint_task(joint="2", kind="pull"), "会签环节不能写明环节含义、所属一方"),
        (joint_task(joint="2", inside="<bpmn:completionCondition>x</bpmn:completionCondition>"), "不能另写结束条件"),
    ],
)
def test_what_cannot_be_is_said_by_the_check_and_by_the_compiler_alike(element: str, says: str) -> None:
    with pytest.raises(DiagramRefused, match=says):
        workflows.compile_diagrams(drawn(element))
    (report,) = workflows.verify(drawn(element))
    assert [each.element for each in report.findings if says in each.message] == ["a"]


def test_a_rule_without_several_instances_is_refused() -> None:
    own = '<spiffworkflow:property name="joint" value="2" />'
    said = f"<spiffworkflow:properties>{own}</spiffworkflow:properties>"
    lone = task("a", f"<bpmn:extensionElements>{said}</bpmn:extensionElements>")
    with pytest.raises(DiagramRefused, match="会签环节须画成多实例"):
        workflows.compile_diagrams(drawn(lone))
