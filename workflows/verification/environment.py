"""What nets have in common: the messages, signals and errors that are sent, and what triggers each of the events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workflows.verification.drawing import Event, MessageFlow, Node, Scope

MOST_FIRINGS = 2  # of a non-interrupting event during one activity, as for several instances


@dataclass(eq=False)
class Trigger:
    """What lets an event happen: nothing (at any time), a message of the file, a signal, or something thrown inside."""

    kind: str  # free, message, signal, thrown
    node: Node
    messages: tuple[str, ...] = ()  # one of these
    keys: frozenset[tuple[str, str | None]] = frozenset()  # kind and name of the signals, errors and escalations
    most: int = MOST_FIRINGS  # times that it may happen
    unsure: bool = False  # it may happen, and need not: an error or escalation that nothing drawn throws

    def catches(self, kind: str, key: str | None) -> bool:
        """Does it catch what is thrown: the same error or escalation, or any?"""
        return self.kind == "thrown" and ((kind, key) in self.keys or (kind, None) in self.keys)

    def awaits_signal(self, signal: str | None) -> bool:
        """Does it wait for that signal?"""
        return self.kind == "signal" and ("signal", signal) in self.keys


class Environment:
    """The scopes of a drawing, with the signals and messages sent and received in them."""

    def __init__(self, scopes: Iterable[Scope], message_flows: Iterable[MessageFlow]) -> None:
        self.scopes = list(scopes)
        self.atomic: set[Scope] = set()  # sound by themselves and without effects: a token passes them in one step
        nodes = {node for scope in self.scopes for node in scope.nodes}
        self.signals = _signals(node for node in nodes if node.kind in ("throw", "end"))
        self.caught_signals = _signals(node for node in nodes if node.kind not in ("throw", "end"))
        flows = [each for each in message_flows if each.source in nodes and each.target in nodes and each.can_be_sent]
        self.messages = {each.id: number for number, each in enumerate(flows)}

    def awaited(self, node: Node) -> tuple[str, ...]:
        """The messages of the file a node waits for."""
        return tuple(each for each in node.receives if each in self.messages) if node.awaits_message() else ()

    def sent(self, node: Node) -> tuple[str, ...]:
        """The messages of the file a node sends."""
        return tuple(each for each in node.sends if each in self.messages)

    def is_quiet(self, scopes: Iterable[Scope]) -> bool:
        """Do these scopes neither send nor receive anything that goes beyond them?"""
        events = [(node, event) for scope in scopes for node in scope.nodes for event in node.events]
        if any(self.awaited(node) or self.sent(node) for scope in scopes for node in scope.nodes):
            return False
        sent = {event.kind for node, event in events if node.kind in ("throw", "end")}
        received = {event.key for _, event in events if event.kind == "signal"}
        return not sent & {"error", "escalation", "cancel"} and not received & self.signals & self.caught_signals


def _signals(nodes: Iterable[Node]) -> frozenset[str | None]:
    return frozenset(event.key for node in nodes for event in node.events if event.kind == "signal")


def trigger_of(
    node: Node, events: Iterable[Event], environment: Environment, thrown: frozenset[tuple[str, str | None]] | None
) -> Trigger:
    """The trigger of a catching event; whatever nobody in the file throws may happen at any time.

    thrown -- the errors and escalations thrown where it catches them; None for a task, whose inside is not drawn: how
    it ends is a free choice.
    """
    events = tuple(events)
    most = MOST_FIRINGS if any(each.repeats for each in events) else 1
    messages = environment.awaited(node)
    own = [each for each in events if each.kind != "message" or not messages]
    keys = {(each.kind, each.key) for each in own}
    free = [each for each in own if _is_free(each, environment, thrown or frozenset())]
    if node.element.get("parallelMultiple") == "true" and (messages or len(free) < len(own)):
        free = []  # all must happen, and what may happen at any time is not waited for long
    if free or not (keys or messages):
        unsure = thrown is not None and bool(free) and all(each.kind in ("error", "escalation") for each in free)
        return Trigger("free", node, most=most, unsure=unsure)
    if messages:
        return Trigger("message", node, messages)
    return Trigger("signal" if any(kind == "signal" for kind, _ in keys) else "thrown", node, keys=frozenset(keys))


def _is_free(event: Event, environment: Environment, thrown: frozenset[tuple[str, str | None]]) -> bool:
    if event.kind == "signal":
        return event.key not in environment.signals
    if event.kind in ("error", "escalation"):
        return not any(kind == event.kind and event.key in (None, key) for kind, key in thrown)
    return event.kind != "cancel"


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
