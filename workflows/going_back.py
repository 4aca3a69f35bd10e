"""A run that goes back: it stands where it stood before one of its answers, and whatever does not follow from it stays.

What was answered since is answered again where the run still asks for it, as in the other branches of a parallel part;
everything else follows from the answer that is taken away, and is gone with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflows.diagrams import Diagrams
from workflows.engine import Services, as_stored, complete
from workflows.errors import RunBroken
from workflows.runs import Run, dump, load
from workflows.task_tree import FastWorkflow
from workflows.translation import gettext


@dataclass(frozen=True)
class WentBack:
    """The run as it stands again. kept -- the places of the later answers that hold there too."""

    run: Run
    kept: frozenset[int]


def go_back(diagrams: Diagrams, before: bytes, present: bytes, later: Sequence[tuple[str, str]]) -> WentBack:
    """The run as it was stored `before` an answer, with what was answered since in branches of its own.

    present -- as it is stored now; later -- key and outcome of what was answered since, in its order. Tasks at which
    the run waits in either keep their ids, and no id is given twice. Raises RunBroken where a state is none of these
    diagrams, or where a service lies between: what it has done is not undone by standing before it.
    """
    now, workflow = load(diagrams, present), load(diagrams, before)
    known = set(_waiting(workflow))
    workflow.last_id = workflow.stored_id = max(now.stored_id, workflow.stored_id)
    run, kept = as_stored(diagrams, dump(workflow)), set()
    for place, (key, outcome) in enumerate(later):
        task = next((each for each in run.waiting if each.key == key), None)
        if task is not None:
            run = complete(diagrams, run.state, task.id, {"outcome": outcome}, context=Services(_refuse))
            kept.add(place)
    if kept:
        workflow = load(diagrams, run.state)
        _keep_ids(workflow, known, _waiting(now))
        run = as_stored(diagrams, dump(workflow))
    return WentBack(run, frozenset(kept))


def _refuse(_name: str, _facts: Mapping[str, Any]) -> None:
    raise RunBroken(gettext("此后已有系统操作"))


def _waiting(workflow: FastWorkflow) -> dict[int, Any]:
    """The tasks at which a run waits, by id, in the order of the tree."""
    return {each.id: each for each in workflow.ready(manual=True)}


def _keep_ids(workflow: FastWorkflow, known: set[int], present: Mapping[int, Any]) -> None:
    """What has come to wait in another branch since is the task that waits there now: it keeps its id."""
    free = [task for task_id, task in present.items() if task_id not in known]
    for task_id, task in _waiting(workflow).items():
        same = next((each for each in free if each.task_spec is task.task_spec), None)
        if task_id in known or same is None:
            continue
        free.remove(same)
        del task.workflow.tasks[task_id]
        task.id = same.id
        task.workflow.tasks[task.id] = task
