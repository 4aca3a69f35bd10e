"""What a node says that policies ask for: its verb, its outcomes, its office, the conditions of its flows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from workflows.errors import DiagramRefused
from workflows.policies.history import Task
from workflows.reading import BPMN, SPIFF, properties
from workflows.verification.drawing import Flow, Node
from workflows.vocabulary import Kind


def is_for_people(node: Node) -> bool:
    """Does it wait for somebody?"""
    return node.kind == "task" and node.tag in ("userTask", "manualTask", "task")


def outcomes_of(node: Node) -> tuple[str, ...]:
    """The outcomes that a user task offers."""
    return tuple(each.strip() for each in properties(node.element).get("outcomes", "agree").split(","))


def facts_of_answer(node: Node, outcome: str) -> dict[str, str]:
    """What the engine makes known of an answer besides its outcome."""
    own, found = properties(node.element), {}
    if outcome == "send_back" and own.get("returns_as"):
        found["returned_by"] = own["returns_as"]
    if own.get("side"):
        found[own["side"]] = outcome
    return found


def verb_of(node: Node) -> str | None:
    """The verb that a service task calls."""
    operator = node.element.find(f"{BPMN}extensionElements/{SPIFF}serviceTaskOperator")
    return None if operator is None else str(operator.get("id") or "")


class Conditions:
    """The conditions of the flows out of some nodes, each scope read once."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self._texts: dict[int, str] = {}
        scopes: dict[int, dict[str | None, str]] = {}
        for node in nodes:
            for flow in node.outs:
                if flow.conditional:
                    if id(node.scope) not in scopes:
                        scopes[id(node.scope)] = _conditions_in(node)
                    self._texts[id(flow)] = scopes[id(node.scope)].get(flow.id, "")

    def of(self, flow: Flow) -> str:
        """The condition of a flow, empty where it has none."""
        return self._texts.get(id(flow), "")


def _conditions_in(node: Node) -> dict[str | None, str]:
    return {
        element.get("id"): (element.findtext(f"{BPMN}conditionExpression") or "").strip()
        for element in node.scope.element.iterfind(f"{BPMN}sequenceFlow")
    }


def task_of(node: Node, roles: Mapping[str, str]) -> Task:
    own = properties(node.element)
    kind = own.get("kind")
    try:
        meaning = Kind(kind) if kind else None
    except ValueError as error:
        raise DiagramRefused(f"环节{node}的 kind 不能是 {kind}") from error
    return Task(node.id or "", roles.get(node.id or "", ""), own.get("duty", "approver"), meaning)
