"""From a drawn scope to its net: the places where tokens can be, and the transitions that take and give them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from workflows.translation import gettext
from workflows.verification.bounds import TooWide, refuse_when_late
from workflows.verification.drawing import Flow, Node, Scope
from workflows.verification.environment import Environment, Trigger, closure, thrown_in, trigger_of
from workflows.verification.reduction import Reduction
from workflows.verification.repetition import ANY_NUMBER
from workflows.verification.transitions import Activity, Bag, Border, Start, Transition, output_places

WIDEST = 8  # flows out of an inclusive gateway: each more doubles the choices
MOST_BORDERS = 200  # events at one activity
MOST_INSTANCES = 6  # of an activity with a constant number: as many more behave no differently
MOST_ROUNDS = 100  # of a loop that are counted


class Net:
    """The reduced net of one scope; places are numbered from 0.

    flows -- by place, the flow on which its tokens wait, None where none was drawn; transitions -- but for the end
    events; consumers -- the transition that takes from a place; resting -- the places whose tokens only have to end;
    event_subs -- the event sub-processes of the scope; starts -- the ways in which it begins.
    """

    def __init__(self, scope: Scope, environment: Environment) -> None:
        self.scope, self.environment = scope, environment
        self._place: dict[Flow, int] = {flow: number for number, flow in enumerate(scope.flows)}
        self._flow: dict[int, Flow | None] = {number: flow for flow, number in self._place.items()}
        self.transitions: list[Transition] = []
        self.event_subs: list[Activity] = []
        self.starts: list[Start] = []
        self._takes_time = any(node.kind == "event_sub" for node in scope.nodes)
        self._thrown = thrown_in(scope) if self._takes_time else frozenset()
        for node in scope.nodes:
            self._add(node)
        self._add_starts()
        self.flows = Reduction(self.transitions, self.starts, self._flow).reduce()
        self.consumers = {place: each for each in self.transitions for place in each.inputs}
        ends = [each for each in self.transitions if each.is_silent and each.join == "any" and each.outputs == [()]]
        # a token that only has to end may as well rest where it is; two that could rest there could meet there
        self.resting = frozenset(place for end in ends for place in end.inputs)
        self.alive = tuple(place for place in range(len(self.flows)) if place not in self.resting)
        self.transitions = [each for each in self.transitions if each not in ends]
        self._same_end = self._resting_by_end()
        self.most_firings = max((each.borders[0].trigger.most for each in self.event_subs), default=0)
        self._ahead = {id(each): self._ways_to(each) for each in self.transitions if each.join == "or"}

    # --- from nodes to transitions

    def _add(self, node: Node) -> None:
        if node.kind == "event_sub":
            self._add_event_sub(node)
        elif node.kind not in ("start", "boundary"):
            inputs = [self._place[flow] for flow in node.ins if flow.source.kind != "events" or not self._held(node)]
            transition = Transition(node, "any", inputs, self._outputs(node))
            getattr(self, f"_{node.kind}", self._task)(transition)
            # an event of the scope may come while its token stands there
            transition.irreducible = self._takes_time and node.kind in ("task", "call", "sub", "catch")
            self._separate_signals(transition)
            if inputs or not node.ins:
                self.transitions.append(transition)

    def _separate_signals(self, transition: Transition) -> None:
        """A thrown signal takes a transition of its own: an event behind the throwing one does not receive it."""
        if transition.signals and any(transition.outputs):
            place = self._new_place()
            self.transitions.append(Transition(transition.node, "any", [place], transition.outputs, irreducible=True))
            transition.outputs = [(place,)]

    def _new_place(self) -> int:
        place = len(self._flow)
        self._flow[place] = None
        return place

    def _held(self, node: Node) -> bool:
        """Is the token kept at the event-based gateway until this event happens?"""
        return node.kind in ("catch", "task") and self._trigger(node).kind != "free"

    def _trigger(self, node: Node) -> Trigger:
        return trigger_of(node, node.events, self.environment, frozenset())

    def _bag(self, flows: Iterable[Flow]) -> Bag:
        return tuple(self._place[flow] for flow in flows)

    # --- where tokens leave a node

    def _outputs(self, node: Node) -> list[Bag]:
        """The choices of flows on which tokens leave a node."""
        if node.kind == "xor":
            return [(place,) for place in self._bag(node.outs)] or [()]
        if node.kind == "or":
            return self._inclusive_outputs(node)
        if node.kind in ("and", "events") or not any(flow.conditional for flow in node.outs):
            return [self._bag(node.outs)]
        return self._conditional_outputs(node)

    def _inclusive_outputs(self, node: Node) -> list[Bag]:
        """Any number of flows but none; the default flow alone when no condition holds."""
        default = self._bag(_default_of(node))
        chosen = _subsets(tuple(place for place in self._bag(node.outs) if place not in default))
        return [*chosen, default] if default or not chosen else chosen

    def _conditional_outputs(self, node: Node) -> list[Bag]:
        """Flows with conditions straight out of a task: those that hold, besides the flows without one."""
        default = _default_of(node)
        conditional = [flow for flow in node.outs if flow.conditional and flow not in default]
        always = self._bag(flow for flow in node.outs if flow not in conditional and flow not in default)
        chosen = [always + bag for bag in _subsets(self._bag(conditional))]
        return [*chosen, always + self._bag(default)]

    # --- what a node does, by its kind

    def _xor(self, transition: Transition) -> None:
        pass

    def _and(self, transition: Transition) -> None:
        transition.join = "all"

    def _or(self, transition: Transition) -> None:
        transition.join = "or"

    _complex = _or

    def _events(self, transition: Transition) -> None:
        """The first of its events decides; those that may happen at any time are a free choice."""
        outs = transition.node.outs
        held = [flow for flow in outs if self._held(flow.target)]
        transition.outputs = [(self._place[flow],) for flow in outs if flow not in held] or ([] if outs else [()])
        for node in (flow.target for flow in held):
            inputs = list(transition.inputs)
            self.transitions.append(Transition(node, "any", inputs, self._outputs(node), self._trigger(node)))

    def _catch(self, transition: Transition) -> None:
        trigger = self._trigger(transition.node)
        transition.trigger = None if trigger.kind == "free" else trigger

    def _throw(self, transition: Transition) -> None:
        transition.sends = self.environment.sent(transition.node)
        for event in transition.node.events:
            if event.kind == "signal" and event.key in self.environment.caught_signals:
                transition.signals += (event.key,)
            elif event.kind in ("error", "escalation", "cancel", "terminate"):
                transition.throws += ((event.kind, event.key),)

    def _end(self, transition: Transition) -> None:
        transition.outputs = [()]
        self._throw(transition)

    def _task(self, transition: Transition) -> None:
        """A task, call or sub-process: one firing where nothing can be seen while it lasts, else an activity."""
        node = transition.node
        inside = node.inside if node.inside not in self.environment.atomic else None
        trigger = self._trigger(node) if self.environment.awaited(node) else None
        sends = self.environment.sent(node)
        borders = self._borders(node)
        if inside is None and self._is_one_firing(node, borders, communicates=bool(trigger or sends)):
            transition.outputs = [*transition.outputs, *(bag for border in borders for bag in border.outputs)]
            transition.trigger, transition.sends = trigger, sends
            return
        repeats = node.repeats
        if max(repeats.instances, default=0) > MOST_INSTANCES and not self.environment.is_quiet(closure([node.scope])):
            raise TooWide(gettext("{node}的实例数超过 {most}，又收发消息", node=node, most=MOST_INSTANCES))
        rounds = self._rounds(node)
        counts = repeats.instances or ((0,) if rounds == 0 else (0, 1) if repeats.may_be_skipped else (1,))
        transition.activity = Activity(node, transition.outputs, inside, counts, trigger, sends, borders, rounds)

    def _rounds(self, node: Node) -> int:
        """How often a loop is followed, at most.

        Where nothing beyond its scope takes part, any number is as good as many: what has happened at its border has
        happened for all its rounds.
        """
        rounds = node.repeats.rounds
        if rounds < 2 or self.environment.is_quiet(closure([node.scope])):
            return rounds if rounds < 2 else ANY_NUMBER
        if rounds > MOST_ROUNDS:
            raise TooWide(gettext("{node}的重复次数超过 {most}，又收发消息", node=node, most=MOST_ROUNDS))
        return rounds

    def _borders(self, node: Node) -> list[Border]:
        if len(node.boundaries) > MOST_BORDERS:
            raise TooWide(gettext("{node}有 {count} 个边界事件", node=node, count=len(node.boundaries)))
        thrown = thrown_in(node.inside) if node.inside is not None else None
        return [
            Border(trigger_of(each, each.events, self.environment, thrown), each.interrupting, self._outputs(each))
            for each in node.boundaries
            if not any(event.kind == "compensate" for event in each.events)
        ]

    @staticmethod
    def _is_one_firing(node: Node, borders: list[Border], *, communicates: bool) -> bool:
        """Can an activity without an inside begin and end, or be interrupted, in one firing?"""
        if not all(border.trigger.kind == "free" and border.interrupting for border in borders):
            return False
        if any(border.trigger.unsure for border in borders):
            return False
        return not communicates or not (node.repeats.instances or node.repeats.loops or borders)

    def _add_event_sub(self, node: Node) -> None:
        inside = node.inside
        assert inside is not None
        start = next(iter(inside.starts), None)
        if start is None or start.kind != "start" or not start.events:
            return
        trigger = trigger_of(start, start.events, self.environment, self._thrown)
        border = Border(trigger, start.interrupting, [()])
        self.event_subs.append(Activity(node, [()], inside, (1,), None, (), [border]))

    # --- where tokens appear

    def _add_starts(self) -> None:
        at_once: Bag = ()  # without start events, whatever has no way in begins, all of it together
        for node in self.scope.starts:
            if node.kind == "start" or (node.tag == "receiveTask" and self.scope.is_process):
                self.starts.append(Start(self._trigger(node), self._outputs(node)))
            elif node.kind == "events" and self.scope.is_process:
                self.starts += [Start(self._trigger(flow.target), self._outputs(flow.target)) for flow in node.outs]
            else:
                at_once += (self._place_before(node),)
        if at_once:
            self.starts.append(Start(Trigger("free", self.scope.starts[0]), [at_once]))
        self.transitions = [each for each in self.transitions if each.inputs]

    def _place_before(self, node: Node) -> int:
        """A place of its own for the token with which a node begins that has no way in."""
        place = self._new_place()
        taking = {node, *(flow.target for flow in node.outs if node.kind == "events")}
        for transition in self.transitions:
            if transition.node in taking and not transition.inputs:
                transition.inputs.append(place)
        return place

    def activities(self) -> list[Activity]:
        """The activities of the scope, in the order by whose numbers an execution names them."""
        return [*(each.activity for each in self.transitions if each.activity), *self.event_subs]

    def initial_bags(self) -> list[Bag]:
        """The bags with which the inside of an activity begins: at its plain start events, else at all of them."""
        plain = [start.outputs for start in self.starts if not start.trigger.node.events]
        chosen = itertools.product(*(plain or [start.outputs for start in self.starts]))
        return [tuple(itertools.chain(*bags)) for bags in chosen]

    def reached_twice(self, tokens: list[int], bag: Bag) -> list[Node]:
        """The ends that get a token with this bag and then have had several."""
        ends = {flow.target for place in self.resting.intersection(bag) if (flow := self.flows[place]) is not None}
        return [end for end in ends if sum(tokens[place] for place in self._same_end.get(end, ())) > 1]

    def _resting_by_end(self) -> dict[Node, list[int]]:
        """The places at which tokens rest before each end event."""
        found: dict[Node, list[int]] = {}
        for place in self.resting:
            flow = self.flows[place]
            if flow is not None and flow.target.kind == "end":
                found.setdefault(flow.target, []).append(place)
        return found

    # --- inclusive joins

    def is_awaited(self, join: Transition, tokens: Bag, active: Iterable[Node], full: Bag) -> bool:
        """Can a token elsewhere still come to an empty input of the inclusive join, and to none that has one?

        tokens -- by place; active -- the activities that tokens are inside of; full -- the inputs that have tokens.
        BPMN 2.0, 13.4.3.
        """
        ahead = self._ahead[id(join)]
        empty = set(join.inputs) - set(full)
        elsewhere = [ahead[place] for place, count in enumerate(tokens) if count and place not in join.inputs]
        elsewhere += [ahead[node] for node in active if node in ahead]
        return any(reached & empty and not reached & set(full) for reached in elsewhere)

    def _ways_to(self, join: Transition) -> dict[int | Node, frozenset[int]]:
        """For each place and activity: by which inputs a token there can still come to the join without passing it."""
        found: dict[int | Node, frozenset[int]] = {}
        for place in range(len(self.flows)):
            found[place] = self._reached({place} - set(join.inputs), join)
        for transition in self.transitions:
            if transition.activity:
                found[transition.node] = self._reached(output_places(transition), join)
        return found

    def _reached(self, places: set[int], join: Transition) -> frozenset[int]:
        seen, open_ = set(places), list(places)
        refuse_when_late()
        while open_:
            place = open_.pop()
            for transition in self.transitions:
                if transition is not join and place in transition.inputs:
                    new = output_places(transition) - seen
                    seen |= new
                    open_.extend(new)
        return frozenset(seen & set(join.inputs))


def _default_of(node: Node) -> list[Flow]:
    """The default flow of a node, as a list of one or none."""
    return [flow for flow in node.outs if flow.id is not None and flow.id == node.default]


def _subsets(places: Bag) -> list[Bag]:
    if len(places) > WIDEST:
        raise TooWide(
            gettext("一个网关有 {count} 条可同时选择的分支，最多验证 {most} 条", count=len(places), most=WIDEST)
        )
    return [chosen for size in range(1, len(places) + 1) for chosen in itertools.combinations(places, size)]
