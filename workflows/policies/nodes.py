"""What a node says that policies ask for: its verb, and of a user task its office, duty and kind."""

from __future__ import annotations

from collections.abc import Mapping

from workflows.errors import DiagramRefused
from workflows.policies.history import Task
from workflows.reading import BPMN, SPIFF, properties
from workflows.translation import gettext
from workflows.verification.drawing import Node
from workflows.vocabulary import Kind


def verb_of(node: Node) -> str | None:
    """The verb that a service task calls."""
    operator = node.element.find(f"{BPMN}extensionElements/{SPIFF}serviceTaskOperator")
    return None if operator is None else str(operator.get("id") or "")


def task_of(node: Node, roles: Mapping[str, str | None]) -> Task:
    own = properties(node.element)
    kind = own.get("kind")
    try:
        meaning = Kind(kind) if kind else None
    except ValueError as error:
        raise DiagramRefused(gettext("环节{task}的环节含义不能是 {kind}", task=node, kind=kind)) from error
    return Task(node.id or "", roles.get(node.id or "") or "", own.get("duty", "approver"), meaning)
