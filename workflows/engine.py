"""Start, complete, notify, wake: from a state and an answer to the next Run."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
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
from workflows.errors import DiagramRefused, Later, NotWaiting, Refusal, RunBroken, TaskGone
from workflows.runs import Run, Waiting, dump, load
from workflows.service_tasks import handlers
from workflows.task_tree import FastWorkflow
from workflows.translation import gettext
from workflows.vocabulary import facts_of_answer

Call = Callable[[str, Mapping[str, Any]], Mapping[str, Any] | None]
WAKES_ON = "wakes_on"  # the day on which a service that waits is tried again
# what the library raises when it cannot go on, in ways of its own
LIBRARY = (
    WorkflowException,
    NotImplementedError,
    StopIteration,
    LookupError,
    NameError,
    TypeError,
    ValueError,
    AttributeError,
    AssertionError,
)
MOST_STEPS = 2000  # engine steps in one call: a loop without a user task must end


@dataclass(frozen=True)
class Services:
    """How a walk calls the handlers of service tasks.

    call -- by the name in the diagram and the facts of the task: the facts to add, a Refusal or Later;
    attempt -- undoes what was written within it when it raises: entered before a handler whose refusal the diagram
    foresees, because the walk then goes on in the same transaction.
    """

    call: Call
    attempt: Callable[[], AbstractContextManager[Any]] = contextlib.nullcontext


def start(diagrams: Diagrams, facts: Mapping[str, Any], *, context: object = None) -> Run:
    """Begin a run and walk to its first waiting tasks.

    facts -- what its conditions may ask for: texts, numbers, truth values or None; context -- handed to the service
    tasks; its own `call` and `attempt`, where it has them, stand in place of the handlers that are offered, as those of
    Services do. Raises RunBroken, or a Refusal no boundary event foresaw.
    """
    workflow = _new_workflow(diagrams)
    workflow.task_tree.data.update(_scalars(facts))
    return _walk(diagrams, workflow, _services(context))


def complete(
    diagrams: Diagrams, state: bytes, task_id: str, answer: Mapping[str, Any], *, context: object = None
) -> Run:
    """Answer a waiting task and walk on to the next ones.

    state, task_id -- `Run.state` and `Waiting.id` of the step before; answer -- facts, of which `outcome` is one.
    Raises TaskGone when the run does not wait there, RunBroken, or a Refusal no boundary event foresaw.
    """
    return _complete(diagrams, load(diagrams, state), task_id, answer, _services(context))


def answer(diagrams: Diagrams, state: bytes, key: str, facts: Mapping[str, Any], *, context: object = None) -> Run:
    """Answer the waiting task of that key, for a caller that keeps states and no tasks. Raises as `complete` does."""
    workflow = load(diagrams, state)
    task = next((each for each in workflow.ready(manual=True) if each.task_spec.bpmn_id == key), None)
    return _complete(diagrams, workflow, str(task.id) if task else key, facts, _services(context))


def notify(diagrams: Diagrams, state: bytes, message: str, *, context: object = None) -> Run:
    """Hand a message to the run by its name and walk on.

    Raises NotWaiting when no event of the run waits for it, RunBroken, or a Refusal no boundary event foresaw.
    """
    workflow = load(diagrams, state)
    with _in_our_words():
        reached = workflow.event_manager.catch(BpmnEvent(MessageEventDefinition(message), {}), internal=False)
    if not reached:
        raise NotWaiting(message)
    return _walk(diagrams, workflow, _services(context))


def wake(diagrams: Diagrams, state: bytes, *, context: object = None) -> Run:
    """Call the service tasks again that have raised Later, and walk on.

    Raises NotWaiting when there are none, RunBroken, or a Refusal no boundary event foresaw.
    """
    workflow = load(diagrams, state)
    waiting = list(_postponed(workflow))
    if not waiting:
        raise NotWaiting(WAKES_ON)
    for task in waiting:
        del task.internal_data[WAKES_ON]
        task._set_state(TaskState.READY)
    return _walk(diagrams, workflow, _services(context))


def _postponed(workflow: FastWorkflow) -> Iterator[Any]:
    for each in (workflow, *workflow.subprocesses.values()):
        yield from (t for t in each.tasks.values() if t._state == TaskState.STARTED and WAKES_ON in t.internal_data)


def _new_workflow(diagrams: Diagrams) -> FastWorkflow:
    with _in_our_words():
        return FastWorkflow(diagrams.spec, dict(diagrams.subprocess_specs), scripts.ENGINE, diagrams.compiled_spec)


@functools.lru_cache(maxsize=2048)
def _foreseen(diagrams: Diagrams, facts: tuple[tuple[str, Any], ...]) -> tuple[str, ...]:
    workflow = _new_workflow(diagrams)
    workflow.task_tree.data.update(dict(facts))
    visited: list[str] = []
    services = Services(lambda _name, _facts: None)
    run = _walk(diagrams, workflow, services)
    while not run.finished and run.waiting and len(visited) < 100:
        waiting = run.waiting[0]
        visited.append(waiting.key)
        outcome = diagrams.tasks[waiting.key].outcomes[0]
        run = _complete(diagrams, workflow, waiting.id, {"outcome": outcome}, services)
    return tuple(visited)


def foresee(diagrams: Diagrams, facts: Mapping[str, Any]) -> tuple[str, ...]:
    """The keys of the user tasks that a run with these facts passes, in order.

    It is taken that each has its first outcome, and that every service task succeeds. Raises RunBroken.
    """
    return _foreseen(diagrams, tuple(sorted(facts.items())))


def as_stored(diagrams: Diagrams, state: bytes) -> Run:
    """The view of a stored run, nothing done to it. Raises RunBroken when it is none of these diagrams."""
    return _as_run(diagrams, load(diagrams, state), [])


def _complete(
    diagrams: Diagrams, workflow: FastWorkflow, task_id: str, answer: Mapping[str, Any], services: Services
) -> Run:
    task = next((each for each in workflow.ready(manual=True) if str(each.id) == task_id), None)
    if task is None:
        raise TaskGone(task_id)
    facts = _scalars(answer)
    spec = diagrams.tasks[task.task_spec.bpmn_id]
    facts |= facts_of_answer(facts.get("outcome"), returns_as=spec.returns_as, side=spec.side)
    task.data.update(facts)
    _run(task)
    return _walk(diagrams, workflow, services)


def _scalars(facts: Mapping[str, Any]) -> dict[str, Any]:
    for name, value in facts.items():
        if name == "typename" or not isinstance(value, str | int | float | bool | None):
            raise RunBroken(gettext("事实“{name}”只能是文字、数字或真假值", name=name))
    return dict(facts)


def _services(context: object) -> Services:
    if isinstance(context, Services):
        return context

    def call(name: str, facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
        if name not in handlers():
            raise RunBroken(gettext("没有名为 {name} 的操作", name=name))
        return handlers()[name](context, facts)

    return Services(getattr(context, "call", call), getattr(context, "attempt", contextlib.nullcontext))


def _walk(diagrams: Diagrams, workflow: FastWorkflow, services: Services) -> Run:
    trail: list[str] = []
    for _ in range(MOST_STEPS):
        ready = workflow.ready(manual=False)
        if not ready:
            break
        for task in ready:
            if task.state == TaskState.READY:
                _step(task, services)
                if workflow.subprocesses:
                    workflow.give_up_cut_off()
                trail.append(task.task_spec.bpmn_id or "")
    else:
        raise RunBroken(gettext("流程图循环不止"))
    return _as_run(diagrams, workflow, trail)


@contextlib.contextmanager
def _in_our_words(task: Any = None) -> Iterator[None]:
    """What the library cannot do becomes a sentence that names the place. Raises RunBroken."""
    name = task.task_spec.bpmn_name or task.task_spec.bpmn_id if task is not None else None
    try:
        yield
    except (RunBroken, DiagramRefused) as error:
        raise RunBroken(str(error)) from error
    except RecursionError as error:
        raise RunBroken(gettext("流程图循环不止，或一条路径太长")) from error
    except LIBRARY as error:
        broken = error.__context__
        if isinstance(broken, RunBroken | DiagramRefused):
            raise RunBroken(str(broken)) from error
        if task is not None and isinstance(task.task_spec, MultiChoice):
            raise RunBroken(gettext("网关“{name}”的条件都不成立，也没有默认流向", name=name)) from error
        raise RunBroken(gettext("流程在“{name}”处走不下去", name=name) if name else gettext("流程走不下去")) from error


def _run(task: Any) -> None:
    with _in_our_words(task):
        task.run()


def _step(task: Any, services: Services) -> None:
    if not isinstance(task.task_spec, ServiceTask):
        _run(task)
        return
    boundaries = _error_boundaries(task)
    try:
        with services.attempt() if boundaries else contextlib.nullcontext():
            answer = services.call(task.task_spec.operation_name, dict(task.data))
    except Refusal as refusal:
        if refusal.code not in boundaries:
            raise
        _leave_by(boundaries[refusal.code], task, refusal)
    except Later as later:
        task.internal_data[WAKES_ON] = later.until.isoformat()
        task._set_state(TaskState.STARTED)
    else:
        task.data.update(_scalars(answer or {}))
        with _in_our_words(task):
            task._set_state(TaskState.STARTED)
            task.complete()


def _error_boundaries(task: Any) -> dict[str, Any]:
    """The error boundary events drawn on the task, by the code of the refusal that each foresees."""
    found: dict[str, Any] = {}
    for each in task.parent.children:
        definition = getattr(each.task_spec, "event_definition", None)
        code = getattr(definition, "code", None)
        if code is not None and isinstance(each.task_spec, BoundaryEvent):
            found.setdefault(code, each)
    return found


def _leave_by(boundary: Any, task: Any, refusal: Refusal) -> None:
    """Go on from the boundary event that foresaw the refusal, whose code becomes a fact of the run."""
    task.data["refusal"] = boundary.data["refusal"] = refusal.code
    with _in_our_words(boundary):
        boundary.task_spec.catch(boundary, BpmnEvent(boundary.task_spec.event_definition))
        boundary.task_spec._update(boundary)
        task.cancel()


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
        wakes_on=min(
            (dt.date.fromisoformat(task.internal_data[WAKES_ON]) for task in _postponed(workflow)),
            default=None,
        ),
    )


__all__ = ["answer", "as_stored", "complete", "foresee", "notify", "start", "wake"]
