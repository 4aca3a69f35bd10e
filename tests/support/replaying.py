"""Play a counter-example of the proof in the real engine: every answer, verb, refusal and message in its order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from unittest.mock import patch

import workflows
from workflows import engine
from workflows.runs import dump, load
from workflows.task_tree import FastWorkflow

Step = Mapping[str, Any]
MOST_ORDERS = 300
# how a counter-example ends
COMES_THERE, BREAKS_OFF, GOES_ROUND, WAITS = "comes there", "breaks off", "goes round", "waits"
BY_ITSELF = ("verb", "end")  # what the engine comes to without anybody's doing


class NotReplayed(Exception):
    """The engine went another way than the counter-example says."""


class _Reached(Exception):
    """The engine is about to call the last verb of the counter-example."""


def replay(
    diagrams: workflows.Diagrams, steps: Sequence[Step], *, ending: str = COMES_THERE, branches: bool = False
) -> None:
    """Play the steps; the run is stored and restored before each. Raises NotReplayed.

    The engine must call exactly the verbs that are named, in their order, and do at the last step what `ending` says:
    come to its verb or end, have no way to go on from there, go round and call the same verbs again, or wait. With
    branches, for a diagram that splits, other branches may call verbs of their own in the last act, and any order in
    which they move will do: no drawing says.
    """
    try:
        _replay(diagrams, steps, ending, branches)
    except NotReplayed:
        if not branches or not any(_in_every_order(lambda: _replay(diagrams, steps, ending, branches))):
            raise


def _in_every_order(attempt: Callable[[], None]) -> Iterator[bool]:
    """Does it succeed, for one order after the other in which the engine could take what moves at once?

    Its own order depends on nodes of its own that no drawing shows.
    """
    own, chosen = FastWorkflow.ready, [0]
    for _ in range(MOST_ORDERS):
        taken: list[tuple[int, int]] = []

        def one_first(workflow: FastWorkflow, *, manual: bool, chosen=chosen, taken=taken) -> list[Any]:  # type: ignore[no-untyped-def]
            ready = own(workflow, manual=manual)
            if manual or len(ready) < 2:
                return ready
            place = chosen[len(taken)] if len(taken) < len(chosen) else 0
            taken.append((place, len(ready)))
            return [ready[place]]

        with patch.object(FastWorkflow, "ready", one_first):
            try:
                attempt()
            except NotReplayed:
                yield False
            else:
                yield True
        while taken and taken[-1][0] + 1 == taken[-1][1]:
            taken.pop()
        if not taken:
            return
        chosen = [place for place, _count in taken]
        chosen[-1] += 1


def _replay(diagrams: workflows.Diagrams, steps: Sequence[Step], ending: str, branches: bool) -> None:
    if not steps or "facts" not in steps[0] or not (ending != COMES_THERE or set(steps[-1]) & set(BY_ITSELF)):
        raise NotReplayed(f"no counter-example: {steps}")
    parts: list[list[Step]] = []
    for step in steps:
        if parts and set(step) & set(BY_ITSELF):
            parts[-1].append(step)
        else:
            parts.append([step])
    state = b""
    for part in parts[:-1]:
        state = _played(diagrams, state, part, _Script(part[1:]))
    _play_the_last(diagrams, state, parts[-1], ending, branches)


def _played(diagrams: workflows.Diagrams, state: bytes, part: Sequence[Step], script: _Script) -> bytes:
    """The state after an act and what the engine does by itself then."""
    try:
        run = _act(diagrams, state, part[0], engine.Services(script.call))
    except workflows.RunBroken as error:
        raise NotReplayed(f"after {part[0]}: the engine broke off: {error}") from error
    script.must_be_done(part[0], run.trail if run else ())
    if run is not None and dump(load(diagrams, run.state)) != run.state:
        raise NotReplayed("the run is stored differently once it is restored")
    return run.state if run else state


def _play_the_last(
    diagrams: workflows.Diagrams, state: bytes, part: Sequence[Step], ending: str, branches: bool
) -> None:
    script = _Script(part[1:], stops=ending == COMES_THERE and "verb" in part[-1], branches=branches)
    if ending in (BREAKS_OFF, GOES_ROUND):
        script.again = ending == GOES_ROUND
        try:
            _act(diagrams, state, part[0], engine.Services(script.call))
        except workflows.RunBroken:
            script.must_be_done(part[0], [step["end"] for step in part if "end" in step])
            return
        raise NotReplayed(f"the engine went on from {part[-1]}")
    try:
        after = _played(diagrams, state, part, script)
    except _Reached:
        return
    if ending == WAITS:
        if engine.as_stored(diagrams, after).finished:
            raise NotReplayed(f"the case has ended after {part[-1]}")
    elif "end" not in part[-1]:
        raise NotReplayed(f"the engine never called {part[-1]}")


def _act(diagrams: workflows.Diagrams, state: bytes, step: Step, services: engine.Services) -> workflows.Run | None:
    if "facts" in step:
        return workflows.start(diagrams, step["facts"], context=services)
    if "message" in step:
        try:
            return workflows.notify(diagrams, state, step["message"], context=services)
        except workflows.NotWaiting:
            return None  # it ends an effect all the same
    task = diagrams.tasks[step["task"]]
    if (task.role, task.duty) != (step["role"], step["duty"]) or step["outcome"] not in task.outcomes:
        raise NotReplayed(f"{step} is no answer of that task")
    try:
        return workflows.answer(diagrams, state, step["task"], {"outcome": step["outcome"]}, context=services)
    except workflows.TaskGone as error:
        raise NotReplayed(f"nobody waits for {step}") from error


class _Script:
    """What the engine must do by itself after one act.

    stops -- it is not to get beyond the last verb; branches -- others than the one that is followed may call verbs.
    """

    def __init__(self, expected: Sequence[Step], *, stops: bool = False, branches: bool = False) -> None:
        self.verbs = [step for step in expected if "verb" in step]
        self.ends = [step["end"] for step in expected if "end" in step]
        self.stops, self.branches, self.again = stops, branches, False
        self._names = {step["verb"] for step in self.verbs}

    def call(self, name: str, _facts: Mapping[str, Any]) -> Mapping[str, Any]:
        if not self.verbs or self.verbs[0]["verb"] != name:
            if self.branches or (self.again and not self.verbs and name in self._names):
                return {}
            raise NotReplayed(f"the engine called {name}, expected was {self.verbs[:1]}")
        step = self.verbs.pop(0)
        if self.stops and not self.verbs:
            raise _Reached
        if "refused" in step:
            raise _refusal(step["refused"])
        given: Mapping[str, Any] = step.get("gives", {})
        return given

    def must_be_done(self, act: Step, trail: Sequence[str]) -> None:
        """Raises NotReplayed unless every verb was called and every end reached."""
        missed = [end for end in self.ends if end not in trail]
        if self.verbs or missed:
            raise NotReplayed(f"after {act}: the engine did not come to {self.verbs or missed}")


def _refusal(code: str) -> workflows.Refusal:
    return type("Refused", (workflows.Refusal,), {"code": code, "text": code})()
