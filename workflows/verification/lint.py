"""What can be seen without following a token: what is missing, miswritten, or not supported by engine or platform."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from lxml import etree

from workflows import scripts
from workflows.diagrams import BPMN, EXPRESSIONS, LONGEST, NUMBERS, REFUSED, SPIFF, properties
from workflows.errors import DiagramRefused, RunBroken
from workflows.routing import ROLES
from workflows.verification.drawing import Drawing, Node, Scope
from workflows.verification.findings import ERROR, INFO, WARNING, Finding, quoted
from workflows.verification.properties import of_properties
from workflows.vocabulary import OUTCOMES

DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
FORBIDDEN = {"preScript", "postScript"}
CATCHES = {
    "message": "messageRef",
    "signal": "signalRef",
    "error": "errorRef",
    "escalation": "escalationRef",
}
ABSENT = {"message": "消息", "signal": "信号"}
UNNAMED = ("task", "call", "sub")


def lint(drawing: Drawing, operations: Collection[str] | None = None) -> list[Finding]:
    """Every finding about a drawing as it stands.

    operations -- the names of the service tasks that are offered, None where they are not known.
    """
    found = [*_of_the_file(drawing), *_of_what_is_refused(drawing)]
    for scope in drawing.scopes:
        found += [*_of_a_scope(scope), *_of_reach(scope)]
    for node in drawing.all_nodes():
        found += [*_of_flows(node), *_of_events(node, drawing), *_of_service(node, operations)]
    return [*found, *_of_conditions(drawing), *_of_offices(drawing), *_of_outcomes(drawing), *of_properties(drawing)]


def _of_the_file(drawing: Drawing) -> Iterator[Finding]:
    counts = Counter(each.get("id") for each in drawing.root.iter(f"{BPMN}*", f"{DI}*") if each.get("id"))
    for key, count in counts.items():
        if count > 1:
            yield Finding("duplicate-id", ERROR, key, f"标识 {key} 用了 {count} 次，须各不相同")
    if not any(each.nodes for each in drawing.processes):
        yield Finding("empty", ERROR, None, "图中没有流程")
    for element in drawing.loose_flows:
        key = element.get("id")
        yield Finding("loose-flow", ERROR, key, f"顺序流 {key} 的起点或终点不在同一流程中")


def _of_what_is_refused(drawing: Drawing) -> Iterator[Finding]:
    for element in drawing.root.iter(f"{BPMN}*", f"{SPIFF}*"):
        kind = etree.QName(element).localname
        key, name = _place(element)
        if kind in REFUSED and element.tag.startswith(BPMN):
            yield Finding("unsupported", ERROR, key, f"{name}：本系统不能使用{REFUSED[kind]}")
        elif kind in FORBIDDEN:
            yield Finding("script", ERROR, key, f"{name}：环节不能带脚本")
    for node in drawing.all_nodes():
        if node.kind == "event_sub":
            yield Finding("unsupported", ERROR, node.id, f"{node}：本系统不能使用事件子流程")
        elif node.tag == "businessRuleTask":
            yield Finding("unsupported", ERROR, node.id, f"{node}：决策表由服务环节查询，不能使用业务规则环节")


def _place(element: etree._Element) -> tuple[str | None, str]:
    """The node an element belongs to."""
    while element.getparent() is not None and not (element.get("id") and element.tag.startswith(BPMN)):
        element = element.getparent()
    if element.tag.endswith("EventDefinition") and element.getparent() is not None:
        return _place(element.getparent())
    return element.get("id"), quoted(element.get("name"), element.get("id"))


# --- a process as a whole


def _of_a_scope(scope: Scope) -> Iterator[Finding]:
    if not scope.nodes:
        return
    starts = [each for each in scope.nodes if each.kind == "start"]
    what = "流程" if scope.is_process else "子流程"
    if len(scope.flows) > LONGEST:
        yield Finding("too-large", ERROR, scope.id, f"{what}{scope}超过 {LONGEST} 条顺序流，请拆成子流程")
    if not starts and not any(each.element.get("instantiate") == "true" for each in scope.nodes):
        yield Finding("no-start", ERROR, scope.id, f"{what}{scope}没有开始事件")
    if not any(each.kind == "end" for each in scope.nodes):
        yield Finding("no-end", ERROR, scope.id, f"{what}{scope}没有结束事件")
    plain = [each for each in starts if not each.events]
    if len(plain) > 1:
        yield Finding("several-starts", WARNING, plain[1].id, f"{what}{scope}有 {len(plain)} 个无条件的开始事件")
    if not scope.is_process and scope.element.get("triggeredByEvent") != "true":
        for start in starts:
            if start.events:
                yield Finding("start-event", ERROR, start.id, f"子流程{scope}的开始事件{start}不能有触发条件")


def _of_reach(scope: Scope) -> Iterator[Finding]:
    seen = set(scope.starts)
    open_ = list(seen)
    while open_:
        node = open_.pop()
        for following in (*(flow.target for flow in node.outs), *node.boundaries):
            if following not in seen:
                seen.add(following)
                open_.append(following)
    for node in scope.nodes:
        if node not in seen and node.kind != "event_sub" and node.element.get("isForCompensation") != "true":
            yield Finding("unreachable", ERROR, node.id, f"从开始事件走不到{node}")


# --- flows in and out of a node


def _of_flows(node: Node) -> Iterator[Finding]:
    if node.kind == "boundary":
        yield from _of_border(node)
    elif not node.outs and node.kind not in ("end", "event_sub") and not _compensates(node):
        yield Finding("dead-end", ERROR, node.id, f"{node}之后没有去处，流程停在这里不会办结")
    if node.kind == "start" and node.ins:
        yield Finding("start-event", ERROR, node.id, f"开始事件{node}不能有进入的顺序流")
    if node.kind == "end" and node.outs:
        yield Finding("end-event", ERROR, node.id, f"结束事件{node}不能有离开的顺序流")
    if node.is_activity:
        yield from _of_activity(node)
    elif node.kind in ("xor", "and", "or", "events"):
        yield from _of_gateway(node)
    for target, count in Counter(flow.target for flow in node.outs).items():
        if count > 1:
            yield Finding("double-flow", WARNING, node.id, f"从{node}到{target}有 {count} 条顺序流")


def _of_activity(node: Node) -> Iterator[Finding]:
    if node.kind in UNNAMED and not node.name:
        yield Finding("no-name", WARNING, node.id, f"环节{node}没有名称")
    if len(node.outs) > 1:
        yield Finding("implicit-split", ERROR, node.id, f"{node}有 {len(node.outs)} 条离开的顺序流，须用网关分开")


def _of_gateway(node: Node) -> Iterator[Finding]:
    if node.kind in ("xor", "or") and len(node.outs) > 1:
        yield from _of_choice(node)
    if node.kind == "events":
        yield from _of_event_gateway(node)
    elif len(node.outs) == 1 and len(node.ins) == 1:
        yield Finding("superfluous", INFO, node.id, f"网关{node}只有一进一出，可以省去")
    if node.kind == "and" and any(flow.conditional for flow in node.outs):
        yield Finding("condition", WARNING, node.id, f"并行网关{node}的条件不起作用")


def _compensates(node: Node) -> bool:
    return node.element.get("isForCompensation") == "true" or any(each.kind == "link" for each in node.events)


def _of_border(node: Node) -> Iterator[Finding]:
    kinds = {each.kind for each in node.events}
    if node.host is None:
        yield Finding("border", ERROR, node.id, f"边界事件{node}没有附着在环节上")
    elif not node.host.is_activity:
        yield Finding("border", ERROR, node.id, f"边界事件{node}只能附着在环节上")
    if node.ins:
        yield Finding("border", ERROR, node.id, f"边界事件{node}不能有进入的顺序流")
    if not node.outs and "compensate" not in kinds:
        yield Finding("border", ERROR, node.id, f"边界事件{node}之后没有去处")
    if "error" in kinds and not node.interrupting:
        yield Finding("border", ERROR, node.id, f"错误边界事件{node}必须中断环节")
    if "cancel" in kinds and node.host is not None and node.host.tag != "transaction":
        yield Finding("border", ERROR, node.id, f"取消边界事件{node}只能附着在事务上")


def _of_choice(node: Node) -> Iterator[Finding]:
    default = [flow for flow in node.outs if flow.id is not None and flow.id == node.default]
    if node.default and not default:
        yield Finding("default", ERROR, node.id, f"网关{node}的默认流 {node.default} 不是它的离开流")
    without = [flow for flow in node.outs if not flow.conditional and flow not in default]
    for flow in without:
        yield Finding("no-condition", ERROR, flow.id, f"网关{node}到{flow.target}的顺序流没有条件，也不是默认流")
    if not default and not without:
        yield Finding("no-default", WARNING, node.id, f"网关{node}没有默认流：条件都不成立时流程会停住")
    if default and default[0].conditional:
        yield Finding("condition", WARNING, default[0].id, f"网关{node}的默认流带有条件，条件不起作用")


def _of_event_gateway(node: Node) -> Iterator[Finding]:
    for flow in node.outs:
        if flow.target.kind != "catch" and flow.target.tag != "receiveTask":
            yield Finding("event-gateway", ERROR, node.id, f"事件网关{node}之后只能是等待的事件，不能是{flow.target}")
        elif len(flow.target.ins) > 1:
            yield Finding("event-gateway", WARNING, flow.target.id, f"{flow.target}在事件网关之后，不宜另有进入的流")


# --- events and services


def _of_events(node: Node, drawing: Drawing) -> Iterator[Finding]:
    if node.kind in ("catch", "boundary") and not node.events:
        yield Finding("no-definition", ERROR, node.id, f"{node}没有说明等待什么")
    for event in node.events:
        reference = CATCHES.get(event.kind)
        if event.key is None and event.kind in ABSENT:
            yield Finding("no-definition", WARNING, node.id, f"{node}没有说明是哪一个{ABSENT[event.kind]}")
        elif reference:
            yield from _of_reference(node, reference, drawing)
    if node.kind == "catch":
        for event in node.events:
            if event.kind == "link" and not node.ins:
                yield Finding("link", ERROR, node.id, f"没有通向链接{node}的链接事件")
    if node.kind == "throw" and any(each.kind == "link" for each in node.events) and not node.outs:
        yield Finding("link", ERROR, node.id, f"链接{node}没有对应的接收端")


def _of_reference(node: Node, attribute: str, drawing: Drawing) -> Iterator[Finding]:
    declared = {each.get("id") for each in drawing.root.iterfind(f"{BPMN}*")}
    for definition in node.element:
        reference = definition.get(attribute) if isinstance(definition.tag, str) else None
        if reference and reference.rpartition(":")[2] not in declared:
            yield Finding("no-definition", ERROR, node.id, f"{node}引用了没有定义的 {reference}")


def _of_service(node: Node, operations: Collection[str] | None) -> Iterator[Finding]:
    if node.tag != "serviceTask":
        return
    operators = [each.get("id") for each in node.element.iter(f"{SPIFF}serviceTaskOperator")]
    if not operators:
        yield Finding("no-operation", ERROR, node.id, f"服务环节{node}没有写明操作")
    for operator in operators:
        if operations is not None and operator not in operations:
            yield Finding("no-operation", ERROR, node.id, f"服务环节{node}引用了不存在的操作 {operator}")


# --- as this platform uses them: conditions, offices, outcomes


def _of_conditions(drawing: Drawing) -> Iterator[Finding]:
    returned = {properties(node.element).get("returns_as") for node in _people(drawing)}
    known = {"outcome": OUTCOMES.keys() | {None}, "returned_by": returned | {None}}
    for element in drawing.root.iter(*(f"{BPMN}{each}" for each in EXPRESSIONS)):
        try:
            compared = scripts.compared(element.text or "")
        except DiagramRefused as error:
            yield Finding("condition", ERROR, _place(element)[0], error.sentence)
            continue
        for fact, constant in sorted(compared, key=repr):
            if fact in known and constant not in known[fact]:
                sentence = f"条件问的 {fact} 不会是 {constant!r}：{element.text}"
                yield Finding("condition", ERROR, _place(element)[0], sentence)


def _of_offices(drawing: Drawing) -> Iterator[Finding]:
    """Each task needs an office: in a drawing that names roles at all, a task without one is a mistake."""
    roles = {}
    for lane in drawing.root.iter(f"{BPMN}lane"):
        role = properties(lane).get("role")
        name = quoted(lane.get("name"), lane.get("id"))
        if role is not None and role not in ROLES:
            yield Finding("lane", ERROR, lane.get("id"), f"泳道{name}的办理机构 {role} 不存在")
        roles.update({(each.text or "").strip(): role for each in lane.iterfind(f"{BPMN}flowNodeRef")})
    severity = ERROR if any(roles.values()) else WARNING
    for node in _people(drawing):
        if not roles.get(node.id or ""):
            yield Finding("lane", severity, node.id, f"环节{node}不在写明办理机构的泳道里（泳道的 role 属性）")
        own = properties(node.element)
        for number, meaning in NUMBERS.items():
            if not own.get(number, "0").isdecimal():
                yield Finding("number", ERROR, node.id, f"环节{node}的{meaning}：{own[number]}")
        for outcome in sorted(set(_outcomes(node)) - OUTCOMES.keys()):
            yield Finding("outcome", ERROR, node.id, f"环节{node}的办理结果 {outcome} 不存在")


def _people(drawing: Drawing) -> list[Node]:
    """The tasks that wait for somebody."""
    return [each for each in drawing.all_nodes() if each.tag in ("userTask", "manualTask", "task")]


def _outcomes(node: Node) -> list[str]:
    return [each.strip() for each in properties(node.element).get("outcomes", "agree").split(",")]


def _of_outcomes(drawing: Drawing) -> Iterator[Finding]:
    """Where a gateway behind a task asks for its outcome alone, each outcome has its own way."""
    for node in _people(drawing):
        following = node.outs[0].target if len(node.outs) == 1 else None
        outcomes = _outcomes(node)
        if len(outcomes) < 2 or following is None:
            continue
        if following.kind != "xor":
            yield Finding("outcome", WARNING, node.id, f"环节{node}有几种办理结果，其后却没有按结果分开")
            continue
        ways = {outcome: _way(following, outcome) for outcome in outcomes}
        for outcome, way in ways.items():
            if way is None:
                yield Finding("outcome", ERROR, following.id, f"环节{node}的结果 {outcome} 在网关{following}没有去处")
            elif outcome in ("refuse", "send_back") and way != "?" and way == ways.get("agree"):
                yield Finding("outcome", WARNING, following.id, f"环节{node}的结果 {outcome} 与同意走同一条路")


def _way(gateway: Node, outcome: str) -> str | None:
    """The flow an outcome takes, or `?` where other facts have a say, None where there is none."""
    for flow in gateway.outs:
        if flow.id == gateway.default or not flow.conditional:
            continue
        text = _condition(gateway, flow.id)
        try:
            if scripts.names(text) - {"outcome"}:
                return "?"
            if scripts.evaluate(text, {"outcome": outcome}):
                return flow.id
        except (DiagramRefused, RunBroken):
            return "?"
    return gateway.default or ("?" if any(not flow.conditional for flow in gateway.outs) else None)


def _condition(gateway: Node, key: str | None) -> str:
    for element in gateway.scope.element.iterfind(f"{BPMN}sequenceFlow"):
        if element.get("id") == key:
            return element.findtext(f"{BPMN}conditionExpression") or ""
    return ""
