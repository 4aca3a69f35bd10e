"""What can be seen without following a token: what is missing, miswritten, or not supported by engine or platform."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator

from workflows.reading import BPMN, SPIFF
from workflows.translation import gettext, gettext_noop
from workflows.verification.conventions import of_conventions, states_every_outcome
from workflows.verification.drawing import Drawing, Node, Scope
from workflows.verification.findings import ENGINE, ERROR, HOUSE, INFO, SOUNDNESS, STANDARD, WARNING, Finding
from workflows.verification.properties import of_properties

DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
CATCHES = {
    "message": "messageRef",
    "signal": "signalRef",
    "error": "errorRef",
    "escalation": "escalationRef",
}
ABSENT = {
    "message": gettext_noop("{node}没有说明是哪一个消息"),
    "signal": gettext_noop("{node}没有说明是哪一个信号"),
}
UNNAMED = ("task", "call", "sub")


def lint(drawing: Drawing, operations: Collection[str] | None = None) -> list[Finding]:
    """Every finding about a drawing as it stands.

    operations -- the names of the service tasks that are offered, None where they are not known.
    """
    found = [*_of_the_file(drawing)]
    for scope in drawing.scopes:
        found += [*_of_a_scope(scope), *_of_reach(scope)]
    for node in drawing.all_nodes():
        found += [*_of_flows(node), *_of_events(node, drawing), *_of_service(node, operations)]
    return [*found, *of_conventions(drawing), *of_properties(drawing)]


def _of_the_file(drawing: Drawing) -> Iterator[Finding]:
    counts = Counter(each.get("id") for each in drawing.root.iter(f"{BPMN}*", f"{DI}*") if each.get("id"))
    for key, count in counts.items():
        if count > 1:
            sentence = gettext("标识 {key} 用了 {count} 次，须各不相同", key=key, count=count)
            yield Finding("duplicate-id", ERROR, key, sentence, STANDARD)
    if not any(each.nodes for each in drawing.processes):
        yield Finding("empty", ERROR, None, gettext("图中没有流程"), ENGINE)
    for element in drawing.loose_flows:
        key = element.get("id")
        yield Finding("loose-flow", ERROR, key, gettext("流向 {key} 的起点或终点不在同一流程中", key=key), STANDARD)


# --- a process as a whole


def _of_a_scope(scope: Scope) -> Iterator[Finding]:
    if not scope.nodes:
        return
    starts = [each for each in scope.nodes if each.kind == "start"]
    what = gettext("流程") if scope.is_process else gettext("子流程")
    if not starts and not any(each.element.get("instantiate") == "true" for each in scope.nodes):
        yield Finding("no-start", ERROR, scope.id, gettext("{what}{scope}没有开始事件", what=what, scope=scope), HOUSE)
    if not any(each.kind == "end" for each in scope.nodes):
        yield Finding("no-end", ERROR, scope.id, gettext("{what}{scope}没有结束事件", what=what, scope=scope), HOUSE)
    plain = [each for each in starts if not each.events]
    if len(plain) > 1:
        sentence = gettext("{what}{scope}有 {count} 个无条件的开始事件", what=what, scope=scope, count=len(plain))
        yield Finding("several-starts", WARNING, plain[1].id, sentence, HOUSE)
    if not scope.is_process and scope.element.get("triggeredByEvent") != "true":
        for start in starts:
            if start.events:
                sentence = gettext("子流程{scope}的开始事件{start}不能有触发条件", scope=scope, start=start)
                yield Finding("start-event", ERROR, start.id, sentence, STANDARD)


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
            yield Finding("unreachable", ERROR, node.id, gettext("从开始事件走不到{node}", node=node), SOUNDNESS)


# --- flows in and out of a node


def _of_flows(node: Node) -> Iterator[Finding]:
    if node.kind == "boundary":
        yield from _of_border(node)
    elif not node.outs and node.kind not in ("end", "event_sub") and not _compensates(node):
        yield Finding("dead-end", ERROR, node.id, gettext("{node}之后没有去处，流程停在这里不会办结", node=node), HOUSE)
    if node.kind == "start" and node.ins:
        yield Finding("start-event", ERROR, node.id, gettext("开始事件{node}不能有进入的流向", node=node), STANDARD)
    if node.kind == "end" and node.outs:
        yield Finding("end-event", ERROR, node.id, gettext("结束事件{node}不能有离开的流向", node=node), STANDARD)
    if node.is_activity:
        yield from _of_activity(node)
    elif node.kind in ("xor", "and", "or", "events"):
        yield from _of_gateway(node)
    for target, count in Counter(flow.target for flow in node.outs).items():
        if count > 1:
            sentence = gettext("从{node}到{target}有 {count} 条流向", node=node, target=target, count=count)
            yield Finding("double-flow", WARNING, node.id, sentence, HOUSE)


def _of_activity(node: Node) -> Iterator[Finding]:
    if node.kind in UNNAMED and not node.name:
        yield Finding("no-name", WARNING, node.id, gettext("环节{node}没有名称", node=node), HOUSE)
    if len(node.outs) > 1:
        sentence = gettext("{node}有 {count} 条离开的流向，须用网关分开", node=node, count=len(node.outs))
        yield Finding("implicit-split", ERROR, node.id, sentence, ENGINE)


def _of_gateway(node: Node) -> Iterator[Finding]:
    if node.kind in ("xor", "or") and len(node.outs) > 1:
        yield from _of_choice(node)
    if node.kind == "events":
        yield from _of_event_gateway(node)
    elif len(node.outs) == 1 and len(node.ins) == 1:
        yield Finding("superfluous", INFO, node.id, gettext("网关{node}只有一进一出，可以省去", node=node), HOUSE)
    if node.kind == "and" and any(flow.conditional for flow in node.outs):
        yield Finding("condition", WARNING, node.id, gettext("并行网关{node}的条件不起作用", node=node), HOUSE)


def _compensates(node: Node) -> bool:
    return node.element.get("isForCompensation") == "true" or any(each.kind == "link" for each in node.events)


def _of_border(node: Node) -> Iterator[Finding]:
    kinds = {each.kind for each in node.events}
    if node.host is None:
        yield Finding("border", ERROR, node.id, gettext("边界事件{node}没有附着在环节上", node=node), STANDARD)
    elif not node.host.is_activity:
        yield Finding("border", ERROR, node.id, gettext("边界事件{node}只能附着在环节上", node=node), STANDARD)
    if node.ins:
        yield Finding("border", ERROR, node.id, gettext("边界事件{node}不能有进入的流向", node=node), STANDARD)
    if not node.outs and "compensate" not in kinds:
        yield Finding("border", ERROR, node.id, gettext("边界事件{node}之后没有去处", node=node), STANDARD)
    if "error" in kinds and not node.interrupting:
        yield Finding("border", ERROR, node.id, gettext("错误边界事件{node}必须中断环节", node=node), STANDARD)
    if "cancel" in kinds and node.host is not None and node.host.tag != "transaction":
        yield Finding("border", ERROR, node.id, gettext("取消边界事件{node}只能附着在事务上", node=node), STANDARD)


def _of_choice(node: Node) -> Iterator[Finding]:
    default = [flow for flow in node.outs if flow.id is not None and flow.id == node.default]
    if node.default and not default:
        sentence = gettext("网关{node}的默认流向 {default} 不是它的离开的流向", node=node, default=node.default)
        yield Finding("default", ERROR, node.id, sentence, STANDARD)
    without = [flow for flow in node.outs if not flow.conditional and flow not in default]
    for flow in without:
        sentence = gettext("网关{node}到{target}的流向没有条件，也不是默认流向", node=node, target=flow.target)
        yield Finding("no-condition", ERROR, flow.id, sentence, ENGINE)
    if not default and not without and not states_every_outcome(node):
        sentence = gettext("网关{node}没有默认流向：条件都不成立时流程会停住", node=node)
        yield Finding("no-default", WARNING, node.id, sentence, HOUSE)
    if default and default[0].conditional:
        sentence = gettext("网关{node}的默认流向带有条件，条件不起作用", node=node)
        yield Finding("condition", WARNING, default[0].id, sentence, HOUSE)


def _of_event_gateway(node: Node) -> Iterator[Finding]:
    for flow in node.outs:
        if flow.target.kind != "catch" and flow.target.tag != "receiveTask":
            sentence = gettext("事件网关{node}之后只能是等待的事件，不能是{target}", node=node, target=flow.target)
            yield Finding("event-gateway", ERROR, node.id, sentence, STANDARD)
        elif len(flow.target.ins) > 1:
            sentence = gettext("{target}在事件网关之后，不宜另有进入的流", target=flow.target)
            yield Finding("event-gateway", WARNING, flow.target.id, sentence, STANDARD)


# --- events and services


def _of_events(node: Node, drawing: Drawing) -> Iterator[Finding]:
    if node.kind in ("catch", "boundary") and not node.events:
        yield Finding("no-definition", ERROR, node.id, gettext("{node}没有说明等待什么", node=node), STANDARD)
    for event in node.events:
        reference = CATCHES.get(event.kind)
        if event.key is None and event.kind in ABSENT:
            sentence = gettext(ABSENT[event.kind], node=node)
            yield Finding("no-definition", WARNING, node.id, sentence, HOUSE)
        elif reference:
            yield from _of_reference(node, reference, drawing)
    if node.kind == "catch":
        for event in node.events:
            if event.kind == "link" and not node.ins:
                yield Finding("link", ERROR, node.id, gettext("没有通向链接{node}的链接事件", node=node), STANDARD)
    if node.kind == "throw" and any(each.kind == "link" for each in node.events) and not node.outs:
        yield Finding("link", ERROR, node.id, gettext("链接{node}没有对应的接收端", node=node), STANDARD)


def _of_reference(node: Node, attribute: str, drawing: Drawing) -> Iterator[Finding]:
    for definition in node.element:
        reference = definition.get(attribute) if isinstance(definition.tag, str) else None
        if reference and reference.rpartition(":")[2] not in drawing.declared:
            sentence = gettext("{node}引用了没有定义的 {reference}", node=node, reference=reference)
            yield Finding("no-definition", ERROR, node.id, sentence, STANDARD)


def _of_service(node: Node, operations: Collection[str] | None) -> Iterator[Finding]:
    if node.tag != "serviceTask":
        return
    operators = [each.get("id") for each in node.element.iter(f"{SPIFF}serviceTaskOperator")]
    if not operators:
        yield Finding("no-operation", ERROR, node.id, gettext("自动环节{node}没有写明操作", node=node), ENGINE)
    for operator in operators:
        if operations is not None and operator not in operations:
            sentence = gettext("自动环节{node}引用了不存在的操作 {operator}", node=node, operator=operator)
            yield Finding("no-operation", ERROR, node.id, sentence, HOUSE)
