"""From a drawn scope to its steps: where tokens can be, and what takes and gives them.

Nodes that only pass tokens on are folded away, so that an ordinary drawing leaves a handful of places. Nothing is
folded that could change whether a flow can hold two tokens or whether everything can still finish.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from workflows.verification.drawing import Event, Flow, MessageFlow, Node, Scope

Bag = tuple[int, ...]  # places that get a token each
WIDEST = 8  # flows out of an inclusive gateway: each more doubles the choices
MOST_INSTANCES = 6  # of an activity with a constant number: as many more behave no differently
MOST_FIRINGS = 2  # of a non-interrupting event during one activity, as for several instances


class TooWide(Exception):
    """A choice with more ways than are followed."""


@dataclass(eq=False)
class Trigger:
    """What lets an event happen: nothing (at any time), a message of the file, a signal, or something thrown inside."""

    kind: str  # free, message, signal, thrown
    node: Node
    messages: tuple[str, ...] = ()
    keys: frozenset[tuple[str, str | None]] = frozenset()
    most: int = MOST_FIRINGS


@dataclass(eq=False)
class Step:
    """Takes tokens from `ins` (any one, all, or as an inclusive join) and gives one of `ways`, with its effects."""

    node: Node
    join: str
    ins: list[int]
    ways: list[Bag]
    trigger: Trigger | None = None
    sends: tuple[str, ...] = ()
    signals: tuple[str | None, ...] = ()
    throws: tuple[tuple[str, str | None], ...] = ()
    activity: Activity | None = None
    waits: bool = False  # has to be a step of its own

    @property
    def is_plain(self) -> bool:
        """Does nothing but take and give?"""
        return not (self.trigger or self.sends or self.signals or self.throws or self.activity or self.waits)


@dataclass(eq=False)
class Activity:
    """What a token is inside of while it lasts: an inside, several instances, or events at its border."""

    node: Node
    ways: list[Bag]
    inside: Scope | None
    counts: tuple[int, ...]
    trigger: Trigger | None
    sends: tuple[str, ...]
    borders: list[tuple[Trigger, bool, list[Bag]]]


class World:
    """What of a drawing matters everywhere: its scopes, and the signals and messages thrown and caught in them."""

    def __init__(self, scopes: Iterable[Scope], message_flows: Iterable[MessageFlow]) -> None:
        self.bodies: dict[Scope, Body] = {}
        self.scopes = list(scopes)
        self.one_steps: set[Scope] = set()  # a token that goes in surely comes out, with nothing else to see
        nodes = {node for scope in self.scopes for node in scope.nodes}
        self.signals = _signals(node for node in nodes if node.kind in ("throw", "end"))
        self.caught_signals = _signals(node for node in nodes if node.kind not in ("throw", "end"))
        told = [each for each in message_flows if each.source in nodes and each.target in nodes and each.is_told]
        self.messages = {each.id: number for number, each in enumerate(told)}

    def awaited(self, node: Node) -> tuple[str, ...]:
        """The messages of the file a node waits for."""
        return tuple(each for each in node.receives if each in self.messages) if node.awaits_message() else ()

    def sent(self, node: Node) -> tuple[str, ...]:
        """The messages of the file a node sends."""
        return tuple(each for each in node.sends if each in self.messages)

    def is_quiet(self, scopes: Iterable[Scope]) -> bool:
        """Do these scopes neither hear nor say anything that goes beyond them?"""
        events = [(node, event) for scope in scopes for node in scope.nodes for event in node.events]
        if any(self.awaited(node) or self.sent(node) for scope in scopes for node in scope.nodes):
            return False
        said = {event.kind for node, event in events if node.kind in ("throw", "end")}
        heard = {event.key for _, event in events if event.kind == "signal"}
        return not said & {"error", "escalation", "cancel"} and not heard & self.signals & self.caught_signals

    def body(self, scope: Scope) -> Body:
        if scope not in self.bodies:
            self.bodies[scope] = Body(scope, self)
        return self.bodies[scope]


def _signals(nodes: Iterable[Node]) -> frozenset[str | None]:
    return frozenset(event.key for node in nodes for event in node.events if event.kind == "signal")


def trigger_of(node: Node, events: Iterable[Event], world: World, thrown: frozenset[tuple[str, str | None]]) -> Trigger:
    """The trigger of a catching event; whatever nobody in the file throws may happen at any time."""
    events = tuple(events)
    most = MOST_FIRINGS if any(each.repeats for each in events) else 1
    messages = world.awaited(node)
    own = [each for each in events if each.kind != "message" or not messages]
    keys = {(each.kind, each.key) for each in own}
    if any(_is_free(each, world, thrown) for each in own) or not (keys or messages):
        return Trigger("free", node, most=most)
    if messages:
        return Trigger("message", node, messages)
    return Trigger("signal" if any(kind == "signal" for kind, _ in keys) else "thrown", node, keys=frozenset(keys))


def _is_free(event: Event, world: World, thrown: frozenset[tuple[str, str | None]]) -> bool:
    if event.kind == "signal":
        return event.key not in world.signals
    if event.kind in ("error", "escalation"):
        return not any(kind == event.kind and event.key in (None, key) for kind, key in thrown)
    return event.kind != "cancel"


class Body:
    """The steps of one scope after folding; places are numbered from 0."""

    def __init__(self, scope: Scope, world: World) -> None:
        self.scope, self.world = scope, world
        self._place: dict[Flow, int] = {flow: number for number, flow in enumerate(scope.flows)}
        self._front: dict[int, Flow | None] = {number: flow for flow, number in self._place.items()}
        self.steps: list[Step] = []
        self.event_subs: list[Activity] = []
        self.starts: list[tuple[Trigger, list[Bag]]] = []
        for node in scope.nodes:
            self._add(node)
        self._begin()
        self._fold()
        self._number()
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
        for node in self.scope.starts:
            if node.kind == "start":
                self.starts.append((self._trigger(node), self._ways(node)))
            elif node.kind == "events":
                self.starts += [(self._trigger(flow.target), self._ways(flow.target)) for flow in node.outs]
            elif node.tag == "receiveTask":
                self.starts.append((self._trigger(node), self._ways(node)))
            else:
                place = len(self._front)
                self._front[place] = None
                next(step for step in self.steps if step.node is node and not step.waits).ins.append(place)
                self.starts.append((Trigger("free", node), [(place,)]))
        self.steps = [step for step in self.steps if step.ins]

    def births(self) -> list[Bag]:
        """The ways in which the inside of an activity begins: at its plain start (at all, should it have more)."""
        plain = [ways for trigger, ways in self.starts if not trigger.node.events]
        chosen = itertools.product(*(plain or [ways for _, ways in self.starts]))
        return [tuple(itertools.chain(*bags)) for bags in chosen]

    # --- folding

    def _givers(self) -> list[list[Bag]]:
        borders = [ways for step in self.steps if step.activity for _, _, ways in step.activity.borders]
        ways = [step.activity.ways if step.activity else step.ways for step in self.steps]
        return [*ways, *borders, *(ways for _, ways in self.starts)]

    def _fold(self) -> None:
        while self._fold_merges() or self._fold_lines() or self._fold_pairs():
            pass

    def _rename(self, old: int, new: int) -> None:
        for step in self.steps:
            step.ins[:] = list(dict.fromkeys(new if place == old else place for place in step.ins))
        for ways in self._givers():
            ways[:] = [tuple(sorted(new if place == old else place for place in bag)) for bag in ways]
        del self._front[old]
        for flow, place in self._place.items():
            if place == old:
                self._place[flow] = new

    def _fold_merges(self) -> bool:
        """Tokens that come in by any of several flows and go on are in one place already."""
        for step in self.steps:
            if step.is_plain and step.join == "any" and any(step.ways):
                step.ways[:] = self._distinct(step)
                if len(step.ins) > 1 and all(self._only(place, step) for place in step.ins):
                    self._rename(step.ins[1], step.ins[0])
                    return True
            elif step.join in ("all", "or") and len(step.ins) == 1 and step.node.kind != "complex":
                step.join = "any"
                return True
        return False

    def _only(self, place: int, step: Step) -> bool:
        return not any(place in other.ins for other in self.steps if other is not step)

    def _distinct(self, step: Step) -> list[Bag]:
        """Each way once; going round in place changes nothing where there is another way."""
        ways = list(dict.fromkeys(tuple(sorted(way)) for way in step.ways))
        if len(ways) > 1 and len(step.ins) == 1 and (step.ins[0],) in ways:
            ways.remove((step.ins[0],))
        return ways

    def _fold_lines(self) -> bool:
        """One way in, one way out: a token before it is as good as behind it."""
        for step in self.steps:
            if step.is_plain and step.join == "any" and len(step.ins) == 1 and len(step.ways) == 1:
                (way,), place = step.ways, step.ins[0]
                if len(way) == 1 and way[0] != place and self._only(place, step):
                    self.steps.remove(step)
                    self._rename(place, way[0])
                    return True
        return False

    def _fold_pairs(self) -> bool:
        """Branches without content between one split and its join are one branch, or none."""
        producers: dict[int, list[tuple[int, int]]] = {}
        givers = self._givers()
        for number, ways in enumerate(givers):
            for place in {place for way in ways for place in way}:
                producers.setdefault(place, []).append((number, len(ways)))
        for join in self.steps:
            if not join.is_plain or join.join not in ("all", "or") or join.node.kind == "complex":
                continue
            sources = [producers.get(place, []) for place in join.ins]
            if not all(self._only(place, join) for place in join.ins):
                continue
            if join.join == "all" and self._fold_twins(join, sources, givers):
                return True
            if join.join == "or" and self._fold_choice(join, sources, givers):
                return True
        return False

    def _fold_twins(self, join: Step, sources: list[list[tuple[int, int]]], givers: list[list[Bag]]) -> bool:
        for one, other in itertools.combinations(range(len(join.ins)), 2):
            if sources[one] != sources[other] or len(sources[one]) != 1 or sources[one][0][1] != 1:
                continue
            ways = givers[sources[one][0][0]]
            keep, drop = join.ins[one], join.ins[other]
            if ways[0].count(keep) == ways[0].count(drop) == 1:
                ways[:] = [tuple(place for place in ways[0] if place != drop)]
                join.ins.remove(drop)
                del self._front[drop]
                for flow, place in self._place.items():
                    if place == drop:
                        self._place[flow] = keep
                return True
        return False

    def _fold_choice(self, join: Step, sources: list[list[tuple[int, int]]], givers: list[list[Bag]]) -> bool:
        """A split straight into its inclusive join: whatever was chosen comes together."""
        numbers = {number for each in sources for number, _ in each}
        if len(join.ins) < 2 or len(numbers) != 1 or any(len(each) != 1 for each in sources):
            return False
        ways = givers[numbers.pop()]
        if ways is join.ways or not all(
            way and set(way) <= set(join.ins) and len(way) == len(set(way)) for way in ways
        ):
            return False
        keep = join.ins[0]
        for drop in list(join.ins[1:]):
            del self._front[drop]
            for flow, place in self._place.items():
                if place == drop:
                    self._place[flow] = keep
        join.ins[1:] = []
        ways[:] = [(keep,)]
        return True

    def _number(self) -> None:
        """Number the places that are left from 0."""
        numbers = {place: number for number, place in enumerate(sorted(self._front))}
        self.fronts: list[Flow | None] = [self._front[place] for place in sorted(self._front)]
        self._place = {flow: numbers[place] for flow, place in self._place.items()}
        for step in self.steps:
            step.ins[:] = [numbers[place] for place in step.ins]
        for ways in self._givers():
            ways[:] = [tuple(numbers[place] for place in bag) for bag in ways]

    # --- inclusive joins

    def _ahead(self, join: Step) -> dict[int | Node, frozenset[int]]:
        """For each place and activity: by which flows a token there can still come to the join without passing it."""
        found: dict[int | Node, frozenset[int]] = {}
        for place in range(len(self.fronts)):
            found[place] = self._reached({place} - set(join.ins), join)
        for step in self.steps:
            if step.activity:
                found[step.node] = self._reached(_places(step), join)
        return found

    def _reached(self, places: set[int], join: Step) -> frozenset[int]:
        seen, open_ = set(places), list(places)
        while open_:
            place = open_.pop()
            for step in self.steps:
                if step is not join and place in step.ins:
                    new = _places(step) - seen
                    seen |= new
                    open_.extend(new)
        return frozenset(seen & set(join.ins))


def _places(step: Step) -> set[int]:
    """Every place a step can give a token to."""
    ways = list(step.ways)
    if step.activity:
        ways += step.activity.ways
        ways += [way for _, _, border in step.activity.borders for way in border]
    return {place for way in ways for place in way}


def _subsets(places: Bag) -> list[Bag]:
    if len(places) > WIDEST:
        raise TooWide(f"一个网关有 {len(places)} 条可同时选择的分支，最多验证 {WIDEST} 条")
    return [chosen for size in range(1, len(places) + 1) for chosen in itertools.combinations(places, size)]


def closure(scopes: Iterable[Scope]) -> list[Scope]:
    """These scopes and those their sub-processes and calls lead to."""
    found = dict.fromkeys(scopes)
    open_ = list(found)
    while open_:
        for node in open_.pop().nodes:
            if node.inside is not None and node.inside not in found:
                found[node.inside] = None
                open_.append(node.inside)
    return list(found)


def thrown_in(scope: Scope) -> frozenset[tuple[str, str | None]]:
    """The errors and escalations thrown anywhere inside a scope."""
    return frozenset(
        (event.kind, event.key)
        for each in closure([scope])
        for node in each.nodes
        for event in node.events
        if node.kind in ("throw", "end") and event.kind in ("error", "escalation")
    )
