"""Run: where a case stands in its diagram, and its stored form – the task tree alone, never the specification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
import zstandard
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.serializer.default.workflow import BpmnWorkflowConverter
from SpiffWorkflow.spiff.serializer import DEFAULT_CONFIG

from workflows import scripts
from workflows.diagrams import Diagrams
from workflows.errors import RunBroken

FORMAT = b"\x01"


@dataclass(frozen=True)
class Waiting:
    """A user task at which the run waits; the id lasts until the task is done."""

    id: str
    key: str
    name: str


@dataclass(frozen=True)
class Run:
    """The engine's view of a case after a step."""

    state: bytes
    waiting: tuple[Waiting, ...]
    finished: bool
    outcome: str | None
    facts: Mapping[str, Any]
    trail: tuple[str, ...]


class _StateOnly(BpmnWorkflowConverter):
    """The library's converter without the specifications, which every run of a version shares."""

    def to_dict(self, workflow: BpmnWorkflow) -> dict[str, Any]:
        dct: dict[str, Any] = super(BpmnWorkflowConverter, self).to_dict(workflow)
        dct["subprocesses"] = self.mapping_to_dict(workflow.subprocesses)
        dct["bpmn_events"] = self.registry.convert(workflow.bpmn_events)
        return dct

    def from_dict(self, dct: dict[str, Any], spec: Any = None, subprocess_specs: Any = None) -> BpmnWorkflow:
        workflow = self.target_class(spec, subprocess_specs, deserializing=True)
        workflow.tasks = self.mapping_from_dict(dct["tasks"], UUID, workflow=workflow)
        workflow.task_tree = workflow.tasks[UUID(dct["root"])]
        for task_id, sub in dct["subprocesses"].items():
            task = workflow.get_task_from_id(UUID(task_id))
            workflow.subprocesses[task.id] = self.registry.restore(sub, task=task, top_workflow=workflow)
        self.set_default_attributes(workflow, dct)
        workflow.bpmn_events = self.registry.restore(dct["bpmn_events"])
        return workflow


_registry = BpmnWorkflowSerializer.configure({**DEFAULT_CONFIG, BpmnWorkflow: _StateOnly})


def dump(workflow: BpmnWorkflow) -> bytes:
    """The stored form of a run."""
    return FORMAT + zstandard.ZstdCompressor(level=3).compress(orjson.dumps(_registry.convert(workflow)))


def load(diagrams: Diagrams, state: bytes) -> BpmnWorkflow:
    """A live run from its stored form. Raises RunBroken when the bytes are not one."""
    if state[:1] != FORMAT:
        raise RunBroken("运行状态的格式不能识别")
    dct = orjson.loads(zstandard.ZstdDecompressor().decompress(state[1:]))
    workflow: BpmnWorkflow = _registry.restore(dct, spec=diagrams.spec, subprocess_specs=diagrams.subprocess_specs)
    workflow.script_engine = scripts.ENGINE
    return workflow
