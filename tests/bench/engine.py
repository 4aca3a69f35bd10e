"""The engine room against the library's own serialiser, on the same transfer walks in the same process."""

from __future__ import annotations

import gc
import logging
import statistics
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.serializer import BpmnWorkflowSerializer
from SpiffWorkflow.spiff.serializer import DEFAULT_CONFIG
from SpiffWorkflow.util.task import TaskState

import workflows
from tests.bench import Figure
from workflows.engine import Services, _complete
from workflows.runs import dump, load
from workflows.scripts import _Facts

ROUNDS = 9
REPEATS = 6  # of every walk in one round
HERE = Path(__file__).parents[2] / "bpmn" / "transfer"
# what a transfer's run knows (app.cases.openings): routing facts only, forms and opinions lie in rows
FACTS = {"same_superior": False, "city_review": False}
AGREED = ("agree",) * 5
WALKS: tuple[tuple[str, ...], ...] = (
    AGREED,
    AGREED,
    AGREED,
    ("send_back", "agree", *AGREED),
    ("agree", "agree", "send_back", "agree", "agree", "agree", "agree", "agree"),
    ("agree", "agree", "refuse"),
)


class _Agreeable(PythonScriptEngine):
    """The stock engine with services that succeed."""

    def call_service(self, task: Any, **kwargs: Any) -> str:
        return "{}"


_STOCK = BpmnWorkflowSerializer(BpmnWorkflowSerializer.configure(DEFAULT_CONFIG))
_SCRIPTS = _Agreeable(_Facts())


def _diagrams() -> workflows.Diagrams:
    return workflows.compile_diagrams({"transfer.bpmn": (HERE / "transfer.bpmn").read_bytes()}, "transfer")


class Stock:
    """The library as its manual says: serialise everything, walk with do_engine_steps."""

    def __init__(self, diagrams: workflows.Diagrams) -> None:
        self.diagrams = diagrams

    def start(self) -> str:
        workflow = BpmnWorkflow(self.diagrams.spec, dict(self.diagrams.subprocess_specs), script_engine=_SCRIPTS)
        workflow.task_tree.data.update(FACTS)
        workflow.do_engine_steps()
        return self.dump(workflow)

    def load(self, state: str) -> BpmnWorkflow:
        workflow = _STOCK.deserialize_json(state)
        workflow.script_engine = _SCRIPTS
        return workflow

    def dump(self, workflow: BpmnWorkflow) -> str:
        return str(_STOCK.serialize_json(workflow))

    def complete(self, workflow: BpmnWorkflow, outcome: str) -> str:
        task = workflow.get_next_task(state=TaskState.READY, manual=True)
        answer = {"outcome": outcome}
        returns_as = self.diagrams.tasks[task.task_spec.bpmn_id].returns_as
        if outcome == "send_back" and returns_as:
            answer["returned_by"] = returns_as
        task.data.update(answer)
        task.run()
        workflow.do_engine_steps()
        return self.dump(workflow)


class Ours:
    """The engine room's door, as the house uses it: `complete` also gathers waiting tasks, facts and trail."""

    def __init__(self, diagrams: workflows.Diagrams) -> None:
        self.diagrams = diagrams

    def start(self) -> bytes:
        return workflows.start(self.diagrams, FACTS).state

    def load(self, state: bytes) -> Any:
        return load(self.diagrams, state)

    def dump(self, workflow: Any) -> bytes:
        return dump(workflow)

    def complete(self, workflow: Any, outcome: str) -> bytes:
        task = workflow.ready(manual=True)[0]
        services = Services(lambda _name, _facts: None)
        return _complete(self.diagrams, workflow, str(task.id), {"outcome": outcome}, services).state


def _before_each_step(side: Any) -> list[tuple[Any, str]]:
    """Every state of the walks with the answer it is about to get."""
    steps = []
    for outcomes in WALKS:
        state = side.start()
        for outcome in outcomes:
            steps.append((state, outcome))
            state = side.complete(side.load(state), outcome)
    return steps


def _cycles(side: Any, steps: list[tuple[Any, str]]) -> None:
    for state, outcome in steps:
        side.complete(side.load(state), outcome)


def _load_and_dump(side: Any, steps: list[tuple[Any, str]]) -> None:
    for state, _ in steps:
        side.dump(side.load(state))


def _cpu(work: Callable[[], object]) -> float:
    gc.collect()
    began = time.process_time()
    for _ in range(REPEATS):
        work()
    return (time.process_time() - began) * 1000 / REPEATS


def _ratio(stock: Callable[[], object], ours: Callable[[], object]) -> tuple[float, float, float]:
    """Medians of interleaved rounds: stock ms, ours ms, and the median of the rounds' ratios."""
    stock(), ours()
    pairs = [(_cpu(stock), _cpu(ours)) for _ in range(ROUNDS)]
    return (
        statistics.median(one for one, _ in pairs),
        statistics.median(other for _, other in pairs),
        statistics.median(one / other for one, other in pairs),
    )


def measure() -> Mapping[str, Figure]:
    """engine.cycle_vs_stock, engine.load_dump_vs_stock (ratios), engine.state_bytes."""
    for name in ("spiff", "spiff.workflow", "spiff.task"):
        logging.getLogger(name).setLevel(logging.WARNING)
    diagrams = _diagrams()
    stock, ours = Stock(diagrams), Ours(diagrams)
    theirs, own = _before_each_step(stock), _before_each_step(ours)
    cycle = _ratio(lambda: _cycles(stock, theirs), lambda: _cycles(ours, own))
    both = _ratio(lambda: _load_and_dump(stock, theirs), lambda: _load_and_dump(ours, own))
    sizes = [len(state) for state, _ in own]
    stock_sizes = [len(state) for state, _ in theirs]
    return {
        "engine.cycle_vs_stock": Figure(round(cycle[2], 2), "×", "≥ 4, aim 6", ROUNDS, _each(cycle, len(own))),
        "engine.load_dump_vs_stock": Figure(round(both[2], 2), "×", "≥ 6, aim 10", ROUNDS, _each(both, len(own))),
        "engine.state_bytes": Figure(
            [round(statistics.mean(sizes)), max(sizes)],
            "bytes, mean / max",
            "≤ 1000 / 1500, aim 600 / 1000",
            1,
            f"stock {round(statistics.mean(stock_sizes))} / {max(stock_sizes)}",
        ),
    }


def _each(times: tuple[float, float, float], steps: int) -> str:
    return f"{times[0] / steps:.2f} → {times[1] / steps:.2f} ms CPU"
