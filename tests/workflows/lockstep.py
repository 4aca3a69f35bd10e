"""One walk made four times at once: live and stored, by the library alone and by the engine room."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.spiff.serializer import DEFAULT_CONFIG
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.util.task import TaskState

import workflows
from workflows import engine, scripts
from workflows.runs import dump, load
from workflows.task_tree import FastWorkflow

LONGEST = 30  # decisions in one walk
_stock = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(DEFAULT_CONFIG))


class NoSeat(workflows.Refusal):
    code = "E-QUOTA-01"


def picture(workflow: Any) -> dict[str, Any]:
    """Everything about a run that can still have an effect."""
    last = workflow.last_task
    return {
        "ended": (workflow.completed, workflow.success),
        "last": last and (last.task_spec.name, last.data),
        "data": workflow.data,
        "living": _living(workflow),
        "expects": sorted((event.event_type, str(event.name)) for event in workflow.waiting_events()),
    }


def _living(workflow: Any) -> list[Any]:
    """The unfinished tasks with what lies ahead of them, in the order of the tree, the insides in their place."""
    found: list[Any] = []
    stack = [(workflow.task_tree, found)]
    while stack:
        task, place = stack.pop()
        below = place
        if task.state < TaskState.COMPLETED:
            below = []
            inherited = task.parent.data if task.parent else {}
            state = TaskState.get_name(task.state)
            place.append((task.task_spec.name, state, task.triggered, task.data, _internal(task), inherited, below))
            inside = task.workflow.top_workflow.subprocesses.get(task.id)
            if inside:
                below.append(_living(inside))
        stack.extend((child, below) for child in reversed(task.children))
    return found


def _internal(task: Any) -> dict[str, Any]:
    """A loop names its instances by ids, which differ from run to run."""
    own = dict(task.internal_data)
    if "merged" in own:
        own["merged"] = len(own["merged"])
    return own


class Sides:
    """The same run four times; the stored one of the engine room is restored as another process would."""

    def __init__(self, diagrams: workflows.Diagrams, elsewhere: workflows.Diagrams, facts: Mapping[str, Any]) -> None:
        self.diagrams, self.elsewhere = diagrams, elsewhere
        stock = [
            BpmnWorkflow(diagrams.spec, dict(diagrams.subprocess_specs), script_engine=scripts.ENGINE) for _ in "ab"
        ]
        fast = [
            FastWorkflow(diagrams.spec, dict(diagrams.subprocess_specs), scripts.ENGINE, diagrams.compiled_spec)
            for _ in "ab"
        ]
        self.all: list[Any] = [*stock, *fast]
        for each in self.all:
            each.task_tree.data.update(facts)
            _walk(each, refusing=False)
        self.store()

    @property
    def live(self) -> Any:
        return self.all[0]

    def store(self) -> None:
        """Store and restore the second of each kind, then compare all four."""
        self.all[1] = _stock.deserialize_json(_stock.serialize_json(self.all[1]))
        self.all[1].script_engine = scripts.ENGINE
        for fast in self.all[2:]:
            assert fast.ready(manual=True) == fast.get_tasks(state=TaskState.READY, manual=True)
        state = dump(self.all[3])
        self.all[3] = load(self.elsewhere, state)
        assert dump(self.all[3]) == state
        wanted = picture(self.live)
        for each in self.all[1:]:
            assert picture(each) == wanted

    def open(self) -> list[str]:
        """The user tasks that can be done, by key."""
        return [task.task_spec.bpmn_id for task in self.live.get_tasks(state=TaskState.READY, manual=True)]

    def expected(self) -> list[str]:
        """The messages somebody waits for."""
        definitions = [task.task_spec.event_definition for task in self.live.event_manager.tasks.values()]
        single = [each for one in definitions for each in getattr(one, "event_definitions", [one])]
        return [each.name for each in single if isinstance(each, MessageEventDefinition)]

    def answer(self, place: int, facts: Mapping[str, Any], *, refusing: bool = False) -> None:
        """Do the open task at that place on every side, store, compare."""
        for each in self.all:
            task = each.get_tasks(state=TaskState.READY, manual=True)[place]
            task.data.update(facts)
            task.run()
            _walk(each, refusing)
        self.store()

    def tell(self, message: str) -> None:
        """Send a message to every side, store, compare."""
        for each in self.all:
            each.send_event(BpmnEvent(MessageEventDefinition(message), {}))
            _walk(each, refusing=False)
        self.store()


def _walk(workflow: Any, refusing: bool) -> None:
    def call(name: str, facts: Mapping[str, Any]) -> Mapping[str, Any]:
        if refusing and name == "archive/pull":
            raise NoSeat()
        return {"done_" + name.replace("/", "_"): True}

    while ready := workflow.get_tasks(state=TaskState.READY, manual=False):
        for task in ready:
            if task.state == TaskState.READY:
                engine._step(task, engine.Services(call))


def wander(sides: Sides, chance: random.Random) -> int:
    """Answer, refuse and tell at random until the run has ended; the number of steps taken."""
    for step in range(LONGEST):
        expected = sides.expected()
        keys = sides.open()
        if expected and (not keys or chance.random() < 0.25):
            sides.tell(chance.choice(expected))
        elif keys:
            place = chance.randrange(len(keys))
            sides.answer(place, _facts(sides.diagrams, keys[place], step, chance), refusing=chance.random() < 0.5)
        else:
            return step
    return LONGEST


def _facts(diagrams: workflows.Diagrams, key: str, step: int, chance: random.Random) -> dict[str, Any]:
    spec = diagrams.tasks[key]
    facts: dict[str, Any] = {"outcome": chance.choice(spec.outcomes), f"by_{key}": step, "again": chance.random() < 0.5}
    if facts["outcome"] == "send_back" and spec.returns_as:
        facts["returned_by"] = spec.returns_as
    return facts
