"""The library's task tree made quick: tasks that know their neighbours, scans where the library walks the tree.

Everything a diagram means stays the library's own. What changes is how a task finds its parent and children (a
reference, not a look-up by UUID), that no log record is built, and that nothing recurses with the depth of the tree.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from copy import copy
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.util.subworkflow import BpmnSubWorkflow
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.deep_merge import DeepMerge
from SpiffWorkflow.util.task import TaskState

from workflows.errors import RunBroken
from workflows.translation import gettext

PREDICTED, WAITING, READY = TaskState.PREDICTED_MASK, TaskState.WAITING, TaskState.READY
MUTABLE = (dict, list, set)


def inherited(data: dict[str, Any]) -> dict[str, Any]:
    """A parent's data as its child begins with it: the containers at the top are the child's own."""
    return {key: copy(value) if isinstance(value, MUTABLE) else value for key, value in data.items()}


class FastTask(Task):
    """A task of the tree; its id is a number, never given twice within a run."""

    thread_id = 0  # only thread splits, which BPMN has not, would tell tasks apart by it

    def __init__(
        self, workflow: Any, task_spec: Any, parent: Any = None, state: int = TaskState.MAYBE, id: int | None = None
    ) -> None:
        self.id = id or workflow.top_workflow.next_id()
        workflow.tasks[self.id] = self
        self.workflow = workflow
        self.task_spec = task_spec
        self._parent = parent
        self._children: list[FastTask] = []
        self._state = state
        self.triggered = False
        self.data: dict[str, Any] = {}
        self.internal_data: dict[str, Any] = {}
        self.last_state_change = 0.0
        if parent is not None:
            parent._children.append(self)

    @property
    def parent(self) -> Any:
        return self._parent

    @parent.setter
    def parent(self, task: Any) -> None:
        self._parent = task

    @property
    def children(self) -> list[Any]:
        return self._children.copy()

    @children.setter
    def children(self, tasks: list[Any]) -> None:
        self._children = list(tasks)

    def ancestors(self) -> Iterator[Any]:
        """From the parent up to the root."""
        task = self._parent
        while task is not None:
            yield task
            task = task._parent

    def is_descendant_of(self, task: Any) -> bool:
        return any(each is task for each in self.ancestors())

    def find_ancestor(self, spec_name: str) -> Any:
        return next((each for each in self.ancestors() if each.task_spec.name == spec_name), None)

    def _add_child(self, task_spec: Any, state: int = TaskState.MAYBE) -> Any:
        if self._state & PREDICTED and not state & PREDICTED:
            if self._parent is not None and self._parent._state == TaskState.COMPLETED:
                self._state = TaskState.FUTURE  # behind an event at a border the library still takes it for a guess
            else:
                raise WorkflowException(
                    "Attempt to add non-predicted child to predicted task", task_spec=self.task_spec
                )
        task = FastTask(self.workflow, task_spec, self, state)
        if state == READY:
            task._ready()
        return task

    def _set_state(self, value: int) -> None:
        if value != self._state:
            self._state = value
            self.last_state_change = time.time()

    def _inherit_data(self) -> None:
        if self.data:
            DeepMerge.merge(self.data, self._parent.data)
        else:
            self.data = inherited(self._parent.data)


class _Fast:
    """What a run and the runs inside it share."""

    tasks: dict[int, FastTask]
    spec: Any

    def _begin(self) -> None:
        root = FastTask(self, self.spec.start, state=TaskState.FUTURE)
        self.task_tree = root
        root.task_spec._predict(root, mask=TaskState.NOT_FINISHED_MASK)
        root._ready()

    def update_waiting_tasks(self) -> None:
        waiting = [task for task in self.tasks.values() if task._state == WAITING]
        if len(waiting) == 1:
            waiting[0].task_spec._update(waiting[0])
        elif waiting:
            # updating one may make or end another: the library's walk sees it, a list taken before does not
            super().update_waiting_tasks()  # type: ignore[misc]

    def _remove_task(self, task_id: int) -> None:
        task = self.tasks[task_id]
        task._parent._children.remove(task)
        stack = [task]
        while stack:
            gone = stack.pop()
            del self.tasks[gone.id]
            self._task_removed_notify(gone)  # type: ignore[attr-defined]
            stack.extend(gone._children)
            gone._children = []  # whoever holds a removed task may still cancel it


class FastSubWorkflow(_Fast, BpmnSubWorkflow):
    """The inside of a call activity or sub-process."""

    def __init__(self, spec: Any, parent_task_id: int, top_workflow: Any, predicted: bool = True) -> None:
        super().__init__(spec, parent_task_id, top_workflow, deserializing=True)
        if predicted:
            self._begin()


class FastWorkflow(_Fast, BpmnWorkflow):
    """A run in memory. `compiled_spec` is what its diagrams have worked out once for all runs."""

    most = 20_000  # tasks: a number of instances is a fact, and facts may be large

    def __init__(
        self, spec: Any, subprocess_specs: Any, script_engine: Any, compiled_spec: Any = None, predicted: bool = True
    ) -> None:
        self.compiled_spec = compiled_spec
        self.last_id = 0
        self.stored_id = 0  # the highest id a stored form has named
        self.made = 0  # tasks made since they were last counted
        super().__init__(spec, subprocess_specs, script_engine, deserializing=True)
        if predicted:
            self._begin()

    def next_id(self) -> int:
        """A number no task of this run has had. Raises RunBroken when there are too many tasks."""
        self.made += 1
        if self.made > self.most:
            self.made = len(self.tasks) + sum(len(inside.tasks) for inside in self.subprocesses.values())
            if self.made > self.most:
                raise RunBroken(gettext("流程展开了超过 {most} 个环节", most=self.most))
        self.last_id += 1
        return self.last_id

    def create_subprocess(self, my_task: Any, spec_name: str) -> FastSubWorkflow:
        inside = FastSubWorkflow(self.subprocess_specs[spec_name], my_task.id, self)
        self.subprocesses[my_task.id] = inside
        return inside

    def give_up_cut_off(self) -> None:
        """End what runs inside an activity that is no longer there.

        The library does not see it where an instance or round of an activity interrupts itself: by a signal, thrown
        inside, that an event at its border receives.
        """
        known = [self.tasks, *(inside.tasks for inside in self.subprocesses.values())]
        for key in [each for each in self.subprocesses if not any(each in tasks for tasks in known)]:
            for task in self.subprocesses.pop(key).tasks.values():
                if task._state < TaskState.COMPLETED:
                    task._set_state(TaskState.CANCELLED)

    def ready(self, *, manual: bool) -> list[Any]:
        """The tasks that can be done now, by people or by the engine, in the order of the tree."""
        inside = [self, *self.subprocesses.values()] if self.subprocesses else [self]
        found = [
            task
            for workflow in inside
            for task in workflow.tasks.values()
            if task._state == READY and task.task_spec.manual == manual
        ]
        if len(found) < 2:
            return found
        wanted = set(found)
        return [task for task in self._in_order() if task in wanted]

    def _in_order(self) -> Iterator[Any]:
        stack = [self.task_tree]
        while stack:
            task = stack.pop()
            yield task
            stack.extend(reversed(task._children))
            if inside := self.subprocesses.get(task.id):
                stack.append(inside.task_tree)
