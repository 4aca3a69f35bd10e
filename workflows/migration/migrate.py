"""Whether a run may go over to another version, and the run as it stands there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workflows.diagrams import Diagrams
from workflows.engine import as_stored
from workflows.errors import NotMovable, RunBroken
from workflows.migration.ahead import Ahead
from workflows.migration.copying import copied
from workflows.policies import Act, Rules, history_of
from workflows.policies.tokens import NotFollowed
from workflows.runs import Run, Waiting, dump, load
from workflows.task_tree import FastWorkflow
from workflows.translation import gettext, listed


@dataclass(frozen=True)
class VersionOfRuns:
    """A version as its runs meet it: what they run on, what is asked of their verbs, what may happen to them."""

    diagrams: Diagrams
    rules: Rules
    ahead: Ahead


@dataclass(frozen=True)
class Step:
    """A waiting task before and after; `after` has the same id where it is the same task."""

    before: Waiting
    after: Waiting


@dataclass(frozen=True)
class Migrated:
    """A run on the other version.

    run -- as it was restored there; steps -- the tasks at which it waits; facts -- what it knew.
    """

    run: Run
    steps: tuple[Step, ...]
    facts: Mapping[str, Any]


def migrate(
    own: VersionOfRuns,
    state: bytes,
    target: VersionOfRuns,
    acts: Iterable[Act],
    *,
    verbs_known: bool = True,
    mapping: Mapping[str, str] | None = None,
) -> Migrated:
    """The stored run on the target version, restored there before anybody is given it.

    acts, verbs_known -- what is on record of its case, as for `history_of`: the decisions taken before must hold under
    the policies of the target; mapping -- for user tasks that go on as another one: its key by theirs.
    Raises NotMovable with the sentence why not, RunBroken for a state that is none.
    """
    before = load(own.diagrams, state)
    facts = dict((before.last_task or before.task_tree).data)
    waited = waiting_of(before, own.diagrams)
    moved = copied(before, own.diagrams, target.diagrams, mapping or {})
    try:
        if unknown := target.ahead.unknown(moved, own.ahead.asked):
            raise NotMovable(gettext("新版本的条件要看“{facts}”，本件开立时没有记下", facts=listed(unknown)))
    except NotFollowed as error:
        raise NotMovable(gettext("不能判定此后能否办完：{why}", why=error)) from error
    refuse_broken_policy(target, moved, acts, facts, verbs_known=verbs_known)
    try:
        run = as_stored(target.diagrams, dump(moved))
    except (RunBroken, LookupError, TypeError, ValueError) as error:
        raise NotMovable(gettext("新版本不能恢复本件的运行状态")) from error
    return Migrated(run, tuple(steps_between(waited, run.waiting)), facts)


def waiting_of(run: FastWorkflow, diagrams: Diagrams) -> dict[str, Waiting]:
    """The tasks at which a live run waits, by the engine's id."""
    keys = {str(each.id): each.task_spec.bpmn_id for each in run.ready(manual=True)}
    return {run_task: Waiting(run_task, key, diagrams.tasks[key].name) for run_task, key in keys.items()}


def refuse_broken_policy(
    version: VersionOfRuns, run: FastWorkflow, acts: Iterable[Act], facts: Mapping[str, Any], *, verbs_known: bool
) -> None:
    """Arguments as for `migrate`. Raises NotMovable where some way on breaks a policy, or leads nowhere."""
    history = history_of(version.rules, acts, facts, verbs_known=verbs_known)
    try:
        if why := version.ahead.objection(run, history):
            raise NotMovable(why)
    except NotFollowed as error:
        raise NotMovable(gettext("不能判定此后能否办完：{why}", why=error)) from error


def steps_between(before: Mapping[str, Waiting], after: Iterable[Waiting]) -> Iterable[Step]:
    """Tasks keep their ids, but for those that go on as another one: they stand in the same order of the tree."""
    renamed = iter([each for key, each in before.items() if all(key != one.id for one in after)])
    for each in after:
        yield Step(before[each.id] if each.id in before else next(renamed), each)
