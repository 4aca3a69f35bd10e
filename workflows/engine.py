"""Start, complete, notify: from a state and an answer to the next Run."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any

from SpiffWorkflow.bpmn import BpmnEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.specs.MultiChoice import MultiChoice
from SpiffWorkflow.spiff.specs.defaults import ServiceTask
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.util.task import TaskState

from workflows import scripts
from workflows.diagrams import Diagrams
from workflows.errors import DiagramRefused, NotWaiting, Refusal, RunBroken, TaskGone
from workflows.fast import FastWorkflow
from workflows.runs import Run, Waiting, dump, load
from workflows.service_tasks import handlers

Call = Callable[[str, Mapping[str, Any]], Mapping[str, Any] | None]
MOST_STEPS = 2000  # engine steps in one call: a loop without a user task must end


def start(diagrams: Diagrams, facts: Mapping[str, Any], *, context: object = None) -> Run:
    """Begin a run with these facts (scalars) and walk to its first waiting tasks."""
    workflow = _planted(diagrams)
    workflow.task_tree.data.update(_scalars(facts))
    return _walk(diagrams, workflow, _caller(context))


def complete(
    diagrams: Diagrams, state: bytes, task_id: str, answer: Mapping[str, Any], *, context: object = None
) -> Run:
    """Answer a waiting task and walk on. Raises TaskGone, RunBroken, or a Refusal no boundary event foresaw."""
    return _complete(diagrams, load(diagrams, state), task_id, answer, _caller(context))


def answer(diagrams: Diagrams, state: bytes, key: str, facts: Mapping[str, Any], *, context: object = None) -> Run:
    """Answer the waiting task of that key, for a caller that keeps states and no tasks. Raises as `complete` does."""
    workflow = load(diagrams, state)
    task = next((each for each in workflow.ready(manual=True) if each.task_spec.bpmn_id == key), None)
    return _complete(diagrams, workflow, str(task.id) if task else key, facts, _caller(context))


def notify(diagrams: Diagrams, state: bytes, message: str, *, context: object = None) -> Run:
    """Hand a message to the run and walk on. Raises NotWaiting when nobody waits for it."""
    workflow = load(diagrams, state)
    try:
        workflow.send_event(BpmnEvent(MessageEventDefinition(message), {}))
    except WorkflowException as error:
        raise NotWaiting(message) from error
    return _walk(diagrams, workflow, _caller(context))


def _planted(diagrams: Diagrams) -> FastWorkflow:
    return FastWorkflow(diagrams.spec, dict(diagrams.subprocess_specs), scripts.ENGINE, diagrams.blueprint)


@functools.lru_cache(maxsize=2048)
def _foreseen(diagrams: Diagrams, facts: tuple[tuple[str, Any], ...]) -> tuple[str, ...]:
    workflow = _planted(diagrams)
    workflow.task_tree.data.update(dict(facts))
    visited: list[str] = []
    run = _walk(diagrams, workflow, lambda name, data: None)
    while not run.finished and run.waiting and len(visited) < 100:
        waiting = run.waiting[0]
        visited.append(waiting.key)
        outcome = diagrams.tasks[waiting.key].outcomes[0]
        run = _complete(diagrams, workflow, waiting.id, {"outcome": outcome}, lambda name, data: None)
    return tuple(visited)


def foresee(diagrams: Diagrams, facts: Mapping[str, Any]) -> tuple[str, ...]:
    """The user tasks a run passes, in order, when every task agrees and every service succeeds."""
    return _foreseen(diagrams, tuple(sorted(facts.items())))


def _complete(diagrams: Diagrams, workflow: FastWorkflow, task_id: str, answer: Mapping[str, Any], call: Call) -> Run:
    task = next((each for each in workflow.ready(manual=True) if str(each.id) == task_id), None)
    if task is None:
        raise TaskGone(task_id)
    facts = _scalars(answer)
    returns_as = diagrams.tasks[task.task_spec.bpmn_id].returns_as
    if facts.get("outcome") == "send_back" and returns_as:
        facts["returned_by"] = returns_as
    task.data.update(facts)
    _run(task)
    return _walk(diagrams, workflow, call)


def _scalars(facts: Mapping[str, Any]) -> dict[str, Any]:
    for name, value in facts.items():
        if name == "typename" or not isinstance(value, str | int | float | bool | None):
            raise RunBroken(f"事实“{name}”只能是文字、数字或真假值")
    return dict(facts)


def _caller(context: object) -> Call:
    def call(name: str, facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
        if name not in handlers():
            raise RunBroken(f"没有名为 {name} 的操作")
        return handlers()[name](context, facts)

    return call


def _walk(diagrams: Diagrams, workflow: FastWorkflow, call: Call) -> Run:
    trail: list[str] = []
    for _ in range(MOST_STEPS):
        ready = workflow.ready(manual=False)
        if not ready:
            break
        for task in ready:
            if task.state == TaskState.READY:
                _step(task, call)
                trail.append(task.task_spec.bpmn_id or "")
    else:
        raise RunBroken("流程图循环不止")
    return _as_run(diagrams, workflow, trail)


def _run(task: Any) -> None:
    """Let the library run a task; what it cannot do becomes a sentence that names the place."""
    try:
        task.run()
    except WorkflowException as error:
        broken = error.__context__
        if isinstance(broken, RunBroken | DiagramRefused):
            raise RunBroken(str(broken)) from error
        name = task.task_spec.bpmn_name or task.task_spec.bpmn_id
        if isinstance(task.task_spec, MultiChoice):
            raise RunBroken(f"网关“{name}”的条件都不成立，也没有默认流") from error
        raise RunBroken(f"流程在“{name}”处走不下去：{error}") from error


def _step(task: Any, call: Call) -> None:
    if not isinstance(task.task_spec, ServiceTask):
        _run(task)
        return
    try:
        task.data.update(_scalars(call(task.task_spec.operation_name, dict(task.data)) or {}))
    except Refusal as refusal:
        boundary = _boundary_for(task, refusal)
        if boundary is None:
            raise
        task.data["refusal"] = boundary.data["refusal"] = refusal.code
        boundary.task_spec.catch(boundary, BpmnEvent(boundary.task_spec.event_definition))
        boundary.task_spec._update(boundary)
        task.cancel()
        return
    task._set_state(TaskState.STARTED)
    task.complete()


def _boundary_for(task: Any, refusal: Refusal) -> Any:
    """The error boundary event of that code on the task, None when the diagram did not foresee it."""
    for each in task.parent.children:
        definition = getattr(each.task_spec, "event_definition", None)
        if isinstance(each.task_spec, BoundaryEvent) and getattr(definition, "code", None) == refusal.code:
            return each
    return None


def _as_run(diagrams: Diagrams, workflow: FastWorkflow, trail: list[str]) -> Run:
    waiting = tuple(
        Waiting(str(task.id), task.task_spec.bpmn_id, diagrams.tasks[task.task_spec.bpmn_id].name)
        for task in workflow.ready(manual=True)
    )
    facts = dict(workflow.last_task.data) if workflow.last_task else {}
    ends = [diagrams.outcomes[key] for key in trail if key in diagrams.outcomes]
    return Run(
        state=dump(workflow),
        waiting=waiting,
        finished=bool(workflow.completed),
        outcome=ends[-1] if workflow.completed and ends else None,
        facts=facts,
        trail=tuple(trail),
    )


__all__ = ["answer", "complete", "foresee", "notify", "start"]
