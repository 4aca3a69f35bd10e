"""A file with several processes that begin by themselves: each is proved, whatever stands beside it."""

from __future__ import annotations

import pytest

import workflows
from tests.bpmn.conftest import SHELF
from tests.support.replaying import replay
from tests.workflows.drawing import housed, node
from workflows import Finding
from workflows.policies import Book

BOOK = Book.read(SHELF)
TO_REFUSED = ('sourceRef="outcome" targetRef="effect"', 'sourceRef="outcome" targetRef="refused"')
PAST = ('sourceRef="submitted" targetRef="school_approval"', 'sourceRef="submitted" targetRef="effect"')


def beside(verb: str | None = None) -> str:
    """Another process; with a verb that it calls before anybody is asked."""
    operator = (
        f'<bpmn:extensionElements><spiffworkflow:serviceTaskOperator id="{verb}" resultVariable="">'
        "<spiffworkflow:parameters /></spiffworkflow:serviceTaskOperator></bpmn:extensionElements>"
    )
    services = [node("serviceTask", "service", operator, name="service")] if verb else []
    drawn = housed("start_q > service > b > end_q" if verb else "start_q > b > end_q", *services)
    return drawn.replace('id="p', 'id="q').replace('id="lane', 'id="q_lane')


def class_change(*changes: tuple[str, str], verb: str | None = None) -> bytes:
    """The shipped diagram with another process behind it."""
    text = (SHELF / "class_change" / "class_change.bpmn").read_text("utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    return text.replace("</bpmn:process>", f"</bpmn:process>{beside(verb)}").encode()


def of_policy(source: bytes) -> list[Finding]:
    (report,) = workflows.check({"class_change.bpmn": source}, book=BOOK)
    return [each for each in report.findings if each.kind == "policy"]


def test_a_process_beside_another_changes_nothing() -> None:
    (report,) = workflows.check({"class_change.bpmn": class_change()}, book=BOOK)

    assert report.loads
    assert [each for each in report.findings if each.kind == "policy"] == []


@pytest.mark.parametrize("change", [TO_REFUSED, PAST], ids=["end", "verb"])
def test_a_breach_of_one_of_them_is_shown_and_replays(change: tuple[str, str]) -> None:
    source = class_change(change)

    (breach, *_) = [each for each in of_policy(source) if each.rule == "policy"]

    replay(workflows.compile_diagrams({"class_change.bpmn": source}, "class_change"), breach.counter_example)


def test_what_the_other_one_writes_is_proved_by_itself() -> None:
    source = class_change(verb="enrolment/withdraw")

    found = of_policy(source)

    assert ("policy", "service") in {(each.rule, each.element) for each in found}
    (shown, *_) = [each for each in found if each.counter_example]
    replay(workflows.compile_diagrams({"class_change.bpmn": source}, "q"), shown.counter_example)
