"""Does a diagram hold every policy? Each way through it is followed with its facts; a breach is shown by its path."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from workflows import scripts
from workflows.decision_tables import Table
from workflows.errors import DiagramRefused
from workflows.policies.book import Book
from workflows.policies.facts import Facts
from workflows.policies.history import Rules
from workflows.policies.machine import Machine
from workflows.policies.nodes import verb_of
from workflows.policies.policy import Fact, Policy
from workflows.policies.rounds import loop_condition
from workflows.policies.search import NO_POLICY, Search, undecided
from workflows.policies.tokens import NotFollowed
from workflows.reading import properties, roles_of
from workflows.translation import gettext
from workflows.verification.drawing import Drawing, Flow, Node, Scope
from workflows.verification.environment import closure
from workflows.verification.findings import ERROR, POLICY, WARNING, Finding

ANSWERS = {"outcome", "here", "source"}  # facts that people's answers give


@dataclass(frozen=True)
class _Subject:
    """The process that is looked at, with everything it is made of."""

    key: str
    process: Scope
    nodes: tuple[Node, ...]
    roles: Mapping[str, str | None]
    policies: tuple[Policy, ...]


def prove(drawing: Drawing, book: Book, tables: Mapping[str, Table] | None = None) -> list[Finding]:
    """What policies have against a drawing, each breach with a counter-example; what cannot be decided says so.

    book -- the policy files; tables -- the decision tables beside the diagram by id. A process is known by its id.
    """
    return [each for process in _begun_by_themselves(drawing) for each in _proved(drawing, process, book, tables or {})]


def _proved(drawing: Drawing, process: Scope, book: Book, tables: Mapping[str, Table]) -> list[Finding]:
    """The same of one process that begins by itself: what another pool tells it, it may hear at any time."""
    nodes = tuple(node for scope in closure([process]) for node in scope.nodes)
    verbs = {verb for node in nodes if node.tag == "serviceTask" and (verb := verb_of(node))}
    outcomes = {own for node in nodes if node.kind == "end" and (own := properties(node.element).get("outcome"))}
    if not verbs and not outcomes:
        return []
    policies, faults = book.policies_of(process.id or "", verbs, outcomes)
    subject = _Subject(process.id or "", process, nodes, roles_of(drawing.root), tuple(policies))
    found: list[Finding] = []
    try:
        found += [*_agreement_by_default(subject), *_explored(subject, book, tables, faults)]
    except DiagramRefused as error:  # a condition that is none: the lint names it
        found.append(undecided(error.sentence))
    shown = {each.element for each in found if each.rule == NO_POLICY}
    never = [_at_verb(subject, verb, fault) for verb, fault in faults.items()]  # comes, as far as that was followed
    return [*(each for each in never if each.element not in shown), *found]


def machine_for(drawing: Drawing, key: str, book: Book, tables: Mapping[str, Table], rules: Rules) -> Machine:
    """The token game of a process of a drawing with these rules, from wherever a case stands.

    key -- of the process; book -- what says which facts there are. Raises NotFollowed where another one calls it.
    """
    process = next((each for each in _begun_by_themselves(drawing) if each.id == key), None)
    if process is None:
        raise NotFollowed(gettext("流程 {key} 由别的流程调用，不是自己开始", key=key))
    nodes = tuple(node for scope in closure([process]) for node in scope.nodes)
    policies = tuple(rules.policies.values())
    subject = _Subject(key, process, nodes, roles_of(drawing.root), policies)
    return Machine(subject.process, nodes, subject.roles, _facts(subject, book, tables), rules)


def _begun_by_themselves(drawing: Drawing) -> list[Scope]:
    called = {node.inside for node in drawing.all_nodes() if node.kind == "call"}
    return [each for each in drawing.processes if each.nodes and each not in called]


def _at_verb(subject: _Subject, verb: str, fault: str) -> Finding:
    node = next((each for each in subject.nodes if verb_of(each) == verb), None)
    return Finding(NO_POLICY, ERROR, node.id if node else None, fault, POLICY)


# --- agreement is stated


def _agreement_by_default(subject: _Subject) -> list[Finding]:
    """A default flow out of a decision may not lead to a verb that writes, nor to an agreed end, with nobody more."""
    reads_only = {each.subject for each in subject.policies if each.reads_only}
    found = []
    for gateway in subject.nodes:
        if gateway.kind != "xor" or len(gateway.outs) < 2 or not _is_decision(gateway):
            continue
        way = next((each for each in gateway.outs if each.id == gateway.default), None)
        way = way or next((each for each in gateway.outs if not each.conditional), None)
        if way is not None and (effect := _effect_behind(way, reads_only)) is not None:
            sentence = gettext(
                '网关{gateway}的默认流向直接通向{effect}：同意须写明条件（outcome == "agree"），不能是默认',
                gateway=gateway,
                effect=effect,
            )
            found.append(Finding("agreement-by-default", ERROR, gateway.id, sentence, POLICY))
    return found


def _is_decision(gateway: Node) -> bool:
    """Does it ask for an outcome, or for what a side has said?"""
    texts = [each.condition for each in gateway.outs if each.condition is not None]
    return any(scripts.names(text) & ANSWERS for text in texts)


def _effect_behind(flow: Flow, reads_only: set[str]) -> Node | None:
    """The first verb that writes, or agreed end, to which a flow leads without a person in between."""
    seen: set[int] = set()
    open_ = [flow.target]
    while open_:
        node = open_.pop()
        if id(node) in seen or node.is_for_people or (node.kind == "catch" and not _is_timer(node)):
            continue
        seen.add(id(node))
        if node.tag == "serviceTask" and verb_of(node) not in reads_only:
            return node
        if node.kind == "end" and properties(node.element).get("outcome") == "agreed":
            return node
        open_ += [each.target for each in node.outs]
        open_ += node.inside.starts if node.inside is not None else []
    return None


def _is_timer(node: Node) -> bool:
    """Does it wait for nobody, but for a moment?"""
    return any(each.kind == "timer" for each in node.events)


# --- exploring


def _explored(
    subject: _Subject, book: Book, tables: Mapping[str, Table], without_policy: Mapping[str, str]
) -> list[Finding]:
    facts = _facts(subject, book, tables)
    rules = Rules(subject.policies)
    search = Search(Machine(subject.process, subject.nodes, subject.roles, facts, rules), without_policy)
    unfollowed = search.run()
    found = [*_of_facts(subject, facts), *search.found.values()]
    if unfollowed is not None:
        return [*found, unfollowed]
    return [*found, *_of_conditions(subject, search.machine, is_cut=bool(search.found))]


def _facts(subject: _Subject, book: Book, tables: Mapping[str, Table]) -> Facts:
    conditions = [flow.condition for node in subject.nodes for flow in node.outs if flow.condition is not None]
    conditions += [text for node in subject.nodes if (text := loop_condition(node)) is not None]
    asked = [
        text for policy in subject.policies for each in policy.requirements for text in (each.when, each.fact) if text
    ]
    errors = {event.key for node in subject.nodes for event in node.events if event.kind == "error" and event.key}
    given = {
        "outcome": {each for node in subject.nodes if node.is_for_people for each in node.outcomes},
        "returned_by": {own for node in subject.nodes if (own := properties(node.element).get("returns_as"))},
        "refusal": errors,
        **dict(_sides(subject)),
    }
    follows = properties(subject.process.element).get("rules_of", "")
    declared = _of_own_table(subject, tables) | book.facts_of(subject.key, subject.policies, follows)
    return Facts([*filter(None, conditions), *asked], declared, given, tables)


def _of_own_table(subject: _Subject, tables: Mapping[str, Table]) -> dict[str, Fact]:
    """What the table of its rules answers: facts of a process that opens by the standard precheck (`subject`)."""
    own = properties(subject.process.element)
    table = tables.get(f"{own.get('rules_of', subject.key)}_rules")
    if table is None or "subject" not in own:
        return {}
    return {output: Fact(output, table=table.id) for output in table.outputs}


def _sides(subject: _Subject) -> Iterator[tuple[str, set[str]]]:
    """The sides of confirmations, each with what they may say."""
    for node in subject.nodes:
        if node.is_for_people and (side := properties(node.element).get("side")):
            yield side, set(node.outcomes)


# --- findings


def _of_facts(subject: _Subject, facts: Facts) -> list[Finding]:
    """Facts that conditions ask for and nobody supplies, and tables that are not there."""
    found = []
    for name in facts.unknown:
        places = [
            (node, text)
            for node in subject.nodes
            for flow in node.outs
            if (text := flow.condition) is not None and name in scripts.names(text)
        ]
        where = places[0][0].id if places else None
        sentence = gettext("条件引用的事实 {name} 没有给出", name=name)
        found.append(Finding("unknown-fact", ERROR, where, sentence, POLICY))
    for fact in facts.missing_tables:
        sentence = gettext(
            "事实 {fact} 依决策表 {table}，旁边没有这张表，或者表没有这项输出", fact=fact.name, table=fact.table
        )
        found.append(Finding("unknown-fact", ERROR, None, sentence, POLICY))
    return found


def _of_conditions(subject: _Subject, machine: Machine, *, is_cut: bool) -> list[Finding]:
    """Conditions that never hold, and those of which two may hold at once."""
    found = []
    for node in subject.nodes:
        if machine.number[id(node)] in machine.overlaps:
            sentence = gettext("网关{node}的两个条件可能同时成立：只走画在前面的一条", node=node)
            found.append(Finding("overlap", WARNING, node.id, sentence, POLICY))
        if is_cut:  # what lies behind a breach was not followed
            continue
        for flow in node.outs:
            if flow.conditional and flow.id != node.default and id(flow) not in machine.taken:
                sentence = gettext(
                    "条件 {condition} 永远不会成立（{node}到{target}）",
                    condition=flow.condition,
                    node=node,
                    target=flow.target,
                )
                found.append(Finding("never-true", WARNING, flow.id, sentence, POLICY))
    return found
