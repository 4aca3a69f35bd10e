"""The verdict on a drawing: insides by themselves first, then the pools that have to do with one another."""

from __future__ import annotations

from collections.abc import Iterable

from workflows.translation import gettext
from workflows.verification.bounds import TooWide, within_bounds
from workflows.verification.drawing import Drawing, Node, Scope
from workflows.verification.environment import Environment, closure
from workflows.verification.exploration import Exploration
from workflows.verification.semantics import Semantics
from workflows.verification.soundness import Verdict, verdict_on

MOST_DEEP = 10_000  # states followed once more, deep before wide, where the bound was reached


def judge(drawing: Drawing) -> Verdict:
    """Follow every process of a drawing that nothing in it calls, all of them together."""
    scopes = closure(drawing.scopes)
    if any(node.kind == "complex" for scope in scopes for node in scope.nodes):
        return Verdict(why_undecided=gettext("复杂网关的含义没有定义"))
    counting = next((node for scope in scopes for node in scope.nodes if _counts_tokens(node)), None)
    if counting is not None:
        return Verdict(why_undecided=gettext("{counting}写明了令牌数，不能验证", counting=counting))
    if _is_recursive(scopes):
        return Verdict(why_undecided=gettext("流程互相调用成环"))
    called = {node.inside for scope in scopes for node in scope.nodes if node.kind == "call"}
    pools = [each for each in drawing.processes if each.nodes and each not in called]
    pools = pools or [each for each in drawing.processes if each.nodes]
    if not pools:
        return Verdict(why_undecided=gettext("图中没有可以验证的流程"))
    environment = Environment(scopes, drawing.message_flows)
    try:
        with within_bounds():
            inner = _look_inside(environment)
            verdicts = [_on_pools(group, environment) for group in _groups(pools, environment)]
    except TooWide as error:
        return Verdict(why_undecided=str(error))
    return _together(verdicts, inner)


def _on_pools(pools: list[Scope], environment: Environment) -> Verdict:
    """The verdict on pools taken together; a fault beyond the bound may be found by going deep."""
    scopes = closure(pools)
    verdict = verdict_on(Exploration(Semantics(environment, scopes), pools))
    if verdict.why_undecided:
        deep = verdict_on(Exploration(Semantics(environment, scopes), pools, most=MOST_DEEP, deep=True))
        if verdict.safe is None and deep.safe is False:
            verdict.safe, verdict.crowded = False, deep.crowded
        if verdict.sound is None and deep.sound is False:
            verdict.sound, verdict.stuck, verdict.is_deadlock = False, deep.stuck, deep.is_deadlock
            verdict.uncaught = deep.uncaught
        if None not in (verdict.safe, verdict.sound):
            verdict.why_undecided = None
    return verdict


def _look_inside(environment: Environment) -> Verdict:
    """Let each inside that is safe and sound by itself, and quiet, be passed in one step; what is known of them."""
    found = Verdict()
    owners = [node for scope in environment.scopes for node in scope.nodes if node.inside is not None]
    for scope in reversed(list(dict.fromkeys(node.inside for node in owners if node.inside is not None))):
        below = closure([scope])
        if len(scope.starts) != 1 or not environment.is_quiet(below):
            continue
        alone = Environment(below, ())
        alone.atomic = environment.atomic
        verdict = verdict_on(Exploration(Semantics(alone, below), [scope], begins_anyway=True))
        if verdict.safe and verdict.sound:
            environment.atomic.add(scope)
            found.dead += verdict.dead
            found.twice += verdict.twice
    return found


def _groups(pools: list[Scope], environment: Environment) -> list[list[Scope]]:
    """The pools that have to do with one another, by messages or signals."""
    groups: list[tuple[list[Scope], set[str | None]]] = []
    for pool in pools:
        nodes = [node for scope in closure([pool]) for node in scope.nodes]
        ties: set[str | None] = {key for node in nodes for key in (*environment.awaited(node), *environment.sent(node))}
        ties |= {f"signal {e.key}" for node in nodes for e in node.events if e.kind == "signal"}
        mine = [pool]
        for group in [each for each in groups if each[1] & ties]:
            groups.remove(group)
            mine, ties = group[0] + mine, group[1] | ties
        groups.append((mine, ties))
    return [group for group, _ in groups]


def _together(verdicts: list[Verdict], inner: Verdict) -> Verdict:
    """One verdict on groups that have nothing to do with one another."""
    whole = Verdict(dead=inner.dead, twice=inner.twice)
    for each in verdicts:
        whole.crowded += each.crowded
        whole.stuck = whole.stuck or each.stuck
        whole.is_deadlock = whole.is_deadlock or each.is_deadlock
        whole.never_started += each.never_started
        whole.uncaught += each.uncaught
        whole.twice += each.twice
        whole.lost += each.lost
        whole.dead += each.dead
        whole.why_undecided = whole.why_undecided or each.why_undecided
    whole.safe = _all(each.safe for each in verdicts)
    whole.sound = _all(each.sound for each in verdicts)
    return whole


def _all(answers: Iterable[bool | None]) -> bool | None:
    found = set(answers)
    return False if False in found else None if None in found else True


def _counts_tokens(node: Node) -> bool:
    """Does an activity take or give more than one token at a time?"""
    return any(node.element.get(name, "1").strip() != "1" for name in ("startQuantity", "completionQuantity"))


def _is_recursive(scopes: list[Scope]) -> bool:
    inner = {scope: {node.inside for node in scope.nodes if node.inside is not None} for scope in scopes}
    while leaves := [scope for scope, below in inner.items() if not below]:
        for leaf in leaves:
            del inner[leaf]
        for below in inner.values():
            below.difference_update(leaves)
    return bool(inner)
