"""Files of up to five megabytes that ask as much as they can of the check, by what they have too many of."""

from __future__ import annotations

import json
import re
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.workflows.drawing import HEAD
from workflows.checking import check
from workflows.policies import Book

MEGABYTES = 5
SCALE = MEGABYTES * 1_000_000
FLOW = '<bpmn:sequenceFlow id="f{}" sourceRef="{}" targetRef="{}"/>'
ENDS = '<bpmn:startEvent id="start"/><bpmn:endEvent id="end"/>'


def _file(inside: str, *more: str, process: str = '<bpmn:process id="p" isExecutable="true">') -> bytes:
    return f"{HEAD}{''.join(more)}{process}{inside}</bpmn:process></bpmn:definitions>".encode()


def _flows(pairs: list[tuple[str, str]]) -> str:
    return "".join(FLOW.format(number, *pair) for number, pair in enumerate(pairs))


def _as_many(size: int, each: int) -> int:
    """How many things of so many bytes a file holds."""
    return max(4, (size - 2_000) // each)


def a_line(size: int) -> bytes:
    keys = [f"t{number}" for number in range(_as_many(size, 115))]
    tasks = "".join(f'<bpmn:task id="{key}" name="{key}"/>' for key in keys)
    return _file(ENDS + tasks + _flows([*zip(["start", *keys], [*keys, "end"], strict=True)]))


def a_fan(tag: str) -> Callable[[int], bytes]:
    def drawn(size: int) -> bytes:
        keys = [f"t{number}" for number in range(_as_many(size, 180))]
        tasks = "".join(f'<bpmn:task id="{key}" name="{key}"/>' for key in keys)
        pairs = [("start", "split"), ("join", "end")]
        pairs += [pair for key in keys for pair in (("split", key), (key, "join"))]
        return _file(ENDS + f'<bpmn:{tag} id="split"/><bpmn:{tag} id="join"/>' + tasks + _flows(pairs))

    return drawn


def a_ladder(size: int) -> bytes:
    """Each gateway splits and joins: as many states as places, or two to the power of them."""
    count = _as_many(size, 290)
    inside, pairs = "", [("start", "a0")]
    for number in range(count):
        inside += f'<bpmn:parallelGateway id="a{number}"/><bpmn:task id="b{number}" name="b"/>'
        pairs += [(f"a{number}", f"b{number}"), (f"a{number}", f"a{number + 1}"), (f"b{number}", f"a{number + 1}")]
    return _file(ENDS + inside + f'<bpmn:parallelGateway id="a{count}"/>' + _flows([*pairs, (f"a{count}", "end")]))


def loops(size: int) -> bytes:
    """Loops within one another that share their gateways."""
    count = _as_many(size, 290)
    inside = "".join(f'<bpmn:exclusiveGateway id="x{n}"/><bpmn:task id="t{n}" name="t"/>' for n in range(count))
    pairs = [("start", "x0"), (f"t{count - 1}", "end")]
    pairs += [(f"x{n}", f"t{n}") for n in range(count)] + [(f"t{n}", f"x{n + 1}") for n in range(count - 1)]
    pairs += [(f"t{n}", f"x{(n * 7919) % count}") for n in range(count - 1)]
    return _file(ENDS + inside + _flows(pairs))


def sub_processes(size: int) -> bytes:
    one = (
        '<bpmn:subProcess id="s{0}"><bpmn:startEvent id="b{0}"/><bpmn:parallelGateway id="g{0}"/>'
        '<bpmn:task id="u{0}" name="u"/><bpmn:task id="v{0}" name="v"/><bpmn:endEvent id="e{0}"/>'
        '<bpmn:sequenceFlow id="i{0}" sourceRef="b{0}" targetRef="g{0}"/>'
        '<bpmn:sequenceFlow id="j{0}" sourceRef="g{0}" targetRef="u{0}"/>'
        '<bpmn:sequenceFlow id="k{0}" sourceRef="g{0}" targetRef="v{0}"/>'
        '<bpmn:sequenceFlow id="l{0}" sourceRef="u{0}" targetRef="e{0}"/>'
        '<bpmn:sequenceFlow id="m{0}" sourceRef="v{0}" targetRef="e{0}"/></bpmn:subProcess>'
    )
    keys = [f"s{number}" for number in range(_as_many(size, 760))]
    inside = "".join(one.format(number) for number in range(len(keys)))
    return _file(ENDS + inside + _flows([*zip(["start", *keys], [*keys, "end"], strict=True)]))


def borders(size: int) -> bytes:
    one = (
        '<bpmn:boundaryEvent id="b{0}" attachedToRef="a" cancelActivity="false"><bpmn:messageEventDefinition/>'
        '</bpmn:boundaryEvent><bpmn:sequenceFlow id="g{0}" sourceRef="b{0}" targetRef="end"/>'
    )
    many = "".join(one.format(number) for number in range(_as_many(size, 205)))
    return _file(ENDS + '<bpmn:task id="a" name="a"/>' + many + _flows([("start", "a"), ("a", "end")]))


def event_sub_processes(size: int) -> bytes:
    one = (
        '<bpmn:subProcess id="s{0}" triggeredByEvent="true"><bpmn:startEvent id="b{0}"><bpmn:timerEventDefinition/>'
        '</bpmn:startEvent><bpmn:endEvent id="e{0}"/><bpmn:sequenceFlow id="i{0}" sourceRef="b{0}" targetRef="e{0}"/>'
        "</bpmn:subProcess>"
    )
    many = "".join(one.format(number) for number in range(_as_many(size, 290)))
    return _file(ENDS + '<bpmn:task id="a" name="a"/>' + many + _flows([("start", "a"), ("a", "end")]))


def lanes(size: int) -> bytes:
    own = '<spiffworkflow:property name="role" value="receiving_school"/>'
    said = (
        f"<bpmn:extensionElements><spiffworkflow:properties>{own}</spiffworkflow:properties></bpmn:extensionElements>"
    )
    one = '<bpmn:lane id="l{0}">' + said + "<bpmn:flowNodeRef>a</bpmn:flowNodeRef></bpmn:lane>"
    many = "".join(one.format(number) for number in range(_as_many(size, 260)))
    laned = f'<bpmn:laneSet id="lanes">{many}</bpmn:laneSet>{ENDS}<bpmn:userTask id="a" name="a"/>'
    return _file(laned + _flows([("start", "a"), ("a", "end")]))


def properties(size: int) -> bytes:
    many = "".join(f'<spiffworkflow:property name="p{n}" value="1"/>' for n in range(_as_many(size, 52)))
    said = (
        f"<bpmn:extensionElements><spiffworkflow:properties>{many}</spiffworkflow:properties></bpmn:extensionElements>"
    )
    return _file(
        f'{ENDS}<bpmn:userTask id="a" name="a">{said}</bpmn:userTask>' + _flows([("start", "a"), ("a", "end")])
    )


def a_long_condition(size: int) -> bytes:
    text = " or ".join(["x == 1"] * _as_many(size, 10))
    condition = f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{text}</bpmn:conditionExpression>'
    inside = ENDS + '<bpmn:exclusiveGateway id="x"/>' + _flows([("start", "x")])
    inside += f'<bpmn:sequenceFlow id="g" sourceRef="x" targetRef="end">{condition}</bpmn:sequenceFlow>'
    return _file(inside + '<bpmn:sequenceFlow id="h" sourceRef="x" targetRef="end"/>')


def conditions(size: int) -> bytes:
    said = '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">f{0} == {0}</bpmn:conditionExpression>'
    one = '<bpmn:sequenceFlow id="g{0}" sourceRef="x" targetRef="end">' + said + "</bpmn:sequenceFlow>"
    many = "".join(one.format(number) for number in range(_as_many(size, 195)))
    return _file(ENDS + '<bpmn:exclusiveGateway id="x"/>' + _flows([("start", "x")]) + many)


def a_long_text(size: int) -> bytes:
    text = "<bpmn:documentation>" + "学" * (_as_many(size, 3)) + "</bpmn:documentation>"
    return _file(f'{ENDS}<bpmn:task id="a" name="a">{text}</bpmn:task>' + _flows([("start", "a"), ("a", "end")]))


def the_same_id(size: int) -> bytes:
    many = '<bpmn:task id="a" name="a"/>' * _as_many(size, 28)
    return _file(ENDS + many + _flows([("start", "a"), ("a", "end")]))


def messages(size: int) -> bytes:
    tasks = "".join(f'<bpmn:sendTask id="t{n}" name="t"/>' for n in range(_as_many(size, 260)))
    talks = "".join(
        f'<bpmn:messageFlow id="m{n}" sourceRef="t{n}" targetRef="hear"/>' for n in range(_as_many(size, 260))
    )
    keys = [f"t{n}" for n in range(_as_many(size, 260))]
    other = (
        '<bpmn:process id="q"><bpmn:startEvent id="start_q"/><bpmn:receiveTask id="hear" name="h"/><bpmn:endEvent '
        'id="end_q"/><bpmn:sequenceFlow id="y" sourceRef="start_q" targetRef="hear"/><bpmn:sequenceFlow id="z" '
        'sourceRef="hear" targetRef="end_q"/></bpmn:process>'
    )
    pools = '<bpmn:participant id="pp" processRef="p"/><bpmn:participant id="pq" processRef="q"/>'
    line = _flows([*zip(["start", *keys], [*keys, "end"], strict=True)])
    return _file(ENDS + tasks + line, f'<bpmn:collaboration id="c">{pools}{talks}</bpmn:collaboration>', other)


def calls(size: int) -> bytes:
    """Each process calls the next, the last the first."""
    count = _as_many(size, 330)
    one = (
        '<bpmn:process id="c{0}"><bpmn:startEvent id="b{0}"/>'
        '<bpmn:callActivity id="a{0}" name="a" calledElement="c{1}"/>'
        '<bpmn:endEvent id="e{0}"/><bpmn:sequenceFlow id="i{0}" sourceRef="b{0}" targetRef="a{0}"/>'
        '<bpmn:sequenceFlow id="j{0}" sourceRef="a{0}" targetRef="e{0}"/></bpmn:process>'
    )
    others = "".join(one.format(number, (number + 1) % count) for number in range(count))
    call = '<bpmn:callActivity id="a" name="a" calledElement="c0"/>'
    return _file(ENDS + call + _flows([("start", "a"), ("a", "end")]), others)


def instances(size: int) -> bytes:
    several = (
        "<bpmn:multiInstanceLoopCharacteristics><bpmn:loopCardinality>1000000000</bpmn:loopCardinality>"
        "</bpmn:multiInstanceLoopCharacteristics>"
    )
    keys = [f"t{number}" for number in range(_as_many(size, 260))]
    tasks = "".join(f'<bpmn:task id="{key}" name="{key}">{several}</bpmn:task>' for key in keys)
    return _file(ENDS + tasks + _flows([*zip(["start", *keys], [*keys, "end"], strict=True)]))


def foreign(size: int) -> bytes:
    """Elements and attributes of another vendor, in a namespace of theirs."""
    one = '<v:thing{0} xmlns:v="urn:vendor" v:says="&#xd;&#x1F600;{0}"><v:deep><v:deeper/></v:deep></v:thing{0}>'
    many = "".join(one.format(number) for number in range(_as_many(size, 120)))
    said = f"<bpmn:extensionElements>{many}</bpmn:extensionElements>"
    return _file(f'{ENDS}<bpmn:task id="a" name="a">{said}</bpmn:task>' + _flows([("start", "a"), ("a", "end")]))


FILES: dict[str, Callable[[int], bytes]] = {
    "tasks in a line": a_line,
    "flows out of an exclusive gateway": a_fan("exclusiveGateway"),
    "flows out of a parallel gateway": a_fan("parallelGateway"),
    "flows out of an inclusive gateway": a_fan("inclusiveGateway"),
    "flows out of an event-based gateway": a_fan("eventBasedGateway"),
    "gateways that join and split": a_ladder,
    "loops": loops,
    "sub-processes": sub_processes,
    "events at one border": borders,
    "event sub-processes": event_sub_processes,
    "lanes": lanes,
    "properties": properties,
    "parts of a condition": a_long_condition,
    "conditions": conditions,
    "characters": a_long_text,
    "elements of one id": the_same_id,
    "messages": messages,
    "calls": calls,
    "instances": instances,
    "elements of others": foreign,
}


def most_megabytes() -> int:
    """The most memory that this program has had; what getrusage says includes the process that it was started from."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(re.search(r"VmHWM:\s*(\d+) kB", status.read_text())[1]) // 1024  # type: ignore[index]
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def main(names: list[str]) -> None:
    """Check each of the files at its full size, and print what it took of the processor and of memory."""
    said = []
    for name in names or list(FILES):
        source, begun = FILES[name](SCALE - 100_000), time.process_time()
        (report,) = check({"x.bpmn": source}, book=Book())
        taken, most = time.process_time() - begun, most_megabytes()
        verdict = [report.loads, report.safe, report.sound, len(report.findings)]
        said.append({"name": name, "bytes": len(source), "seconds": taken, "megabytes": most, "verdict": verdict})
    print(json.dumps(said, ensure_ascii=False))


if __name__ == "__main__":
    main(sys.argv[1:])
