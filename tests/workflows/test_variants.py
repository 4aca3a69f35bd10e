"""Variants: a bureau's own version may add steps in its lanes, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from lxml import etree

from tests.house.sources import TOP
from tests.support.variants import Step, connect, finished, put_into, the, with_step
from workflows.reading import BPMN, SPIFF
from workflows.translation import language
from workflows.variants import ProcessFiles, added_steps, findings_of_variant

FILE = "transfer.bpmn"
OWN = ["applicant", "applicant_bureau", "receiving_school", "receiving_bureau"]
DRAWN = {path.name: path.read_bytes() for path in sorted((TOP / "bpmn" / "transfer").iterdir())}
PROVINCE = ProcessFiles(DRAWN, {"application": {"type": "object"}, "reasons": []})
STEP = Step("f_rb_agree", "lane_receiving_bureau")
SHIPPED = DRAWN[FILE].decode()


def variant(text: str) -> ProcessFiles:
    return ProcessFiles({**DRAWN, FILE: text.encode()}, {**PROVINCE.forms, "county_review": {"type": "object"}})


def rules(files: ProcessFiles) -> list[tuple[str, str | None]]:
    return [(each.rule, each.element) for _file, each in findings_of_variant(PROVINCE, files, OWN)]


def sentences(files: ProcessFiles) -> str:
    return "；".join(each.message for _file, each in findings_of_variant(PROVINCE, files, OWN))


def altered(change: Callable[[etree._Element], object], text: str | None = None) -> ProcessFiles:
    root = etree.fromstring((text or with_step(SHIPPED, STEP)).encode())
    change(root)
    return variant(finished(root))


def test_an_approval_on_a_flow_in_its_own_lane_is_a_variant() -> None:
    files = variant(with_step(SHIPPED, STEP))

    assert rules(files) == []
    [step] = added_steps(PROVINCE.diagrams, files.diagrams)
    assert (step.key, step.role, step.after, step.before) == (
        "county_review",
        "receiving_bureau",
        "是否同意？",
        "须市级审批？",
    )


@pytest.mark.parametrize("flow", ["to_receiving_school", "f_rs_agree", "f_not_same", "f_no_city", "f_ls_agree"])
def test_a_step_may_stand_on_any_flow_before_a_decision(flow: str) -> None:
    # what else is wrong with it there, such as an outcome that nobody asks for, the rest of the check says
    assert rules(variant(with_step(SHIPPED, replace(STEP, flow=flow)))) == []


@pytest.mark.parametrize("flow", ["f_lb_agree", "f_pull", "f_moved", "f_retry", "f_give_up", "f_lb"])
def test_no_step_stands_between_a_decision_and_the_verb_that_acts_upon_it(flow: str) -> None:
    files = variant(with_step(SHIPPED, replace(STEP, flow=flow)))

    assert ("variant-path", "county_review") in rules(files)
    assert "系统随即办理" in sentences(files)


@pytest.mark.parametrize("flow", ["f_rs", "f_rb", "f_rc", "f_ls"])
def test_no_step_stands_between_a_decision_and_the_gateway_that_asks_for_it(flow: str) -> None:
    files = variant(with_step(SHIPPED, replace(STEP, flow=flow)))

    assert rules(files) == [("variant-path", "county_review")]
    assert "按它的办理结果分开" in sentences(files)


@pytest.mark.parametrize(
    ("lane", "said"),
    [
        ("lane_releasing_bureau", "“转出学校上级教育行政部门”的泳道"),
        ("lane_releasing_school", "“转出学校”的泳道"),
        ("lane_receiving_superior", "“转入学校上级的上一级教育行政部门”的泳道"),
    ],
)
def test_a_step_in_the_lane_of_another_office_is_refused(lane: str, said: str) -> None:
    files = variant(with_step(SHIPPED, replace(STEP, lane=lane)))

    assert rules(files) == [("variant-lane", "county_review")]
    assert said in sentences(files)


def test_a_lane_of_its_own_may_be_added_and_one_of_another_office_not() -> None:
    def a_lane(role: str) -> Callable[[etree._Element], None]:
        def change(root: etree._Element) -> None:
            lane = etree.SubElement(the(root, "transfer_lanes"), f"{BPMN}lane", id="mine", name="本县")
            settings = etree.SubElement(etree.SubElement(lane, f"{BPMN}extensionElements"), f"{SPIFF}properties")
            etree.SubElement(settings, f"{SPIFF}property", name="role", value=role)
            put_into(root, "mine", "county_review")

        return change

    assert rules(altered(a_lane("applicant_bureau"))) == []
    assert rules(altered(a_lane("province"))) == [("variant-lane", "mine"), ("variant-lane", "county_review")]


def remove(*keys: str) -> Callable[[etree._Element], None]:
    def change(root: etree._Element) -> None:
        for key in keys:
            element = the(root, key)
            element.getparent().remove(element)

    return change


def set_on(key: str, **attributes: str) -> Callable[[etree._Element], None]:
    return lambda root: [the(root, key).set(name, value) for name, value in attributes.items()] and None


def set_text(key: str, text: str) -> Callable[[etree._Element], None]:
    def change(root: etree._Element) -> None:
        the(root, key).find(f"{BPMN}conditionExpression").text = text

    return change


def set_property(key: str, name: str, value: str) -> Callable[[etree._Element], None]:
    def change(root: etree._Element) -> None:
        settings = the(root, key).find(f"{BPMN}extensionElements/{SPIFF}properties")
        known = [each for each in settings if each.get("name") == name]
        (known[0] if known else etree.SubElement(settings, f"{SPIFF}property", name=name)).set("value", value)

    return change


def into(lane: str, key: str) -> Callable[[etree._Element], None]:
    return lambda root: put_into(root, lane, key)


@pytest.mark.parametrize(
    ("change", "rule", "element"),
    [
        (remove("f_rc_refuse"), "variant-changed", None),
        (remove("directive_ended_before_pull", "f_ended"), "variant-changed", None),
        (set_on("receiving_bureau", name="核办"), "variant-changed", "receiving_bureau"),
        (set_on("city_review_check", default="f_city"), "variant-changed", "city_review_check"),
        (set_text("f_city", "not city_review"), "variant-changed", "f_city"),
        (set_property("releasing_bureau", "duty", "operator"), "variant-changed", "releasing_bureau"),
        (set_property("releasing_bureau", "working_days", "1"), "variant-changed", "releasing_bureau"),
        (set_property("lane_releasing_bureau", "role", "receiving_bureau"), "variant-changed", "lane_releasing_bureau"),
        (set_property("moved", "outcome", "refused"), "variant-changed", "moved"),
        (into("lane_receiving_bureau", "releasing_school"), "variant-changed", "releasing_school"),
        (set_on("f_no_city", targetRef="releasing_bureau"), "variant-path", "f_no_city"),
        (set_on("f_no_city", sourceRef="same_superior_check"), "variant-changed", "f_no_city"),
        (set_on("county_review_agree", targetRef="releasing_bureau"), "variant-path", "county_review_agree"),
        (set_on("county_review_agree", targetRef="refused"), "variant-path", "county_review"),
        (set_on("county_review_refuse", targetRef="city_review_check"), "variant-path", "county_review_refuse"),
        (set_on("county_review_refuse", targetRef="give_up"), "variant-path", "county_review_refuse"),
        (set_on("county_review_back", targetRef="refused"), "variant-path", "county_review_back"),
        (set_property("county_review", "kind", "pull"), "variant-step", "county_review"),
        (
            lambda root: connect(root, "more", "receiving_bureau_outcome", "county_review", "agree"),
            "variant-path",
            "more",
        ),
        (set_on("f_ls_agree", targetRef="county_review"), "variant-path", "county_review"),
        (set_on("f_rb_agree", targetRef="city_review_check"), "variant-path", "county_review"),
    ],
)  # fmt: skip
def test_what_is_more_than_an_added_step_is_refused(
    change: Callable[[etree._Element], None], rule: str, element: str | None
) -> None:
    assert (rule, element) in rules(altered(change))


@pytest.mark.parametrize("kind", ["serviceTask", "parallelGateway", "intermediateThrowEvent", "callActivity"])
def test_nothing_but_tasks_and_the_gateways_behind_them_is_added(kind: str) -> None:
    files = altered(lambda root: etree.SubElement(the(root, "transfer"), f"{BPMN}{kind}", id="other", name="其他"))

    assert ("variant-step", "other") in rules(files)


def test_the_order_of_the_flows_out_of_a_gateway_stays() -> None:
    def last(root: etree._Element) -> None:
        flow = the(root, "f_resume_rc")
        flow.getparent().append(flow)

    assert rules(altered(last)) == [("variant-changed", "resume")]


def test_policies_and_tables_are_the_provinces() -> None:
    files = variant(with_step(SHIPPED, STEP))
    relaxed = DRAWN["transfer.policy"].replace(
        "  依次  转入学校上级的上一级教育行政部门  审批  同意  限 city_review  可放宽\n".encode(), b""
    )
    assert relaxed != DRAWN["transfer.policy"]

    for name, text in (("transfer.policy", relaxed), ("transfer.dmn", b""), ("more.policy", b"")):
        assert rules(replace(files, drawn={**files.drawn, name: text})) == [("variant-file", None)], name
    without = {name: text for name, text in files.drawn.items() if name != "transfer.policy"}
    assert rules(replace(files, drawn=without)) == [("variant-file", None)]
    assert rules(replace(files, drawn={**files.drawn, "own.scenario": b"{}"})) == []


def test_forms_are_the_provinces_but_for_those_of_added_tasks() -> None:
    files = variant(with_step(SHIPPED, STEP))

    assert rules(replace(files, forms={**files.forms, "application": {}})) == [("variant-file", None)]
    assert rules(replace(files, forms={**files.forms, "other": {}})) == [("variant-file", None)]
    assert rules(replace(files, forms={"county_review": {}})) == [("variant-file", None)] * 2


def test_the_sentences_are_said_in_english_too() -> None:
    with language("en"):
        said = sentences(variant(with_step(SHIPPED, replace(STEP, lane="lane_releasing_bureau"))))

    assert said.startswith('"县级复核" is in the lane of "转出学校上级教育行政部门": a variant may add')
