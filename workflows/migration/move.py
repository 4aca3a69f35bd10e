"""A run that stands at a wrong place: one of its waiting tasks goes on as another one of the same diagram."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from workflows.engine import as_stored
from workflows.errors import NotMovable, RunBroken
from workflows.migration.copying import copied
from workflows.migration.migrate import Migrated, VersionOfRuns, refuse_broken_policy, steps_between, waiting_of
from workflows.policies import Act
from workflows.runs import dump, load
from workflows.translation import gettext, listed


def move(
    version: VersionOfRuns,
    state: bytes,
    key: str,
    to: str,
    acts: Iterable[Act],
    *,
    written: Collection[str] | None,
) -> Migrated:
    """The stored run with the task `key` gone on as `to`, restored before anybody is given it.

    acts -- what is on record of its case, as for `migrate`; written -- the verbs that have run in it, None where that
    is not known: none of them may lie ahead again that did not before.
    Raises NotMovable with the sentence why not, RunBroken for a state that is none.
    """
    diagrams = version.diagrams
    before = load(diagrams, state)
    waiting = [each for each in before.ready(manual=True) if each.task_spec.bpmn_id == key]
    names = {each: diagrams.tasks[each].name if each in diagrams.tasks else each for each in (key, to)}
    if not waiting:
        raise NotMovable(gettext("办件没有停在“{name}”", name=names[key]))
    there = waiting[0].workflow.spec.task_specs.get(to)
    if key == to or to not in diagrams.tasks:
        raise NotMovable(gettext("流程图中没有别的环节“{name}”", name=names[to]))
    if len(waiting) > 1 or there is None or not there.manual:
        raise NotMovable(gettext("“{name}”不在同一段流程中，或者要办多次", name=names[to]))
    facts = dict((before.last_task or before.task_tree).data)
    waited = waiting_of(before, diagrams)
    moved = copied(before, diagrams, diagrams, {key: to})
    if again := version.ahead.repeated(before, moved, written):
        raise NotMovable(gettext("{nodes}已经办过，不能再退到它之前", nodes=listed(again)))
    refuse_broken_policy(version, moved, acts, facts, verbs_known=written is not None)
    try:
        run = as_stored(diagrams, dump(moved))
    except (RunBroken, LookupError, TypeError, ValueError) as error:
        raise NotMovable(gettext("不能恢复调整后的运行状态")) from error
    return Migrated(run, tuple(steps_between(waited, run.waiting)), facts)
