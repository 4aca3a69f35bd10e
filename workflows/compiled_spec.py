"""What the runs of a version share besides the specification: numbers for its parts, shapes of what lies ahead."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.util.task import TaskState

from workflows.errors import DiagramRefused, RunBroken
from workflows.task_tree import FastTask, FastWorkflow
from workflows.translation import gettext

# a predicted subtree: specification, state, subtrees below
Shape = tuple[int, int, "Shapes"]
Shapes = tuple[Shape, ...]
ORIGINS = (TaskState.FUTURE, TaskState.LIKELY, TaskState.MAYBE)
LARGEST = 2000  # predicted tasks of one process: parallel pairs in a row multiply


class _Prediction(FastWorkflow):
    """A run that is only predicted."""

    most = LARGEST


class ProcessSpec:
    """One process or sub-process: its specifications by number, and which of them look back."""

    def __init__(self, spec: Any) -> None:
        self.spec = spec
        self.specs = tuple(spec.task_specs[name] for name in sorted(spec.task_specs))
        self.numbers = {each: number for number, each in enumerate(self.specs)}
        self.joins = frozenset(each for each in self.specs if isinstance(each, UnstructuredJoin))
        self._ahead: dict[Any, tuple[Shapes, ...]] = {}

    def ahead(self, spec: Any) -> tuple[Shapes, ...]:
        """The shapes the engine predicts below a task of this specification.

        Which one a tree shows depends on whether the task was certain, likely or possible when it was predicted, and
        on how far ahead it then lay.
        """
        if spec not in self._ahead:
            shapes: dict[Shapes, None] = {}
            for origin in ORIGINS:
                for distance in (0, 1):
                    shapes[self._predicted(spec, origin, distance)] = None
            shapes.pop((), None)
            self._ahead[spec] = tuple(shapes)
        return self._ahead[spec]

    def _predicted(self, spec: Any, origin: int, distance: int) -> Shapes:
        prediction = _Prediction(self.spec, {}, None, predicted=False)
        try:
            task = FastTask(prediction, spec, state=origin)
            spec._predict(task, looked_ahead=distance, mask=TaskState.NOT_FINISHED_MASK)
        except RunBroken:
            return ()
        return self._shapes(task)

    def _shapes(self, task: Any) -> Shapes:
        return tuple((self.numbers[child.task_spec], child._state, self._shapes(child)) for child in task._children)

    def shape_of(self, task: Any) -> int | None:
        """Which of the shapes ahead lies below the task, counted from 1; 0 for nothing, None for another tree."""
        if not task._children:
            return 0
        for number, shapes in enumerate(self.ahead(task.task_spec), start=1):
            if self._fits(task, shapes):
                return number
        return None

    def _fits(self, task: Any, shapes: Shapes) -> bool:
        children = task._children
        if len(children) != len(shapes):
            return False
        for child, (number, state, below) in zip(children, shapes, strict=True):
            if child._state != state or child.task_spec is not self.specs[number]:
                return False
            if child.data or child.internal_data or child.triggered or not self._fits(child, below):
                return False
        return True

    def restore_shape(self, task: Any, shapes: Shapes) -> None:
        """Put the predicted tasks of a shape below the task again."""
        for number, state, below in shapes:
            child = FastTask(task.workflow, self.specs[number], task, state)
            if below:
                self.restore_shape(child, below)


def refuse_unbounded(spec: Any, subprocess_specs: Mapping[str, Any]) -> None:
    """Refuse what would unfold into too many tasks, or without end, at its start or later. Raises DiagramRefused.

    The engine predicts as far as the way is certain: from the start, and again from wherever a choice has led, an event
    at a border has happened, or a new instance begins.
    """
    for each in (spec, *subprocess_specs.values()):
        try:
            _Prediction(each, {}, None)
            for part in _begun_anew(each):
                part._predict(_certain(each, part), mask=TaskState.NOT_FINISHED_MASK)
        except RunBroken as error:
            raise DiagramRefused(
                gettext(
                    "流程“{name}”会展开成超过 {most} 个环节：请把接连的并行部分放进子流程",
                    name=each.description or each.name,
                    most=LARGEST,
                )
            ) from error
        except RecursionError as error:
            raise DiagramRefused(
                gettext("流程“{name}”有不经过网关的循环，或一条路径太长", name=each.description or each.name)
            ) from error


def _begun_anew(spec: Any) -> list[Any]:
    """The specifications of which it is not certain beforehand that a run comes to them."""
    found: dict[Any, None] = {}
    for each in spec.task_specs.values():
        task = _certain(spec, each)
        each._predict_hook(task)
        found |= {child.task_spec: None for child in task._children if not child._state & TaskState.DEFINITE_MASK}
    return list(found)


def _certain(process: Any, spec: Any) -> FastTask:
    return FastTask(_Prediction(process, {}, None, predicted=False), spec, state=TaskState.FUTURE)


class CompiledSpec:
    """Every part of a set of diagrams, by number; the fingerprint tells one numbering from another."""

    def __init__(self, spec: Any, subprocess_specs: Mapping[str, Any]) -> None:
        self.top = ProcessSpec(spec)
        self._inside = {name: ProcessSpec(each) for name, each in subprocess_specs.items()}
        self._by_spec = {part.spec: part for part in self._parts()}
        for part in self._parts():
            _connect_loops(part.spec)

    def _parts(self) -> list[ProcessSpec]:
        return [self.top, *(self._inside[name] for name in sorted(self._inside))]

    def part(self, spec: Any) -> ProcessSpec:
        """The part a workflow runs."""
        return self._by_spec[spec]

    @cached_property
    def fingerprint(self) -> int:
        names = [[type(each).__name__ + each.name for each in part.specs] for part in self._parts()]
        return zlib.crc32(repr(names).encode())


def _connect_loops(spec: Any) -> None:
    """Instances report to their loop through an event of the shared specification, which a stored run has not set."""
    for loop in spec.task_specs.values():
        if isinstance(loop, LoopTask):
            instance = spec.task_specs[loop.task_spec]
            if not instance.completed_event.is_connected(loop.merge_child):
                instance.completed_event.connect(loop.merge_child)
