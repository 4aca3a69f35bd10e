"""What may still happen to a case that stands anywhere in a version: proved from there, as a diagram is from its start.

A version is proved sound and within its policies for cases that begin in it. One that comes from another version may
stand where no case of this one ever does: past a decision that is asked for later, or before a join that none reaches.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from SpiffWorkflow.bpmn.specs.control import _EndJoin
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.specs.Join import Join
from SpiffWorkflow.spiff.specs.defaults import ServiceTask
from SpiffWorkflow.util.task import TaskState

from workflows import scripts
from workflows.decision_tables import Table
from workflows.errors import NotMovable
from workflows.joint import as_single_tasks
from workflows.policies import Book, History, Rules
from workflows.policies.facts import NAMED_BY_THE_ENGINE
from workflows.policies.gateways import came_by
from workflows.policies.machine import Machine
from workflows.policies.nodes import verb_of
from workflows.policies.policy import END
from workflows.policies.proof import machine_for
from workflows.policies.tokens import Goes, NotFollowed, Path, State, Token, Underway, ordered
from workflows.policies.unmet import unmet
from workflows.reading import read
from workflows.task_tree import FastWorkflow
from workflows.translation import gettext, listed
from workflows.verification.drawing import connect_calls, draw

MOST_STATES = 20_000  # from one beginning
JOIN = ".BoundaryEventJoin"  # the library's: behind a task with events at its border


class Marking(NamedTuple):
    """Where the tokens of a run are: those that rest, and services that are called again."""

    resting: tuple[Token, ...]
    moving: tuple[Goes, ...]


def ahead_of(
    sources: Mapping[str, bytes], process_id: str, book: Book, tables: Mapping[str, Table], rules: Rules
) -> Ahead:
    """What may happen in these diagrams. book, tables, rules -- as for `prove`. Raises NotMovable where undecided."""
    roots = {name: read(source, name) for name, source in sorted(sources.items())}
    for root in roots.values():
        as_single_tasks(root)
    drawings = [draw(root, name) for name, root in roots.items()]
    connect_calls(drawings)
    drawing = next(each for each in drawings if any(scope.id == process_id for scope in each.processes))
    try:
        return Ahead(machine_for(drawing, process_id, book, tables, rules))
    except NotFollowed as error:
        raise NotMovable(gettext("流程不能逐一验证：{why}", why=error)) from error


class Ahead:
    """Every state that can follow another in one version, looked at once however many cases come by.

    asked -- the facts that its conditions ask for.
    """

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.number = {node.id: number for number, node in enumerate(machine.nodes)}
        self.asked = frozenset(name for node in machine.nodes for name in _asked_at(node))
        self._after: dict[State, tuple[tuple[State, ...], str]] = {}
        self._verdicts: dict[tuple[Marking, History], str] = {}
        self._lock = threading.RLock()  # pages and the worker ask of the same version

    def unknown(self, run: FastWorkflow, before: frozenset[str]) -> list[str]:
        """The facts known from the opening alone that the way ahead asks for, the version before did not, and this run
        does not know; in words. before -- what that version asked for.
        """
        with self._lock:
            return self._unknown(run, before)

    def _unknown(self, run: FastWorkflow, before: frozenset[str]) -> list[str]:
        declared = self.machine.facts.declared
        known = {name for each in _definite(run) for name in each.data}
        asked = {
            name for number in self._reachable(self.marking(run)) for name in _asked_at(self.machine.nodes[number])
        }
        lost = [
            name
            for name in sorted(asked - before - known - set(NAMED_BY_THE_ENGINE))
            if name in declared and not declared[name].by
        ]
        return [declared[name].words or name for name in lost]

    def repeated(self, before: FastWorkflow, after: FastWorkflow, written: Collection[str] | None) -> list[str]:
        """The services that lie ahead of a moved run, did not before, and whose verbs have run; in words.

        written -- those verbs, None where nobody knows: then it may have been any. Raises NotMovable.
        """
        try:
            new = self._reachable(self.marking(after)) - self._reachable(self.marking(before))
        except NotFollowed as error:
            raise NotMovable(gettext("不能判定此后能否办完：{why}", why=error)) from error
        nodes = [self.machine.nodes[each] for each in sorted(new)]
        again = [str(each) for each in nodes if (verb := verb_of(each)) and (written is None or verb in written)]
        return list(dict.fromkeys(again))

    def objection(self, run: FastWorkflow, history: History) -> str:
        """Why a case with this history may not go on from where it stands, empty when it may.

        Some way on leads to a verb or an end that its policy forbids, to a gateway without a way, or nowhere at all.
        """
        with self._lock:
            begun = self.marking(run), history
            if begun not in self._verdicts:
                self.machine.allow_more()
                try:
                    self._verdicts[begun] = self._explored(*begun)
                except NotFollowed as error:
                    self._verdicts[begun] = gettext("不能判定此后能否办完：{why}", why=error)
            return self._verdicts[begun]

    # --- the way ahead

    def _explored(self, marking: Marking, history: History) -> str:
        resting = ordered(marking.resting)
        firsts: tuple[State, ...] = (State(resting, history),)
        if marking.moving:
            firsts, fault = self._followed(Underway(resting, marking.moving, history, ()))
            if fault:
                return fault
        reached, open_ = dict.fromkeys(firsts), list(firsts)
        while open_:
            after, fault = self._next(open_.pop())
            if fault:
                return fault
            for state in after:
                if state not in reached:
                    reached[state] = None
                    open_.append(state)
            if len(reached) > MOST_STATES:
                raise NotFollowed(gettext("状态超出了验证的界限（{most} 个）", most=MOST_STATES))
        return self._never_over(list(reached))

    def _next(self, state: State) -> tuple[tuple[State, ...], str]:
        if state not in self._after:
            self._after[state] = self._acted(state)
        return self._after[state]

    def _acted(self, state: State) -> tuple[tuple[State, ...], str]:
        machine = self.machine
        self._forget_faults()
        after = tuple(dict.fromkeys(each for each, _steps in machine.acts(state)))
        return after, self._fault()

    def _forget_faults(self) -> None:
        self.machine.violations.clear()
        self.machine.gaps.clear()
        self.machine.endless.clear()

    def _followed(self, begun: Underway) -> tuple[tuple[State, ...], str]:
        self._forget_faults()
        after = tuple(dict.fromkeys(each for each, _steps in self.machine.go_on(begun)))
        return after, self._fault()

    def _fault(self) -> str:
        machine = self.machine
        for node, subject, lines, _steps in machine.violations:
            lacking = unmet(lines, machine.rules.titles)
            if subject.startswith(END):
                return gettext("按流程规定不能结束于{node}：{lacking}", node=node, lacking=lacking)
            return gettext("按流程规定不能办理{node}：{lacking}", node=node, lacking=lacking)
        for number in machine.gaps:
            return gettext("到网关{node}处没有可走的流向", node=machine.nodes[number])
        return gettext("有不经过任何人的循环") if machine.endless else ""

    def _never_over(self, reached: Sequence[State]) -> str:
        """Every state must lead to the end of the case by some way."""
        before: dict[State, list[State]] = {each: [] for each in reached}
        for state in reached:
            for after in self._after.get(state, ((), ""))[0]:
                before[after].append(state)
        good = {each for each in reached if not each.tokens}
        open_ = list(good)
        while open_:
            for state in before[open_.pop()]:
                if state not in good:
                    good.add(state)
                    open_.append(state)
        lost = next((each for each in reached if each not in good), None)
        if lost is None:
            return ""
        places = dict.fromkeys(str(self.machine.nodes[each.node]) for each in lost.tokens)
        return gettext("会停在{nodes}，再也办不完", nodes=listed(places))

    def _reachable(self, marking: Marking) -> set[int]:
        """The nodes to which the tokens may come, and those inside of activities that they may pass."""
        machine = self.machine
        open_ = [*(each.node for each in marking.resting), *(each[0] for each in marking.moving)]
        seen = set(open_)
        while open_:
            node = machine.nodes[open_.pop()]
            targets = [flow.target for flow in node.outs]
            targets += [flow.target for border in node.boundaries for flow in border.outs]
            targets += node.inside.nodes if node.inside is not None else []
            new = {machine.number[id(each)] for each in targets} - seen
            seen |= new
            open_.extend(new)
        return seen

    # --- where a run stands

    def marking(self, run: FastWorkflow) -> Marking:
        """The tokens of a live run of this version. Raises NotFollowed for what a proof knows nothing of."""
        resting: list[Token] = []
        moving: list[Goes] = []
        self._tokens(run, run, (), resting, moving)
        return Marking(ordered(tuple(resting)), tuple(moving))

    def _tokens(self, top: Any, workflow: Any, path: Path, resting: list[Token], moving: list[Goes]) -> None:
        for task in workflow.tasks.values():
            spec, state = task.task_spec, task._state
            if isinstance(spec, Join) and not isinstance(spec, _EndJoin) and spec.name in self.number:
                if state in (TaskState.WAITING, TaskState.CANCELLED):
                    resting.append(self._arrived(task, path))
            elif (
                state < TaskState.WAITING
                or state >= TaskState.COMPLETED
                or isinstance(spec, _EndJoin | BoundaryEvent | Join)
            ):
                continue
            elif isinstance(spec, SubWorkflowTask):
                number = self.number[spec.bpmn_id]
                resting.append(Token(number, path, self._data(task), fired=self._fired(task)))
                self._tokens(top, top.subprocesses[task.id], (*path, number), resting, moving)
            elif isinstance(spec, ServiceTask):
                moving.append((self.number[spec.bpmn_id], path, self._data(task), None))
            elif spec.manual or isinstance(spec, CatchingEvent):
                resting.append(Token(self.number[spec.bpmn_id], path, self._data(task), fired=self._fired(task)))
            else:
                raise NotFollowed(gettext("办件停在“{name}”，其含义没有规定", name=spec.bpmn_name or spec.name))

    def _data(self, task: Any) -> tuple[int, ...]:
        facts = self.machine.facts
        return facts.with_((0,) * len(facts.names), task.data)

    def _fired(self, task: Any) -> tuple[int, ...]:
        """The events at its border that have happened and do not interrupt."""
        beside = task._parent._children if task._parent is not None else ()
        done = [
            each.task_spec.bpmn_id
            for each in beside
            if isinstance(each.task_spec, BoundaryEvent) and each._state == TaskState.COMPLETED
        ]
        return tuple(sorted(self.number[each] for each in done))

    def _arrived(self, task: Any, path: Path) -> Token:
        spec = task.task_spec
        number, source = self.number[spec.name], task._parent.task_spec.name.removesuffix(JOIN)
        join = self.machine.nodes[number]
        flow = next((each for each in join.ins if each.source.id == source), None)
        if flow is None:
            raise NotFollowed(gettext("不能判定办件从哪里到达“{name}”", name=spec.bpmn_name or spec.name))
        same = [each for each in task.workflow.tasks.values() if each.task_spec is task.task_spec]
        order = sorted(same, key=lambda each: each.last_state_change).index(task)
        facts = self.machine.facts
        return Token(number, path, facts.with_((0,) * len(facts.names), task._parent.data), came_by(join, flow), order)


def _definite(run: FastWorkflow) -> Iterator[Any]:
    for workflow in (run, *run.subprocesses.values()):
        yield from (each for each in workflow.tasks.values() if each._state >= TaskState.WAITING)


def _asked_at(node: Any) -> Iterator[str]:
    for flow in node.outs:
        if flow.condition is not None:
            yield from scripts.names(flow.condition)
