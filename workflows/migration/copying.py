"""A run copied onto the diagrams of another version: the same tokens at the elements of the same ids.

What is finished comes along where something ahead looks back at it, and is forgotten where the other version has no
such element; what was only predicted is predicted anew; events at the border of a task are those of the other version.
Ids stay what they were: a row that waits for a task waits for it still.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit, _EndJoin
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.specs.Join import Join
from SpiffWorkflow.spiff.specs.defaults import ServiceTask
from SpiffWorkflow.util.task import TaskState

from workflows import scripts
from workflows.diagrams import Diagrams
from workflows.engine import WAKES_ON
from workflows.errors import NotMovable
from workflows.pruning import COMPLETED
from workflows.task_tree import WAITING, FastSubWorkflow, FastTask, FastWorkflow, inherited
from workflows.translation import gettext

SPLIT = ".BoundaryEventSplit"  # the library's: before a task with events at its border


def copied(before: FastWorkflow, own: Diagrams, target: Diagrams, mapping: Mapping[str, str]) -> FastWorkflow:
    """A live run on `target` that stands where that one stands on `own`.

    mapping -- for user tasks that go on as another one: its key by theirs. Raises NotMovable.
    """
    if before.completed:
        raise NotMovable(gettext("办件已经走完流程"))
    after = FastWorkflow(
        target.spec, dict(target.subprocess_specs), scripts.ENGINE, target.compiled_spec, predicted=False
    )
    after.last_id, after.stored_id = before.last_id, before.stored_id
    after.bpmn_events = list(before.bpmn_events)
    _Copy(own, target, mapping, after).fill(before, after)
    return after


class _Copy:
    def __init__(self, own: Diagrams, target: Diagrams, mapping: Mapping[str, str], top: FastWorkflow) -> None:
        self.own, self.target, self.mapping, self.top = own, target, mapping, top

    def fill(self, old: Any, new: Any) -> None:
        """Copy the tree of a process, or of one inside."""
        began = old.task_tree
        root = FastTask(new, new.spec.start, None, began._state, began.id)
        root.data, new.task_tree = dict(began.data), root
        new.data, new.correlations = dict(old.data), dict(old.correlations)
        new.success, new.completed = old.success, old.completed
        copies: dict[Any, FastTask] = {began: root}
        stack = [(each, root) for each in reversed(began._children)]
        while stack:
            task, parent = stack.pop()
            if task._state < WAITING:  # only predicted
                continue
            here = self._finished(task, parent) if task._state >= COMPLETED else self._token(task, parent)
            if here is not None:
                copies[task] = here
            stack.extend((each, here or parent) for each in reversed(task._children))
        self._border(new)
        last = old.last_task
        new.last_task = copies.get(last)
        if last is not None and new.last_task is None:  # what it knew is asked for as the facts of the run
            root.data, new.last_task = dict(last.data), root

    # --- what is finished

    def _finished(self, task: Any, parent: FastTask) -> FastTask | None:
        if task._state == TaskState.ERROR:
            raise NotMovable(gettext("办件在“{name}”处出错，须先处理", name=_name(task)))
        spec = _same(parent.workflow, task)
        arrived = task._state == TaskState.CANCELLED and isinstance(task.task_spec, Join)
        if arrived and not isinstance(task.task_spec, _EndJoin):
            spec = self._join(task, parent)
        return self._copy(task, parent, spec) if spec is not None else None

    def _copy(self, task: Any, parent: FastTask, spec: Any) -> FastTask:
        new = FastTask(parent.workflow, spec, parent, task._state, task.id)
        new.data, new.internal_data = dict(task.data), dict(task.internal_data)
        new.triggered, new.last_state_change = task.triggered, task.last_state_change
        return new

    def _join(self, task: Any, parent: FastTask) -> Any:
        """The join of the other version at which a token has come by the same flow. Raises NotMovable."""
        spec = _same(parent.workflow, task)
        came_by = task._parent.task_spec.name
        if spec is None or parent.task_spec.name != came_by or all(each.name != came_by for each in spec.inputs):
            raise NotMovable(gettext("办件已有一支到达“{name}”，新版本的汇合处与此不同", name=_name(task)))
        return spec

    # --- where it stands

    def _token(self, task: Any, parent: FastTask) -> FastTask | None:
        spec = task.task_spec
        if isinstance(spec, BoundaryEvent):
            return None  # the other version says itself what lies at the border
        if isinstance(spec, LoopTask) or isinstance(task._parent.task_spec, LoopTask):
            raise NotMovable(gettext("办件停在要办多次的“{name}”，这样的环节不能迁移或调整", name=_name(task)))
        if spec.manual:
            return self._user_task(task, parent)
        if isinstance(spec, _EndJoin):
            same = _same(parent.workflow, task)
            return self._unfinished(task, parent, same) if same is not None else None
        if isinstance(spec, Join):
            return self._unfinished(task, parent, self._join(task, parent))
        same = _same(parent.workflow, task)
        if same is None:
            raise NotMovable(gettext("办件停在“{name}”，新版本中没有这一步", name=_name(task)))
        if isinstance(spec, SubWorkflowTask):
            return self._inside(task, parent, same)
        self._refuse_other(task, same)
        return self._unfinished(task, self._behind_split(task, parent, spec.name), same)

    def _user_task(self, task: Any, parent: FastTask) -> FastTask:
        key = self.mapping.get(task.task_spec.bpmn_id, task.task_spec.bpmn_id)
        name = self.own.tasks[task.task_spec.bpmn_id].name
        spec = parent.workflow.spec.task_specs.get(key)
        if key not in self.target.tasks:
            raise NotMovable(gettext("办件停在“{name}”，新版本中没有这个环节", name=name))
        if spec is None or not spec.manual:
            raise NotMovable(gettext("办件停在“{name}”，新版本把它放进了子流程或改为办多次", name=name))
        anew = key != task.task_spec.bpmn_id
        if anew and isinstance(parent.task_spec, BoundaryEventSplit):  # the events at the border of the one it was
            parent = parent._parent
        return self._unfinished(task, self._behind_split(task, parent, key), spec, anew=anew)

    def _unfinished(self, task: Any, parent: FastTask, spec: Any, *, anew: bool = False) -> FastTask:
        """The token itself, with what lies ahead of it predicted. anew -- it is another task, with an id of its own."""
        new = FastTask(parent.workflow, spec, parent, TaskState.FUTURE, None if anew else task.id)
        spec._predict(new, mask=TaskState.NOT_FINISHED_MASK)
        new._state = task._state
        new.data, new.internal_data = dict(task.data), {} if anew else dict(task.internal_data)
        new.triggered, new.last_state_change = task.triggered, task.last_state_change
        return new

    def _behind_split(self, task: Any, parent: FastTask, key: str) -> FastTask:
        """Where the other version draws events at the border, they hang on a split before the task."""
        spec = parent.workflow.spec.task_specs.get(f"{key}{SPLIT}")
        if spec is None or parent.task_spec is spec:
            return parent
        split = FastTask(parent.workflow, spec, parent, COMPLETED)
        split.data = inherited(task.data)
        return split

    def _border(self, new: Any) -> None:
        """Let the events at the border of what is under way wait, those that have not happened."""
        for split in [each for each in new.tasks.values() if isinstance(each.task_spec, BoundaryEventSplit)]:
            under_way = any(
                each._state < COMPLETED and not isinstance(each.task_spec, BoundaryEvent) for each in split._children
            )
            present = {each.task_spec for each in split._children}
            for spec in split.task_spec.outputs if under_way else ():
                if isinstance(spec, BoundaryEvent) and spec not in present:
                    event = FastTask(new, spec, split, TaskState.MAYBE)
                    spec._predict(event, looked_ahead=1, mask=TaskState.NOT_FINISHED_MASK)
                    event._state, event.data = WAITING, inherited(split.data)

    def _inside(self, task: Any, parent: FastTask, spec: Any) -> FastTask:
        """A sub-process or called process, with where the run stands in it."""
        host = self._unfinished(task, self._behind_split(task, parent, spec.name), spec)
        inside = FastSubWorkflow(self.top.subprocess_specs[spec.spec], host.id, self.top, predicted=False)
        inside.completed_event.connect(spec._on_subworkflow_completed, host)
        self.top.subprocesses[host.id] = inside
        before = task.workflow.top_workflow.subprocesses.get(task.id)
        if before is None:
            raise NotMovable(gettext("办件停在“{name}”，不能迁移", name=_name(task)))
        self.fill(before, inside)
        return host

    def _refuse_other(self, task: Any, same: Any) -> None:
        """A service that waits for its day must be the same service, an event the same event. Raises NotMovable."""
        spec = task.task_spec
        if isinstance(spec, ServiceTask):
            if WAKES_ON in task.internal_data and spec.operation_name == same.operation_name:
                return
            raise NotMovable(gettext("办件停在“{name}”等待生效，新版本在此办理另一项操作", name=_name(task)))
        if isinstance(spec, CatchingEvent) and _awaited(spec) == _awaited(same):
            return
        raise NotMovable(gettext("办件停在“{name}”，新版本在此等待的不是同一消息", name=_name(task)))


def _same(workflow: Any, task: Any) -> Any:
    """The element of the other version with the same id and of the same kind; None when there is none."""
    spec = workflow.spec.task_specs.get(task.task_spec.name)
    return spec if type(spec) is type(task.task_spec) else None


def _awaited(spec: Any) -> list[tuple[str, Any]]:
    definition = spec.event_definition
    several = getattr(definition, "event_definitions", None)
    return sorted((type(each).__name__, each.name) for each in (several if several is not None else [definition]))


def _name(task: Any) -> str:
    spec = task.task_spec
    return str(spec.bpmn_name or spec.bpmn_id or spec.name)
