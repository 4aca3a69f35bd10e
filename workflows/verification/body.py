"""From a drawn scope to its steps: where tokens can be, and what takes and gives them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from workflows.verification.drawing import Flow, Node, Scope
from workflows.verification.folding import Folding
from workflows.verification.steps import Activity, Bag, Start, Step, places_of
from workflows.verification.world import TooWide, Trigger, World, closure, thrown_in, trigger_of

WIDEST = 8  # flows out of an inclusive gateway: each more doubles the choices
MOST_INSTANCES = 6  # of an activity with a constant number: as many more behave no differently


class Body:
    """The steps of one scope after folding; places are numbered from 0."""

    def __init__(self, scope: Scope, world: World) -> None:
        self.scope, self.world = scope, world
        self._place: dict[Flow, int] = {flow: number for number, flow in enumerate(scope.flows)}
        self._front: dict[int, Flow | None] = {number: flow for flow, number in self._place.items()}
        self.steps: list[Step] = []
        self.event_subs: list[Activity] = []
        self.starts: list[Start] = []
        for node in scope.nodes:
            self._add(node)
        self._begin()
        self.fronts = Folding(self.steps, self.starts, self._front).fold()
        self.consumers: dict[int, Step] = {place: step for step in self.steps for place in step.ins}
        ends = [step for step in self.steps if step.is_plain and step.join == "any" and step.ways == [()]]
        # a token that only has to end may as well rest where it is; two that could rest there could meet there
        self.resting = frozenset(place for step in ends for place in step.ins)
        self.alive = tuple(place for place in range(len(self.fronts)) if place not in self.resting)
        self.steps = [step for step in self.steps if step not in ends]
        self.ahead = {id(step): self._ahead(step) for step in self.steps if step.join == "or"}

    # --- from nodes to steps

    def _add(self, node: Node) -> None:
        if node.kind == "event_sub":
            self._add_event_sub(node)
        elif node.kind not in ("start", "boundary"):
            ins = [self._place[flow] for flow in node.ins if flow.source.kind != "events" or not self._held(node)]
            step = Step(node, "any", ins, self._ways(node))
            getattr(self, f"_{node.kind}", self._task)(step)
            self._let_signals_pass(step)
            if ins or not node.ins:
                self.steps.append(step)

    def _let_signals_pass(self, step: Step) -> None:
        """A signal is over before the token that cried it has gone on: it is not heard further down the same way."""
        if step.signals and any(step.ways):
            place = len(self._front)
            self._front[place] = None
            self.steps.append(Step(step.node, "any", [place], step.ways, waits=True))
            step.ways = [(place,)]

    def _held(self, node: Node) -> bool:
        """Is the token kept at the event-based gateway until this event happens?"""
        return node.kind in ("catch", "task") and self._trigger(node).kind != "free"

    def _trigger(self, node: Node) -> Trigger:
        return trigger_of(node, node.events, self.world, frozenset())

    def _bag(self, flows: Iterable[Flow]) -> Bag:
        return tuple(self._place[flow] for flow in flows)

    def _ways(self, node: Node) -> list[Bag]:
        """The choices of flows on which tokens leave a node."""
        places = self._bag(node.outs)
        if node.kind == "xor":
            return [(place,) for place in places] or [()]
        if node.kind == "or":
            otherwise = self._bag(flow for flow in node.outs if flow.id is not None and flow.id == node.default)
            chosen = _subsets(tuple(place for place in places if place not in otherwise))
            return [*chosen, otherwise] if otherwise or not chosen else chosen
        conditional = [flow for flow in node.outs if flow.conditional and node.kind not in ("and", "events")]
        if not conditional:
            return [places]
        default = [flow for flow in node.outs if flow.id is not None and flow.id == node.default]
        conditional = [flow for flow in conditional if flow not in default]
        always = self._bag(flow for flow in node.outs if flow not in conditional and flow not in default)
        ways = [always + chosen for chosen in _subsets(self._bag(conditional))]
        return [*ways, always + self._bag(default)]

    def _xor(self, step: Step) -> None:
        pass

    def _and(self, step: Step) -> None:
        step.join = "all"

    def _or(self, step: Step) -> None:
        step.join = "or"

    _complex = _or

    def _events(self, step: Step) -> None:
        """The first of its events decides; those that may happen at any time are a free choice."""
        free = [flow for flow in step.node.outs if not self._held(flow.target)]
        step.ways = [(self._place[flow],) for flow in free] or ([()] if not step.node.outs else [])
        for flow in step.node.outs:
            if flow not in free:
                trigger = self._trigger(flow.target)
                self.steps.append(Step(flow.target, "any", list(step.ins), self._ways(flow.target), trigger))

    def _catch(self, step: Step) -> None:
        trigger = self._trigger(step.node)
        step.trigger = None if trigger.kind == "free" else trigger

    def _throw(self, step: Step) -> None:
        step.sends = self.world.sent(step.node)
        for event in step.node.events:
            if event.kind == "signal" and event.key in self.world.caught_signals:
                step.signals += (event.key,)
            elif event.kind in ("error", "escalation", "cancel", "terminate"):
                step.throws += ((event.kind, event.key),)

    def _end(self, step: Step) -> None:
        step.ways = [()]
        self._throw(step)

    def _task(self, step: Step) -> None:
        node = step.node
        inside = node.inside if node.inside is not None and node.inside not in self.world.one_steps else None
        trigger = self._trigger(node) if self.world.awaited(node) else None
        sends = self.world.sent(node)
        thrown = thrown_in(inside) if inside is not None else frozenset()
        borders = [
            (trigger_of(each, each.events, self.world, thrown), each.interrupting, self._ways(each))
            for each in node.boundaries
            if not any(event.kind == "compensate" for event in each.events)
        ]
        several = bool(node.instances or node.loops)
        speaks = bool(trigger or sends)
        folds = all(border.kind == "free" and interrupting for border, interrupting, _ in borders)
        if inside is None and folds and not (speaks and (several or borders)):
            step.ways = [*step.ways, *(way for _, _, ways in borders for way in ways)]
            step.trigger, step.sends = trigger, sends
            return
        if max(node.instances, default=0) > MOST_INSTANCES and not self.world.is_quiet(closure([node.scope])):
            raise TooWide(f"{node}的实例数超过 {MOST_INSTANCES}，又收发消息")
        counts = node.instances or ((0, 1) if node.may_be_skipped else (1,))
        step.activity = Activity(node, step.ways, inside, counts, trigger, sends, borders)

    def _add_event_sub(self, node: Node) -> None:
        inside = node.inside
        assert inside is not None
        start = next(iter(inside.starts), None)
        if start is None or start.kind != "start" or not start.events:
            return
        thrown = thrown_in(self.scope)
        trigger = trigger_of(start, start.events, self.world, thrown)
        self.event_subs.append(
            Activity(node, [()], inside, (1,), None, (), [(trigger, start.interrupting, [()])]),
        )

    # --- where tokens appear

    def _begin(self) -> None:
        at_once: Bag = ()  # without start events, whatever has no way in begins, all of it together
        for node in self.scope.starts:
            if node.kind == "start":
                self.starts.append((self._trigger(node), self._ways(node)))
            elif node.kind == "events" and self.scope.is_process:
                self.starts += [(self._trigger(flow.target), self._ways(flow.target)) for flow in node.outs]
            elif node.tag == "receiveTask" and self.scope.is_process:
                self.starts.append((self._trigger(node), self._ways(node)))
            else:
                place = len(self._front)
                self._front[place] = None
                taking = {node, *(flow.target for flow in node.outs if node.kind == "events")}
                for step in self.steps:
                    if step.node in taking and not step.ins:
                        step.ins.append(place)
                at_once += (place,)
        if at_once:
            self.starts.append((Trigger("free", self.scope.starts[0]), [at_once]))
        self.steps = [step for step in self.steps if step.ins]

    def births(self) -> list[Bag]:
        """The ways in which the inside of an activity begins: at its plain start (at all, should it have more)."""
        plain = [ways for trigger, ways in self.starts if not trigger.node.events]
        chosen = itertools.product(*(plain or [ways for _, ways in self.starts]))
        return [tuple(itertools.chain(*bags)) for bags in chosen]

    # --- inclusive joins

    def is_awaited(self, join: Step, tokens: Bag, inside: Iterable[Node], full: Bag) -> bool:
        """Can a token elsewhere still come to an empty flow of the inclusive join, and to none that has one?"""
        ahead = self.ahead[id(join)]
        empty = set(join.ins) - set(full)
        elsewhere = [ahead[place] for place, count in enumerate(tokens) if count and place not in join.ins]
        elsewhere += [ahead[node] for node in inside if node in ahead]
        return any(reached & empty and not reached & set(full) for reached in elsewhere)

    def _ahead(self, join: Step) -> dict[int | Node, frozenset[int]]:
        """For each place and activity: by which flows a token there can still come to the join without passing it."""
        found: dict[int | Node, frozenset[int]] = {}
        for place in range(len(self.fronts)):
            found[place] = self._reached({place} - set(join.ins), join)
        for step in self.steps:
            if step.activity:
                found[step.node] = self._reached(places_of(step), join)
        return found

    def _reached(self, places: set[int], join: Step) -> frozenset[int]:
        seen, open_ = set(places), list(places)
        while open_:
            place = open_.pop()
            for step in self.steps:
                if step is not join and place in step.ins:
                    new = places_of(step) - seen
                    seen |= new
                    open_.extend(new)
        return frozenset(seen & set(join.ins))


def _subsets(places: Bag) -> list[Bag]:
    if len(places) > WIDEST:
        raise TooWide(f"一个网关有 {len(places)} 条可同时选择的分支，最多验证 {WIDEST} 条")
    return [chosen for size in range(1, len(places) + 1) for chosen in itertools.combinations(places, size)]
