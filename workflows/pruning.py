"""Which finished tasks a run still needs: what lies ahead may look back at some, the rest is forgotten."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.util.task import TaskState

from workflows.compiled_spec import ProcessSpec

COMPLETED = TaskState.COMPLETED  # states below it are unfinished
Kept = list[tuple[Any, int, int]]  # task, place of its parent in this list (-1 for the root), shape below it


def kept(workflow: Any, part: ProcessSpec) -> Kept:
    """The tasks to store, parents first, in the order of the tree; a forgotten task's children move up to its parent.

    Unfinished tasks are all kept; predicted ones below them that the engine would predict again are named by a shape.
    """
    needed = _needed(workflow, part)
    rows: Kept = []
    stack = [(workflow.task_tree, -1)]
    while stack:
        task, place = stack.pop()
        unfinished = task._state < COMPLETED
        shape = None
        if unfinished or task in needed:
            shape = part.shape_of(task) if unfinished else None
            rows.append((task, place, shape or 0))
            place = len(rows) - 1
        if shape is None:
            stack.extend([(child, place) for child in reversed(task._children)])
    return rows


def _needed(workflow: Any, part: ProcessSpec) -> set[Any]:
    """The finished tasks something unfinished looks back at.

    Two that seem to be needed are not: a loop has taken what its finished instances brought, and the join of a task
    with boundary events is unfinished only while that task is, whose parent is the split it looks for.
    """
    unfinished = [task for task in workflow.tasks.values() if task._state < COMPLETED]
    needed = {workflow.task_tree, workflow.last_task}
    for task in unfinished:
        needed.add(task._parent)  # data are inherited from it
    arrived = [task for task in workflow.tasks.values() if task._state >= COMPLETED and task.task_spec in part.joins]
    if arrived and unfinished:
        for task in _not_yet_merged(arrived, unfinished):
            needed.update((task, task._parent))
    return needed


def _not_yet_merged(arrived: list[Any], unfinished: list[Any]) -> list[Any]:
    """Tokens that came to a join which has not gone on for all of them.

    Once a join has completed and everything unfinished descends from it, it holds the data of all that came before;
    what is left of an earlier round would only make the next round's join fire early.
    """
    common = list(unfinished[0].ancestors())
    for task in unfinished[1:]:
        own = set(task.ancestors())
        common = [each for each in common if each in own]
    passed: dict[Any, Any] = {}
    for task in common:  # the nearest comes first
        if task._state == COMPLETED:
            passed.setdefault(task.task_spec, task)
    return [task for task in arrived if task.task_spec not in passed or task.is_descendant_of(passed[task.task_spec])]
