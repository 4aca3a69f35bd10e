"""What of a drawing matters everywhere: what is thrown and caught in it, and what each of its events waits for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workflows.verification.drawing import Event, MessageFlow, Node, Scope

MOST_FIRINGS = 2  # of a non-interrupting event during one activity, as for several instances


class TooWide(Exception):
    """There are more ways than are followed."""


@dataclass(eq=False)
class Trigger:
    """What lets an event happen: nothing (at any time), a message of the file, a signal, or something thrown inside."""

    kind: str  # free, message, signal, thrown
    node: Node
    messages: tuple[str, ...] = ()
    keys: frozenset[tuple[str, str | None]] = frozenset()
    most: int = MOST_FIRINGS


class World:
    """The scopes of a drawing, with the signals and messages thrown and caught in them."""

    def __init__(self, scopes: Iterable[Scope], message_flows: Iterable[MessageFlow]) -> None:
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
