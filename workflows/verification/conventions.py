"""What this platform asks of a drawing: conditions it can read, an office for each task, a way for each outcome."""

from __future__ import annotations

from collections.abc import Iterator

from workflows import scripts
from workflows.diagrams import EXPRESSIONS, NUMBERS, is_number
from workflows.errors import DiagramRefused, RunBroken
from workflows.reading import BPMN, properties, roles_of
from workflows.routing import ROLES
from workflows.translation import gettext, gettext_noop, quoted
from workflows.verification.drawing import Drawing, Node, place_of
from workflows.verification.findings import ERROR, HOUSE, WARNING, Finding
from workflows.vocabulary import OUTCOMES, outcome_name

DECIDED = {"agree", "refuse", "send_back"}
ASKED = {"outcome": gettext_noop("办理结果"), "returned_by": gettext_noop("退回者")}  # whose values are known


def of_conventions(drawing: Drawing) -> Iterator[Finding]:
    """Findings about conditions, offices and outcomes."""
    yield from _of_conditions(drawing)
    yield from _of_offices(drawing)
    yield from _of_outcomes(drawing)


def _of_conditions(drawing: Drawing) -> Iterator[Finding]:
    returned = {properties(node.element).get("returns_as") for node in _people(drawing)}
    known = {"outcome": OUTCOMES.keys() | {None}, "returned_by": returned | {None}}
    for element in drawing.root.iter(*(f"{BPMN}{each}" for each in EXPRESSIONS)):
        try:
            compared = scripts.compared(element.text or "")
        except DiagramRefused as error:
            yield Finding("condition", ERROR, place_of(element)[0], error.sentence, HOUSE)
            continue
        for fact, constant in sorted(compared, key=repr):
            if fact in known and constant not in known[fact]:
                sentence = gettext(
                    "条件问的{fact}不会是“{constant}”：{text}",
                    fact=gettext(ASKED[fact]),
                    constant=constant,
                    text=element.text,
                )
                yield Finding("condition", ERROR, place_of(element)[0], sentence, HOUSE)


def _of_offices(drawing: Drawing) -> Iterator[Finding]:
    """Each task needs an office: in a drawing that names roles at all, a task without one is a mistake."""
    roles = roles_of(drawing.root)
    for lane in drawing.root.iter(f"{BPMN}lane"):
        role = properties(lane).get("role")
        name = quoted(lane.get("name"), lane.get("id"))
        if role is not None and role not in ROLES:
            sentence = gettext("泳道{lane}的办理机构 {role} 不存在", lane=name, role=role)
            yield Finding("lane", ERROR, lane.get("id"), sentence, HOUSE)
    severity = ERROR if any(roles.values()) else WARNING
    for node in _people(drawing):
        if not roles.get(node.id or ""):
            sentence = gettext("环节{node}不在写明办理机构的泳道里", node=node)
            yield Finding("lane", severity, node.id, sentence, HOUSE)
        own = properties(node.element)
        for number, fault in NUMBERS.items():
            if not is_number(own.get(number, "0")):
                sentence = gettext(fault, task=node, value=own[number])
                yield Finding("number", ERROR, node.id, sentence, HOUSE)
        for outcome in sorted(set(node.outcomes) - OUTCOMES.keys()):
            sentence = gettext("环节{node}的办理结果 {outcome} 不存在", node=node, outcome=outcome)
            yield Finding("outcome", ERROR, node.id, sentence, HOUSE)


def _people(drawing: Drawing) -> list[Node]:
    """The tasks that wait for somebody."""
    return [each for each in drawing.all_nodes() if each.is_for_people]


def _of_outcomes(drawing: Drawing) -> Iterator[Finding]:
    """Where a gateway behind a task asks for its outcome alone, each outcome has its own way."""
    for node in _people(drawing):
        following = node.outs[0].target if len(node.outs) == 1 else None
        outcomes = node.outcomes
        if len(outcomes) < 2 or following is None:
            continue
        if following.kind != "xor" and properties(node.element).get("side"):
            continue  # what a side has said is asked for by its name further on
        if following.kind != "xor":
            sentence = gettext("环节{node}有几种办理结果，其后却没有按结果分开", node=node)
            yield Finding("outcome", WARNING, node.id, sentence, HOUSE)
            continue
        ways = {outcome: _way(following, outcome) for outcome in outcomes}
        for outcome, way in ways.items():
            if way is None:
                sentence = gettext(
                    "环节{node}的结果{outcome}在网关{following}没有去处",
                    node=node,
                    outcome=outcome_name(outcome),
                    following=following,
                )
                yield Finding("outcome", ERROR, following.id, sentence, HOUSE)
            elif outcome in ("refuse", "send_back") and way != "?" and way == ways.get("agree"):
                sentence = gettext(
                    "环节{node}的结果{outcome}与同意走同一条路", node=node, outcome=outcome_name(outcome)
                )
                yield Finding("outcome", ERROR, following.id, sentence, HOUSE)


def _way(gateway: Node, outcome: str) -> str | None:
    """The flow an outcome takes, or `?` where other facts have a say, None where there is none."""
    for flow in gateway.outs:
        if flow.id == gateway.default or not flow.conditional:
            continue
        text = flow.condition or ""
        try:
            if scripts.names(text) - {"outcome"}:
                return "?"
            if scripts.evaluate(text, {"outcome": outcome}):
                return flow.id
        except (DiagramRefused, RunBroken):
            return "?"
    return gateway.default or ("?" if any(not flow.conditional for flow in gateway.outs) else None)


def states_every_outcome(gateway: Node) -> bool:
    """Has each outcome that may come to a gateway a condition of its own?"""
    before = [flow.source for flow in gateway.ins]
    people = all(each.is_for_people for each in before)
    wanted = {outcome for each in before for outcome in each.outcomes} if people else DECIDED
    stated: set[object] = set()
    for flow in gateway.outs:
        try:
            stated |= {value for fact, value in scripts.compared(flow.condition or "") if fact == "outcome"}
        except DiagramRefused:
            return False
    return wanted <= stated
