"""Small diagrams drawn in the test: elements and flows as text, everything done by the receiving school."""

from __future__ import annotations

import re
from collections.abc import Callable

import workflows
from workflows.diagrams import _compiled

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core" id="d" targetNamespace="http://t">'
)
ROLE = (
    "<bpmn:extensionElements><spiffworkflow:properties>"
    '<spiffworkflow:property name="role" value="receiving_school" />'
    "</spiffworkflow:properties></bpmn:extensionElements>"
)


def process(key: str, elements: str, *flows: str) -> str:
    """A process; a flow is `source target`, with a condition after it where it has one."""
    tasks = re.findall(r'<bpmn:userTask id="(\w+)"', elements)
    lane = "".join(f"<bpmn:flowNodeRef>{task}</bpmn:flowNodeRef>" for task in tasks)
    return (
        f'<bpmn:process id="{key}" isExecutable="true"><bpmn:laneSet id="{key}_lanes">'
        f'<bpmn:lane id="{key}_lane" name="学校">{ROLE}{lane}</bpmn:lane></bpmn:laneSet>'
        f"{elements}{_flows(key, flows)}</bpmn:process>"
    )


def _flows(key: str, flows: tuple[str, ...]) -> str:
    drawn = ""
    for number, flow in enumerate(flows):
        source, target, *condition = flow.split(" ", 2)
        inside = (
            f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{condition[0]}</bpmn:conditionExpression>'
            if condition
            else ""
        )
        drawn += f'<bpmn:sequenceFlow id="{key}_{number}" sourceRef="{source}" targetRef="{target}">{inside}'
        drawn += "</bpmn:sequenceFlow>"
    return drawn


def sub_process(key: str, elements: str, *flows: str) -> str:
    """An embedded sub-process."""
    return f'<bpmn:subProcess id="{key}">{elements}{_flows(key, flows)}</bpmn:subProcess>'


def task(key: str, inside: str = "") -> str:
    """A user task."""
    return f'<bpmn:userTask id="{key}" name="{key}">{inside}</bpmn:userTask>'


def node(kind: str, key: str, inside: str = "", **attributes: str) -> str:
    """Any other element."""
    drawn = "".join(f' {name}="{value}"' for name, value in attributes.items())
    return f'<bpmn:{kind} id="{key}"{drawn}>{inside}</bpmn:{kind}>'


def message(key: str, name: str) -> str:
    """A message event definition."""
    return f'<bpmn:messageEventDefinition id="{key}" messageRef="message_{name}" />'


def compiled(*processes: str, messages: tuple[str, ...] = ()) -> workflows.Diagrams:
    """The diagrams of these processes; the first one runs."""
    declared = "".join(f'<bpmn:message id="message_{name}" name="{name}" />' for name in messages)
    key = re.search(r'<bpmn:process id="(\w+)"', processes[0])
    assert key is not None
    source = f"{HEAD}{declared}{''.join(processes)}</bpmn:definitions>"
    return workflows.compile_diagrams({"drawn.bpmn": source.encode()}, key[1])


def as_in_another_process(compile_again: Callable[[], workflows.Diagrams]) -> workflows.Diagrams:
    """The same diagrams compiled anew, sharing nothing with the first."""
    _compiled.cache_clear()
    return compile_again()


START, END = '<bpmn:startEvent id="start" />', '<bpmn:endEvent id="end" />'
