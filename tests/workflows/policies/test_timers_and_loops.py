"""What waits for a moment, or goes round, is followed with its facts like all else; the engine is not given it."""

from __future__ import annotations

import pytest

import workflows
from tests.bpmn.conftest import SHELF
from tests.workflows.drawing import loop
from workflows.policies import Book

BOOK = Book.read(SHELF)
KEY = "quota_change"
DURATION = (
    '<bpmn:timerEventDefinition id="late_definition"><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">"P5D"'
    "</bpmn:timeDuration></bpmn:timerEventDefinition>"
)
PAUSE = (
    f'<bpmn:intermediateCatchEvent id="pause"><bpmn:outgoing>paused</bpmn:outgoing>{DURATION}'
    '</bpmn:intermediateCatchEvent><bpmn:sequenceFlow id="paused" sourceRef="pause" targetRef="effect" />'
)
TASKS = "<bpmn:userTask id="
FORM = '<bpmn:extensionElements><spiffworkflow:properties><spiffworkflow:property name="duty" value="approver" />'


def late_to(target: str, host: str = "bureau_approval", *, cancel: str = "true") -> str:
    """A timer at the border of a task, and where it leads."""
    return (
        f'<bpmn:boundaryEvent id="late" name="逾期" attachedToRef="{host}" cancelActivity="{cancel}">'
        f"<bpmn:outgoing>is_late</bpmn:outgoing>{DURATION}</bpmn:boundaryEvent>"
        f'<bpmn:sequenceFlow id="is_late" sourceRef="late" targetRef="{target}" />'
    )


def checked(*changes: tuple[str, str]) -> workflows.Report:
    """The shipped diagram with these changes of its text."""
    text = (SHELF / KEY / f"{KEY}.bpmn").read_text("utf-8")
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after, 1)
    (report,) = workflows.check({f"{KEY}.bpmn": text.encode()}, book=BOOK)
    with pytest.raises(workflows.DiagramRefused):
        workflows.compile_diagrams({f"{KEY}.bpmn": text.encode()})
    assert not report.loads
    assert {each.rule for each in report.findings if each.kind == "engine"} == {"unsupported"}, report.findings
    return report


def of_policy(report: workflows.Report) -> list[workflows.Finding]:
    return [each for each in report.findings if each.kind == "policy"]


def with_loop(task: str, drawn: str) -> tuple[str, str]:
    """A task with a loop: it stands behind what goes out of it."""
    ways = {"bureau_approval": "to_bureau_outcome", "effect": "effected"}
    return (
        f"<bpmn:outgoing>{ways[task]}</bpmn:outgoing>\n    </bpmn:{'userTask' if task != 'effect' else 'serviceTask'}>",
        f"<bpmn:outgoing>{ways[task]}</bpmn:outgoing>{drawn}\n"
        f"    </bpmn:{'userTask' if task != 'effect' else 'serviceTask'}>",
    )


def test_a_deadline_that_leads_to_the_verb_goes_past_the_decision() -> None:
    [breach] = of_policy(checked((TASKS, late_to("effect") + TASKS)))

    assert (breach.rule, breach.element) == ("policy", "effect")
    assert [dict(each) for each in breach.counter_example][-2:] == [{"timer": "late"}, {"verb": "quota/set"}]
    assert "到时：逾期" in breach.message


def test_a_deadline_that_goes_back_breaks_nothing() -> None:
    report = checked((TASKS, late_to("repair") + TASKS))

    assert (of_policy(report), report.sound) == ([], True)


def test_a_reminder_that_ends_apart_breaks_nothing() -> None:
    apart = '<bpmn:endEvent id="apart"><bpmn:incoming>is_late</bpmn:incoming></bpmn:endEvent>'
    report = checked((TASKS, late_to("apart", cancel="false") + apart + TASKS))

    assert (of_policy(report), report.sound) == ([], True)


def test_a_pause_between_decision_and_verb_breaks_nothing_and_states_nothing() -> None:
    report = checked(
        (TASKS, PAUSE + TASKS),
        ('sourceRef="bureau_outcome" targetRef="effect"', 'sourceRef="bureau_outcome" targetRef="pause"'),
    )

    assert (of_policy(report), report.sound) == ([], True)


def test_agreement_by_default_is_none_behind_a_pause_either() -> None:
    report = checked(
        (TASKS, PAUSE + TASKS),
        ('sourceRef="bureau_outcome" targetRef="effect"', 'sourceRef="bureau_outcome" targetRef="pause"'),
        (
            '<bpmn:exclusiveGateway id="bureau_outcome"',
            '<bpmn:exclusiveGateway default="bureau_agrees" id="bureau_outcome"',
        ),
    )

    assert "agreement-by-default" in {each.rule for each in of_policy(report)}


@pytest.mark.parametrize(
    "drawn",
    [
        loop(2),  # asked twice, whatever was said the first time: the last answer counts
        loop(3, condition='outcome != "agree"'),
    ],
)
def test_a_decision_that_is_asked_again_breaks_nothing(drawn: str) -> None:
    report = checked(with_loop("bureau_approval", drawn))

    assert (of_policy(report), report.sound) == ([], True)


def test_what_a_loop_asks_for_never_comes_out_of_it() -> None:
    [finding] = of_policy(checked(with_loop("bureau_approval", loop(condition='outcome == "send_back"'))))

    assert (finding.rule, finding.severity, finding.element) == ("never-true", "warning", "bureau_sends_back")


def test_a_decision_that_may_be_passed_by_is_one_that_is_missing() -> None:
    [breach] = of_policy(
        checked(with_loop("bureau_approval", loop(1, test_before=True, condition='outcome != "agree"')))
    )

    assert (breach.rule, breach.element) == ("policy", "effect")
    assert not any(each.get("task") == "bureau_approval" for each in breach.counter_example)


def test_a_loop_that_nothing_ends_is_a_case_that_never_does() -> None:
    [finding] = of_policy(checked(with_loop("bureau_approval", loop(condition='outcome != "nothing"'))))

    assert (finding.rule, finding.element) == ("never-ends", "bureau_approval")


def test_more_rounds_than_are_followed_are_not_taken_for_a_proof() -> None:
    assert of_policy(checked(with_loop("bureau_approval", loop(10**9)))) == []  # said by the engine's finding


# --- the same drawn otherwise, in what engine and walk take (tests/proof)


def of_text(text: str) -> tuple[set[tuple[str, str | None]], bool | None, bool | None]:
    """What policies and tokens say of it."""
    (report,) = workflows.check({f"{KEY}.bpmn": text.encode()}, book=BOOK)
    return {(each.rule, each.element) for each in of_policy(report)}, report.safe, report.sound


@pytest.mark.parametrize("host", ["school_approval", "bureau_approval", "repair"])
@pytest.mark.parametrize("target", ["effect", "repair", "refused", "done", "school_approval"])
def test_a_deadline_is_what_a_message_is_that_may_come(host: str, target: str) -> None:
    text = (SHELF / KEY / f"{KEY}.bpmn").read_text("utf-8")
    timer = text.replace(TASKS, late_to(target, host) + TASKS, 1)
    told = timer.replace(DURATION, '<bpmn:messageEventDefinition id="told" messageRef="late_message" />')
    told = told.replace("<bpmn:process ", '<bpmn:message id="late_message" name="late" /><bpmn:process ', 1)

    assert of_text(timer) == of_text(told)


@pytest.mark.parametrize(
    "condition", ['outcome == "send_back"', 'outcome == "refuse"', 'outcome == "agree"', 'outcome != "agree"']
)
def test_a_loop_is_what_a_gateway_is_that_leads_back(condition: str) -> None:
    text = (SHELF / KEY / f"{KEY}.bpmn").read_text("utf-8")
    looped = text.replace(*with_loop("bureau_approval", loop(condition=condition)), 1)
    ways = (("on", "bureau_outcome", f"not ({condition})"), ("back", "bureau_approval", condition))
    flows = "".join(
        f'<bpmn:sequenceFlow id="{key}" sourceRef="again" targetRef="{target}"><bpmn:conditionExpression '
        f'xsi:type="bpmn:tFormalExpression">{asked}</bpmn:conditionExpression></bpmn:sequenceFlow>'
        for key, target, asked in ways
    )
    drawn = text.replace('targetRef="bureau_outcome"', 'targetRef="again"', 1).replace(
        TASKS, f'<bpmn:exclusiveGateway id="again" />{flows}{TASKS}', 1
    )

    assert of_text(looped) == of_text(drawn)
