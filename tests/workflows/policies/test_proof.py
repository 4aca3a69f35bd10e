"""The proof: what breaks a policy is shown by a path, what does not is accepted."""

from __future__ import annotations

import time

import pytest

from tests.bpmn.conftest import SHELF
from workflows import Finding, check
from workflows.decision_tables import read_tables
from workflows.policies import Book

BOOK = Book.read(SHELF)
PROCESSES = sorted(path.name for path in SHELF.iterdir() if path.is_dir())


def found(
    key: str, *changes: tuple[str, str], book: Book = BOOK, table: tuple[str, str] | None = None
) -> list[Finding]:
    """What the check says of a shipped diagram with these changes of its text, lint and soundness included."""
    text = (SHELF / key / f"{key}.bpmn").read_text("utf-8")
    for before, after in changes:
        assert before in text, before
        text = text.replace(before, after)
    tables = {}
    for path in (SHELF / key).glob("*.dmn"):
        source = path.read_text("utf-8")
        tables |= read_tables((source.replace(*table) if table else source).encode())
    (report,) = check({f"{key}.bpmn": text.encode()}, book=book, tables=tables)
    return list(report.findings)


def of_policy(findings: list[Finding]) -> list[tuple[str, str | None]]:
    return [(each.rule, each.element) for each in findings if each.kind == "policy"]


@pytest.mark.parametrize("key", PROCESSES)
def test_every_shipped_diagram_holds_its_policies_and_is_decided_at_once(key: str) -> None:
    begun = time.process_time()
    findings = found(key)

    assert [each for each in findings if each.severity != "info"] == []
    assert time.process_time() - begun < 2.5, "half a second on a machine of its own"


def test_a_counter_example_tells_who_answered_what_until_the_verb() -> None:
    findings = found("transfer", ('sourceRef="releasing_school_outcome" targetRef="releasing_bureau"',
                                  'sourceRef="releasing_school_outcome" targetRef="issue_directive"'))  # fmt: skip

    (breach,) = [each for each in findings if each.rule == "policy"]
    assert breach.element == "issue_directive"
    assert "转出学校上级教育行政部门尚未按次序审批同意" in breach.message
    assert "双方学校同属一个上级：是→转入学校审核：同意→转出学校核办：同意" in breach.message
    assert [dict(each) for each in breach.counter_example] == [
        {"facts": {"city_review": False, "same_superior": True}},
        {"task": "receiving_school", "role": "receiving_school", "duty": "approver", "outcome": "agree"},
        {"task": "releasing_school", "role": "releasing_school", "duty": "approver", "outcome": "agree"},
        {"verb": "directive/issue"},
    ]


@pytest.mark.parametrize(
    ("key", "change", "rule", "element"),
    [
        ("transfer", ('value="approver" /><spiffworkflow:property name="working_days" value="10" />'
                      '<spiffworkflow:property name="outcomes" value="agree,refuse,send_back" />'
                      '<spiffworkflow:property name="route_order" value="5"',
                      'value="operator" /><spiffworkflow:property name="working_days" value="10" />'
                      '<spiffworkflow:property name="outcomes" value="agree,refuse,send_back" />'
                      '<spiffworkflow:property name="route_order" value="5"'), "policy", "issue_directive"),
        ("transfer", ("same_superior</bpmn:cond", "not same_superior</bpmn:cond"), "policy", "issue_directive"),
        ("transfer", ("same_superior</bpmn:cond", "same_superor</bpmn:cond"), "unknown-fact", "same_superior_check"),
        ("transfer", ('attachedToRef="pull"', 'attachedToRef="await_seat"'), "policy", "move_record"),
        ("transfer", ('id="directive/issue"', 'id="archive/pull"'), "policy", "issue_directive"),
        ("transfer", ('sourceRef="give_up" targetRef="refused"', 'sourceRef="give_up" targetRef="moved"'),
         "policy", "moved"),
        ("transfer", ('outcome == "refuse"', 'outcome == "refuse" and city_review'), "gap", "receiving_school_outcome"),
        ("quota_change", ('targetRef="bureau_approval"', 'targetRef="effect"'), "policy", "effect"),
        ("quota_change", ('value="agreed"', 'value="refused"'), "policy", "done"),
        ("plan_cross_county", ('<bpmn:parallelGateway id="ask_both"', '<bpmn:exclusiveGateway id="ask_both"'),
         None, None),
        ("plan_cross_county", ('sourceRef="consents_refused" targetRef="end_plan"',
                               'sourceRef="consents_refused" targetRef="consent"'), "policy", "consent"),
        ("reversal", ("next_tier</bpmn:cond", "not next_tier</bpmn:cond"), "policy", "effect"),
        ("arrival", ("has_record</bpmn:cond", "not has_record</bpmn:cond"), "policy", "create"),
        ("recruitment_roster", ('id="roster/settle"', 'id="roster/direct"'), "policy", "settle"),
        ("class_change", ('id="enrolment/change_class"', 'id="enrolment/nothing"'), "no-policy", "effect"),
        ("class_change", ('id="enrolment/change_class"', 'id="enrolment/withdraw"'), "unknown-fact", None),
    ],
)  # fmt: skip
def test_what_goes_past_a_decision_is_refused(
    key: str, change: tuple[str, str], rule: str | None, element: str | None
) -> None:
    text = change[1]
    changes = [change]
    if "exclusiveGateway" in text:
        changes.append(("</bpmn:parallelGateway>", "</bpmn:exclusiveGateway>"))
        changes = [*changes, ('<bpmn:parallelGateway id="both_agreed"', '<bpmn:exclusiveGateway id="both_agreed"')]

    findings = found(key, *changes)

    assert any(each.severity == "error" for each in findings)
    if rule is not None:
        assert (rule, element) in of_policy(findings)


def test_agreement_may_not_be_what_is_left_over() -> None:
    stated = ('<bpmn:exclusiveGateway id="outcome" name="是否同意？"',
              '<bpmn:exclusiveGateway id="outcome" name="是否同意？" default="agreed_flow"')  # fmt: skip
    text = (SHELF / "class_change" / "class_change.bpmn").read_text("utf-8")
    flow = next(part for part in text.split("<bpmn:sequenceFlow ") if 'targetRef="effect"' in part)
    key = flow.split('"')[1]

    findings = found("class_change", (stated[0], stated[1].replace("agreed_flow", key)))

    assert ("agreement-by-default", "outcome") in of_policy(findings)


def test_a_table_that_never_asks_for_the_city_is_told() -> None:
    never = (
        '<outputEntry id="r2_city_review"><text>true</text>',
        '<outputEntry id="r2_city_review"><text>false</text>',
    )
    findings = found("transfer", table=never)

    assert ("never-true", "f_city") in of_policy(findings)
    assert {rule for rule, _element in of_policy(findings)} == {"never-true"}


def test_what_is_repaired_goes_through_the_approver_of_whoever_repaired_it() -> None:
    findings = found("transfer", ('sourceRef="repair" targetRef="receiving_school"',
                                  'sourceRef="repair" targetRef="receiving_bureau"'))  # fmt: skip

    breach = next(each for each in findings if each.rule == "policy")
    assert breach.element == "issue_directive"
    assert "转入学校尚未按次序审批同意" in breach.message
    assert any(step.get("task") == "repair" for step in breach.counter_example)


def test_a_table_may_have_no_rule_for_a_case() -> None:
    findings = found("transfer",
                     ("city_review</bpmn:cond", "city_review == True or city_review == False</bpmn:cond"),
                     ('sourceRef="city_review_check" targetRef="releasing_school"',
                      'sourceRef="city_review_check" targetRef="issue_directive"'))  # fmt: skip

    assert ("policy", "issue_directive") in of_policy(findings)


@pytest.mark.parametrize("asked", ["accepted &gt; 2.5", "accepted == 7", "accepted in [5, 9]", "accepted &gt;= 3"])
def test_a_number_is_followed_on_either_side_of_what_it_is_compared_with(asked: str) -> None:
    """Children are registered, and yet the case would end as refused."""
    findings = found("registration_primary", ("accepted == 0", asked))

    assert ("policy", "nobody") in of_policy(findings)


def test_two_numbers_compared_with_one_another_are_not_decided() -> None:
    findings = found("recruitment_roster", ("undirected == 0 and left &gt; 0", "undirected &lt; left"))

    assert ("undecided", None) in of_policy(findings)
    assert any("把两个数相比" in each.message for each in findings)


def test_a_further_decision_and_a_stricter_condition_are_accepted() -> None:
    further = (
        'sourceRef="releasing_school_outcome" targetRef="releasing_bureau">',
        'sourceRef="releasing_school_outcome" targetRef="second_look">',
    )
    task = (
        '<bpmn:userTask id="releasing_bureau"',
        '<bpmn:userTask id="second_look" name="再核"><bpmn:extensionElements><spiffworkflow:properties>'
        '<spiffworkflow:property name="duty" value="approver" /></spiffworkflow:properties></bpmn:extensionElements>'
        '<bpmn:outgoing>f_looked</bpmn:outgoing></bpmn:userTask><bpmn:userTask id="releasing_bureau"',
    )
    flow = (
        '<bpmn:sequenceFlow id="f_lb" ',
        '<bpmn:sequenceFlow id="f_looked" sourceRef="second_look" targetRef="releasing_bureau" />'
        '<bpmn:sequenceFlow id="f_lb" ',
    )
    lane = (
        "<bpmn:flowNodeRef>releasing_school</bpmn:flowNodeRef>",
        "<bpmn:flowNodeRef>releasing_school</bpmn:flowNodeRef><bpmn:flowNodeRef>second_look</bpmn:flowNodeRef>",
    )
    stricter = ("same_superior</bpmn:cond", "same_superior and not city_review</bpmn:cond")

    findings = found("transfer", further, task, flow, lane, stricter)

    assert of_policy(findings) == []


def test_an_end_reached_before_the_number_is_known_that_it_asks_for_is_a_breach() -> None:
    findings = found("registration_primary", ('sourceRef="school_outcome" targetRef="refused"',
                                              'sourceRef="school_outcome" targetRef="done"'))  # fmt: skip

    breach = next(each for each in findings if each.rule == "policy" and each.element == "done")
    assert "不符合条件 accepted > 0" in breach.message


@pytest.mark.parametrize("key", ["plan_cross_county", "plan_cross_city"])
def test_a_filing_that_was_returned_must_be_lodged_again(key: str) -> None:
    findings = found(key, ('sourceRef="return_filing" targetRef="lodge"',
                           'sourceRef="return_filing" targetRef="filing"'))  # fmt: skip

    breach = next(each for each in findings if each.rule == "policy")
    assert breach.element == "accept_filing"
    assert "尚未按次序办理“" in breach.message
