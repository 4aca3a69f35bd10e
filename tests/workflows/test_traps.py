"""What is known to bite in an engine of this kind does not bite here."""

from __future__ import annotations

from typing import Any

import pytest

import workflows
from tests.workflows.drawing import (
    END,
    HEAD,
    LOOP,
    ROLE,
    START,
    compiled,
    drawing,
    housed,
    message,
    node,
    process,
    several,
    sketch,
    task,
)
from workflows import scripts
from workflows.reading import read
from workflows.unrunnable import unrunnable

MANY = "<bpmn:task/>" * 900  # without a name or flow: no more than elements
SEVERAL = task("t", several(1_000_000))


def begun(*processes: str, facts: dict[str, Any] | None = None) -> workflows.Run:
    return workflows.start(compiled(*processes), facts or {})


def test_what_a_condition_cannot_compare_stops_the_run_with_its_sentence() -> None:
    drawn = housed("start > xor1 > a > end; xor1 > b > end").replace("choice == 1", "outcome &lt; 3")

    with pytest.raises(workflows.RunBroken, match="条件表达式无法计算：outcome < 3"):
        begun(drawn, facts={"outcome": "agree"})


LOOPS = {
    "number of instances": several().replace("></", "><bpmn:loopCardinality>{}</bpmn:loopCardinality></"),
    "early end of instances": several(2).replace(
        "</bpmn:m", "<bpmn:completionCondition>{}</bpmn:completionCondition></bpmn:m"
    ),
    "loop": LOOP.replace(" />", "><bpmn:loopCondition>{}</bpmn:loopCondition></bpmn:standardLoopCharacteristics>"),
}


@pytest.mark.parametrize("place", LOOPS)
def test_expressions_that_are_no_conditions_are_read_as_strictly(place: str) -> None:
    drawn = housed("start > ask > end", task("ask", LOOPS[place].format("__import__('os').getpid()")))

    with pytest.raises(workflows.DiagramRefused, match="不能调用函数"):
        compiled(drawn)


@pytest.mark.parametrize("tag", ["preScript", "postScript"])
def test_a_script_at_a_task_is_refused(tag: str) -> None:
    script = f"<bpmn:extensionElements><spiffworkflow:{tag}>x = 1</spiffworkflow:{tag}></bpmn:extensionElements>"

    with pytest.raises(workflows.DiagramRefused, match="不能带脚本"):
        compiled(housed("start > ask > end", task("ask", script)))


def test_a_script_task_is_refused_and_the_environment_would_not_run_it() -> None:
    script = node("scriptTask", "do", "<bpmn:script>x = 1</bpmn:script>")

    with pytest.raises(workflows.DiagramRefused, match="脚本任务"):
        compiled(housed("start > do > end", script))
    with pytest.raises(workflows.RunBroken):
        scripts.ENGINE.environment.execute("x = 1", {})


def test_the_payload_of_a_message_is_not_run_either() -> None:
    payload = (
        '<bpmn:messageEventDefinition id="m" messageRef="message_yes"><bpmn:extensionElements>'
        "<spiffworkflow:messagePayload>__import__('os').getpid()</spiffworkflow:messagePayload>"
        "</bpmn:extensionElements></bpmn:messageEventDefinition>"
    )
    diagrams = compiled(
        housed("start > tell > end", node("intermediateThrowEvent", "tell", payload)), messages=("yes",)
    )

    with pytest.raises(workflows.RunBroken, match="不能调用函数"):
        workflows.start(diagrams, {})


# --- facts


@pytest.mark.parametrize(
    "facts",
    [
        {"typename": "学校类型"},
        {"typename": "UUID", "value": "x"},
        {"a": {"typename": "x"}},
        {"a": [1]},
        {"a": b"x"},
        {"a": {1}},
    ],
)
def test_a_field_that_would_spoil_the_stored_run_is_refused_wherever_it_comes_in(
    facts: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    serve = node(
        "serviceTask",
        "serve",
        '<bpmn:extensionElements><spiffworkflow:serviceTaskOperator id="a/b"><spiffworkflow:parameters />'
        "</spiffworkflow:serviceTaskOperator></bpmn:extensionElements>",
    )
    monkeypatch.setattr("workflows.engine.handlers", lambda: {"a/b": lambda context, known: facts})
    diagrams = compiled(process("p", START + END + task("ask") + serve, "start ask", "ask serve", "serve end"))
    with pytest.raises(workflows.RunBroken, match="只能是文字、数字或真假值"):
        workflows.start(diagrams, facts)
    run = workflows.start(diagrams, {})

    with pytest.raises(workflows.RunBroken, match="只能是文字、数字或真假值"):
        workflows.complete(diagrams, run.state, run.waiting[0].id, facts)
    with pytest.raises(workflows.RunBroken, match="只能是文字、数字或真假值"):
        workflows.complete(diagrams, run.state, run.waiting[0].id, {"outcome": "agree"})


def test_facts_named_like_the_engines_own_words_come_back_as_they_were() -> None:
    diagrams = compiled(process("p", START + END + task("one") + task("two"), "start one", "one two", "two end"))
    facts = {"__class__": "x", "data": 1, "delta": "y", "subprocesses": True, "意见": "同意\u0000\ud7ff", "": 0}

    run = workflows.start(diagrams, facts)
    run = workflows.complete(diagrams, run.state, run.waiting[0].id, {"value": "UUID"})
    run = workflows.complete(diagrams, run.state, run.waiting[0].id, {})

    assert run.facts == facts | {"value": "UUID"}


def test_two_branches_do_not_see_each_others_answers_and_the_join_has_both() -> None:
    diagrams = compiled(housed("start > and1 > left > and2 > after > end; and1 > right > and2"))
    run = workflows.start(diagrams, {"said": "nothing"})

    for key in ("left", "right"):
        waiting = next(each for each in run.waiting if each.key == key)
        run = workflows.complete(diagrams, run.state, waiting.id, {f"by_{key}": True})

    assert {key: run.facts[key] for key in ("by_left", "by_right")} == {"by_left": True, "by_right": True}


# --- diagrams that cannot be run


def test_a_choice_without_a_way_stops_with_a_sentence_that_names_the_gateway() -> None:
    drawn = housed("start > ask > xor1 > end; xor1 > end2")
    diagrams = compiled(drawn)
    run = workflows.start(diagrams, {})

    with pytest.raises(workflows.RunBroken, match="网关“xor1”的条件都不成立，也没有默认流向"):
        workflows.complete(diagrams, run.state, run.waiting[0].id, {"outcome": "agree"})
    again = workflows.complete(diagrams, run.state, run.waiting[0].id, {"choice": 2})
    assert again.finished


def test_a_loop_in_which_nobody_is_asked_ends_with_a_sentence() -> None:
    for flows in ("start > xor1 > xor2 > xor1; xor2 > end", "start > xor1 > and1 > and1; and1 > end"):
        drawn = housed(flows)
        with pytest.raises(workflows.DiagramRefused, match="循环不止"):
            compiled(drawn)


def test_processes_that_call_one_another_in_a_circle_are_refused() -> None:
    def calls(key: str, other: str) -> str:
        call = node("callActivity", f"call_{key}", calledElement=other)
        return sketch(key, f"start_{key} > call_{key} > end_{key}", call)

    for circle in ([calls("p", "p")], [calls("p", "q"), calls("q", "p")], [calls("o", "p"), calls("p", "p")]):
        with pytest.raises(workflows.DiagramRefused, match="互相调用成环："):
            compiled(*circle)
        (report,) = workflows.verify({"x": drawing(*circle)})
        assert (report.loads, report.safe, report.sound) == (False, None, None)
        assert any("互相调用成环" in each.message for each in report.findings if each.rule == "undecided")


def test_a_long_path_is_walked_and_a_longer_one_refused() -> None:
    def line(length: int) -> str:
        return housed("start > " + " > ".join(f"t{number}" for number in range(length)) + " > end")

    diagrams = compiled(line(240))
    run, steps = workflows.start(diagrams, {}), 0
    while run.waiting:
        run, steps = workflows.complete(diagrams, run.state, run.waiting[0].id, {}), steps + 1

    assert (run.finished, steps) == (True, 240)
    for length in (260, 2000):
        with pytest.raises(workflows.DiagramRefused, match="最多 250 条流向"):
            compiled(line(length))


def test_deep_sub_processes_are_walked_or_refused_with_a_sentence() -> None:
    def nested(depth: int) -> str:
        drawn = sketch(f"s{depth}", f"start{depth} > deep > end{depth}", tag="subProcess")
        for level in range(depth - 1, 0, -1):
            drawn = sketch(f"s{level}", f"start{level} > s{level + 1} > end{level}", drawn, tag="subProcess")
        return housed("start > s1 > end", drawn)

    assert [each.key for each in begun(nested(10)).waiting] == ["deep"]
    with pytest.raises(workflows.DiagramRefused, match="嵌套过深"):
        compiled(nested(80))
    with pytest.raises(workflows.DiagramRefused, match="嵌套过深"):  # where the library itself gives up
        compiled(f'<bpmn:process id="p">{"<bpmn:subProcess>" * 3000}{"</bpmn:subProcess>" * 3000}</bpmn:process>')


def test_only_what_has_instances_is_said_to_have_too_many_of_them() -> None:
    keys = [f"t{number}" for number in range(5000)]
    in_a_row = sketch("p", " > ".join(["start", *keys, "end"]))
    wide = sketch("p", "start > s0 > end", *(f'<bpmn:subProcess id="s{n}">{MANY}</bpmn:subProcess>' for n in range(12)))
    many = [f"{HEAD}{each}</bpmn:definitions>" for each in (in_a_row, wide, housed("start > t > end", SEVERAL))]

    said = [
        [each.sentence for each in unrunnable(root, [root]) if each.rule == "too-large"]
        for root in (read(each.encode(), "x.bpmn") for each in many)
    ]

    assert said == [
        ["一个流程最多 250 条流向，请拆成子流程（p）"],
        ["一个流程连同子流程最多 10000 个元素（p）"],
        ["实例数太多，会展开成超过 10000 个环节（p）"],
    ]


@pytest.mark.parametrize(
    ("drawn", "sentence"),
    [
        (node("intermediateThrowEvent", "odd", '<bpmn:linkEventDefinition id="l" name="far" />'), "链接事件"),
        (node("intermediateThrowEvent", "odd", '<bpmn:compensateEventDefinition id="c" />'), "补偿事件"),
        (node("intermediateCatchEvent", "odd", '<bpmn:timerEventDefinition id="t" />'), "定时事件"),
        (node("intermediateCatchEvent", "odd", '<bpmn:conditionalEventDefinition id="c" />'), "条件事件"),
        (node("complexGateway", "odd"), "复杂网关"),
        (node("adHocSubProcess", "odd"), "即席子流程"),
        (node("subProcess", "odd", triggeredByEvent="true"), "事件子流程"),
    ],
)
def test_what_the_engine_would_silently_do_wrong_is_refused(drawn: str, sentence: str) -> None:
    with pytest.raises(workflows.DiagramRefused, match=sentence):
        compiled(process("p", START + END + drawn, "start odd", "odd end"))


def test_a_message_reaches_only_those_who_wait_for_it() -> None:
    hear = node("intermediateCatchEvent", "hear", message("hear_m", "yes"))
    drawn = process("p", START + END + hear + task("after"), "start hear", "hear after", "after end")
    diagrams = compiled(drawn, messages=("yes",))
    run = workflows.start(diagrams, {})

    with pytest.raises(workflows.NotWaiting):
        workflows.notify(diagrams, run.state, "no")
    run = workflows.notify(diagrams, run.state, "yes")
    assert [each.key for each in run.waiting] == ["after"]
    with pytest.raises(workflows.NotWaiting):
        workflows.notify(diagrams, run.state, "yes")


# --- hostile XML


def test_a_hostile_file_is_refused_before_it_is_understood() -> None:
    fine = drawing(housed("start > ask > end")).decode()
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    hostile = [
        f'<!DOCTYPE x [<!ENTITY e0 "ha">{bomb}]>{fine}',
        f'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">{fine}',
        f'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>{fine}'.replace('name="ask"', 'name="&e;"'),
        fine.replace("<bpmn:task", "<a>" * 100 + "<bpmn:task"),
        "not xml",
        "",
    ]
    for source in hostile:
        for encoding in ("utf-8", "utf-16"):
            with pytest.raises(workflows.DiagramRefused):
                workflows.compile_diagrams({"x.bpmn": source.encode(encoding)}, "p")


def test_a_stylesheet_or_an_inclusion_is_only_text() -> None:
    fine = drawing(housed("start > ask > end")).decode()
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text" />'
    source = '<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?>' + fine.replace(
        "<bpmn:process", f"<bpmn:documentation>{include}</bpmn:documentation><bpmn:process", 1
    )

    (report,) = workflows.verify({"x.bpmn": source.encode()})

    assert report.safe


@pytest.mark.parametrize("number", ["working_days", "route_order"])
def test_a_number_that_is_none_is_refused_and_a_property_without_a_value_is_not_there(number: str) -> None:
    def ask(value: str) -> str:
        held = f'<spiffworkflow:property name="{number}"{value} />'
        return task("ask", ROLE.replace('<spiffworkflow:property name="role" value="receiving_school" />', held))

    with pytest.raises(workflows.DiagramRefused, match="环节“ask”的"):
        compiled(housed("start > ask > end", ask(' value="soon"')))
    (report,) = workflows.verify({"x": drawing(housed("start > ask > end", ask("")))})
    assert report.safe
    assert "number" not in {each.rule for each in report.findings}
