"""Run: where a case stands in its diagram, and its stored form – the unfinished part of the task tree, nothing else.

Stored: a format byte, then JSON packed with zstd: `[fingerprint, last id, process, events]`. A process is `[rows, place
of the last task, flags, data, correlations]`; a row is `[specification, state, parent, id, shape, data, internal data,
order, process inside]` without the zeros at its end. Specifications are numbers in the version's compiled form, a
parent is so many rows back, data are the difference from the parent's, a shape names the predicted tasks below.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import zstandard
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.spiff.serializer import DEFAULT_CONFIG
from SpiffWorkflow.util.task import TaskState

from workflows import scripts
from workflows.compiled_spec import ProcessSpec
from workflows.diagrams import Diagrams
from workflows.errors import RunBroken
from workflows.pruning import COMPLETED, Kept, kept
from workflows.task_tree import FastSubWorkflow, FastTask, FastWorkflow, inherited
from workflows.translation import gettext

FORMAT = b"\x02"
LARGEST = 10_000_000  # bytes unpacked
STATES = tuple(TaskState._values)
CODES = {state: code for code, state in enumerate(STATES)}
TRIGGERED = 16  # added to the code of the state
SUCCESS, ENDED = 1, 2

_registry = BpmnWorkflowSerializer.configure(DEFAULT_CONFIG)


class _Packers(threading.local):
    """One packer for each thread: making one costs more than using it, and sharing one is not safe."""

    def __init__(self) -> None:
        self.pack = zstandard.ZstdCompressor(level=3, write_checksum=False).compress
        self.unpack = zstandard.ZstdDecompressor().decompress


_packers = _Packers()


@dataclass(frozen=True)
class Waiting:
    """A user task at which the run waits; the id lasts until the task is done and is never given again."""

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
    wakes_on: dt.date | None = None  # the day on which a service that waits is to be tried again


def dump(workflow: FastWorkflow) -> bytes:
    """The stored form of a run. Raises RunBroken when a fact is not plain JSON."""
    process = _process(workflow, workflow)
    events = _registry.convert(workflow.bpmn_events)
    record = [workflow.compiled_spec.fingerprint, _last_id(workflow, process), process]
    try:
        return FORMAT + bytes(_packers.pack(orjson.dumps([*record, events] if events else record)))
    except orjson.JSONEncodeError as error:
        raise RunBroken(gettext("运行的事实不能保存")) from error


def _last_id(workflow: FastWorkflow, process: list[Any]) -> int:
    """The highest id ever stored: those of tasks that are predicted again may be given anew."""
    workflow.stored_id = max(workflow.stored_id, _highest(process))
    return workflow.stored_id


def _highest(process: list[Any]) -> int:
    rows = process[0]
    inside = [_highest(row[8]) for row in rows if len(row) > 8]
    return max(*(row[3] for row in rows), 0, *inside)


def _process(top: FastWorkflow, workflow: Any) -> list[Any]:
    part = top.compiled_spec.part(workflow.spec)
    tree = kept(workflow, part)
    order = _order(tree, part)
    rows, last = [], -1
    for place, (task, parent, shape) in enumerate(tree):
        row = [
            part.numbers[task.task_spec],
            CODES[task._state] + (TRIGGERED if task.triggered else 0),
            place - parent,
            task.id,
            shape,
            _difference(tree[parent][0].data, task.data) if place else task.data,
            _registry.convert(task.internal_data) if task.internal_data else 0,
            order.get(task, 0),
            _process(top, top.subprocesses[task.id]) if _is_inside(top, task) else 0,
        ]
        rows.append(_trimmed(row))
        if task is workflow.last_task:
            last = place
    flags = (SUCCESS if workflow.success else 0) + (ENDED if workflow.completed else 0)
    return _trimmed([rows, last, flags, _registry.convert(workflow.data) or 0, workflow.correlations or 0])


def _is_inside(top: FastWorkflow, task: Any) -> bool:
    return task.id in top.subprocesses and task._state < COMPLETED


def _order(tree: Kept, part: ProcessSpec) -> dict[Any, int]:
    """Joins merge what came earlier in the order in which it came."""
    arrived = [task for task, _, _ in tree if task._state >= COMPLETED and task.task_spec in part.joins]
    return {task: place for place, task in enumerate(sorted(arrived, key=lambda each: each.last_state_change), start=1)}


def _trimmed(row: list[Any]) -> list[Any]:
    while row[-1].__class__ is int and row[-1] == 0:
        row.pop()
    return row


def _difference(base: Mapping[str, Any], data: Mapping[str, Any]) -> Any:
    """0 for no data, 1 for the parent's own, else what is new and, as a second member, what is gone."""
    if not data:
        return 0
    new = {key: value for key, value in data.items() if key not in base or not _same(base[key], value)}
    gone = [key for key in base if key not in data]
    if not new and not gone:
        return 1
    return [new, gone] if gone else new


def _same(one: Any, other: Any) -> bool:
    """Equal in value and kind: 1, 1.0 and true are three facts."""
    if one is other:
        return True
    if one.__class__ is not other.__class__ or one != other:
        return False
    return not isinstance(one, dict | list) or repr(one) == repr(other)


def load(diagrams: Diagrams, state: bytes) -> FastWorkflow:
    """A live run from its stored form. Raises RunBroken when the bytes are not one, or not one of these diagrams."""
    record = _unpacked(state)
    if record[0] != diagrams.compiled_spec.fingerprint:
        raise RunBroken(gettext("运行状态不属于这一版流程"))
    workflow = FastWorkflow(
        diagrams.spec, dict(diagrams.subprocess_specs), scripts.ENGINE, diagrams.compiled_spec, predicted=False
    )
    workflow.last_id = workflow.stored_id = record[1]
    _fill(workflow, workflow, record[2])
    if len(record) > 3:
        workflow.bpmn_events = _registry.restore(record[3])
    return workflow


def facts_in(diagrams: Diagrams, state: bytes) -> dict[str, Any]:
    """The facts of a stored run as they stood when it was stored. Raises RunBroken."""
    workflow = load(diagrams, state)
    return dict(workflow.last_task.data) if workflow.last_task else dict(workflow.task_tree.data)


def _unpacked(state: bytes) -> list[Any]:
    if state[:1] != FORMAT:
        raise RunBroken(gettext("运行状态的格式不能识别"))
    try:
        record = orjson.loads(_packers.unpack(state[1:], max_output_size=LARGEST))
    except (zstandard.ZstdError, orjson.JSONDecodeError) as error:
        raise RunBroken(gettext("运行状态已损坏")) from error
    if not isinstance(record, list) or len(record) < 3:
        raise RunBroken(gettext("运行状态已损坏"))
    return record


def _fill(top: FastWorkflow, workflow: Any, process: list[Any]) -> None:
    rows, last, flags, data, correlations = process + [0] * (5 - len(process))
    part = top.compiled_spec.part(workflow.spec)
    tree: list[FastTask] = []
    for place, row in enumerate(rows):
        task = _task(workflow, part, row, tree[place - row[2]] if place else None)
        tree.append(task)
        if len(row) > 8:
            _fill_inside(top, task, row[8])
    workflow.task_tree = tree[0]
    workflow.last_task = tree[last] if last >= 0 else None
    workflow.success, workflow.completed = bool(flags & SUCCESS), bool(flags & ENDED)
    workflow.correlations = correlations or {}
    if data:
        workflow.data = _registry.restore(data)


def _task(workflow: Any, part: ProcessSpec, row: list[Any], parent: FastTask | None) -> FastTask:
    number, code, _, task_id, shape, data, internal, order = row[:8] + [0] * (8 - len(row))
    task = FastTask(workflow, part.specs[number], parent, STATES[code % TRIGGERED], task_id)
    task.triggered = code >= TRIGGERED
    if data:
        task.data = data if parent is None else _applied(parent.data, data)
    if internal:
        task.internal_data = _registry.restore(internal)
    if order:
        task.last_state_change = float(order)
    if shape:
        part.restore_shape(task, part.ahead(task.task_spec)[shape - 1])
    if task._state == TaskState.WAITING and isinstance(task.task_spec, CatchingEvent):
        workflow.top_workflow.event_manager.add_task(task)
    return task


def _applied(base: dict[str, Any], difference: Any) -> dict[str, Any]:
    data = inherited(base)
    if difference == 1:
        return data
    new, gone = difference if isinstance(difference, list) else (difference, ())
    data.update(new)
    for key in gone:
        del data[key]
    return data


def _fill_inside(top: FastWorkflow, task: FastTask, process: list[Any]) -> None:
    inside = FastSubWorkflow(top.subprocess_specs[task.task_spec.spec], task.id, top, predicted=False)
    inside.completed_event.connect(task.task_spec._on_subworkflow_completed, task)
    top.subprocesses[task.id] = inside
    _fill(top, inside, process)
