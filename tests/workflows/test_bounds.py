"""However large a file, it is answered; a long line takes no longer for each of its tasks than a short one."""

from __future__ import annotations

import time

import pytest

import workflows
from tests.workflows.drawing import HEAD
from workflows.verification import bounds


def file_of(nodes: str, *pairs: tuple[str, str], more: str = "") -> bytes:
    flow = '<bpmn:sequenceFlow id="f{}" sourceRef="{}" targetRef="{}" />'
    flows = "".join(flow.format(number, *pair) for number, pair in enumerate(pairs))
    ends = '<bpmn:startEvent id="start" /><bpmn:endEvent id="end" />'
    process = f'<bpmn:process id="p" isExecutable="true">{ends}{nodes}{flows}</bpmn:process>'
    return f"{HEAD}{more}{process}</bpmn:definitions>".encode()


def line(length: int) -> bytes:
    keys = [f"t{number}" for number in range(length)]
    tasks = "".join(f'<bpmn:task id="{key}" name="{key}" />' for key in keys)
    return file_of(tasks, *zip(["start", *keys], [*keys, "end"], strict=True))


def fan(tag: str, width: int) -> bytes:
    gateways = f'<bpmn:{tag} id="split" /><bpmn:{tag} id="join" />'
    tasks = "".join(f'<bpmn:task id="t{number}" name="t{number}" />' for number in range(width))
    branches = [pair for n in range(width) for pair in (("split", f"t{n}"), (f"t{n}", "join"))]
    return file_of(gateways + tasks, ("start", "split"), *branches, ("join", "end"))


def seconds(source: bytes) -> tuple[float, workflows.Report]:
    begun = time.process_time()
    (report,) = workflows.verify({"x": source})
    return time.process_time() - begun, report


def test_five_thousand_tasks_in_a_row_are_decided() -> None:
    taken, report = seconds(line(5000))

    assert (report.safe, report.sound) == (True, True)
    assert taken < 8  # 71 s once


@pytest.mark.parametrize("tag", ["exclusiveGateway", "parallelGateway"])
def test_a_thousand_flows_out_of_one_gateway_are_decided(tag: str) -> None:
    taken, report = seconds(fan(tag, 1000))

    assert (report.safe, report.sound) == (True, True)
    assert taken < 8


def test_what_takes_too_long_is_told_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_SECONDS", 0.0)

    (report,) = workflows.verify({"x": fan("parallelGateway", 20)})

    assert (report.safe, report.sound) == (None, None)
    assert [each.rule for each in report.forbidding if each.kind == "soundness"] == ["undecided"]


def test_thousands_of_faults_are_told_in_time() -> None:
    twice = '<bpmn:signal id="s" name="s" />' * 8_000
    taken, report = seconds(file_of("", ("start", "end"), more=twice))

    assert report.errors
    assert taken < 8
