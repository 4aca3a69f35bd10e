"""Events: which kinds may stand where, borders, links, compensation, event sub-processes."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from workflows.reading import local
from workflows.translation import gettext
from workflows.verification.standard.model import (
    ACTIVITIES,
    INSIDES,
    SCOPES,
    THROWING,
    TRUE,
    Broken,
    Model,
    ancestor,
    children,
    named,
    tag_of,
    texts_of,
)

TOP_STARTS = {"message", "timer", "conditional", "signal"}
EVENT_SUB_STARTS = {"message", "timer", "escalation", "error", "compensate", "conditional", "signal"}
CATCHES = {"message", "timer", "conditional", "signal", "link"}
THROWS = {"message", "escalation", "compensate", "link", "signal"}
ENDS = {"message", "escalation", "error", "cancel", "compensate", "signal", "terminate"}
BORDERS = {"message", "timer", "escalation", "error", "cancel", "compensate", "conditional", "signal"}
BESIDE = {"message", "timer", "escalation", "conditional", "signal"}


def broken(model: Model) -> Iterator[Broken]:
    """Findings about events."""
    for event in model.all(*RULES):
        yield from RULES[tag_of(event)](model, event)
    for sub in model.all("subProcess"):
        if sub.get("triggeredByEvent") in TRUE:
            starts = list(children(sub, ["startEvent"]))
            if len(starts) != 1:
                yield "event-sub-process", sub, gettext("事件子流程{sub}须正好有一个开始事件", sub=named(sub))
    yield from _of_definitions(model)
    yield from _of_links(model)


def _odd(model: Model, event: etree._Element, allowed: set[str]) -> list[str]:
    return [kind for kind in model.kinds(event) if kind not in allowed]


def _of_start(model: Model, event: etree._Element) -> Iterator[Broken]:
    scope, kinds = event.getparent(), model.kinds(event)
    if model.ins(event):
        yield "start-event", event, gettext("开始事件{event}不能有进入的流向", event=named(event))
    if not model.outs(event):
        yield "start-event", event, gettext("开始事件{event}须有离开的流向", event=named(event))
    if tag_of(scope) == "process":
        if _odd(model, event, TOP_STARTS):
            sentence = gettext("流程的开始事件{event}只能由消息、定时、条件或信号触发", event=named(event))
            yield "event-kind", event, sentence
    elif scope.get("triggeredByEvent") in TRUE:
        if not kinds or _odd(model, event, EVENT_SUB_STARTS):
            yield "event-kind", event, gettext("事件子流程的开始事件{event}须写明触发它的事件", event=named(event))
        if event.get("isInterrupting") == "false" and {"error", "compensate"} & set(kinds):
            yield "event-kind", event, gettext("由错误或补偿触发的事件子流程{scope}总是中断", scope=named(scope))
    elif tag_of(scope) in INSIDES and kinds:
        yield "event-kind", event, gettext("子流程的开始事件{event}不能有触发条件", event=named(event))


def _of_end(model: Model, event: etree._Element) -> Iterator[Broken]:
    if model.outs(event):
        yield "end-event", event, gettext("结束事件{event}不能有离开的流向", event=named(event))
    if not model.ins(event):
        yield "end-event", event, gettext("结束事件{event}须有进入的流向", event=named(event))
    if _odd(model, event, ENDS):
        yield "event-kind", event, gettext("结束事件{event}不能是这一种", event=named(event))
    if "cancel" in model.kinds(event) and ancestor(event, *SCOPES) is not ancestor(event, "transaction"):
        yield "event-kind", event, gettext("取消结束事件{event}只能在事务中", event=named(event))


def _of_catch(model: Model, event: etree._Element) -> Iterator[Broken]:
    if not model.kinds(event) or _odd(model, event, CATCHES):
        sentence = gettext("中间接收事件{event}只能等待消息、定时、条件、信号或链接", event=named(event))
        yield "event-kind", event, sentence
    yield from _of_ways(model, event, wants_in="link" not in model.kinds(event), wants_out=True)


def _of_throw(model: Model, event: etree._Element) -> Iterator[Broken]:
    if _odd(model, event, THROWS):
        sentence = gettext("中间发出事件{event}只能发出消息、升级、补偿、信号或链接", event=named(event))
        yield "event-kind", event, sentence
    yield from _of_ways(model, event, wants_in=True, wants_out="link" not in model.kinds(event))


def _of_ways(model: Model, event: etree._Element, *, wants_in: bool, wants_out: bool) -> Iterator[Broken]:
    ins, outs = model.ins(event), model.outs(event)
    if wants_in != bool(ins) and (wants_in or outs):
        yield "intermediate-event", event, gettext("中间事件{event}进入的流向不对", event=named(event))
    if wants_out != bool(outs) and (wants_out or ins):
        yield "intermediate-event", event, gettext("中间事件{event}离开的流向不对", event=named(event))


def _of_border(model: Model, event: etree._Element) -> Iterator[Broken]:
    kinds = set(model.kinds(event))
    allowed = BESIDE if event.get("cancelActivity") == "false" else BORDERS
    if not kinds or kinds - allowed:
        yield "event-kind", event, gettext("边界事件{event}不能是这一种", event=named(event))
    if model.ins(event):
        yield "border", event, gettext("边界事件{event}不能有进入的流向", event=named(event))
    host = model.find(event.get("attachedToRef"), *ACTIVITIES)
    if "cancel" in kinds and host is not None and tag_of(host) != "transaction":
        yield "border", event, gettext("取消边界事件{event}只能附着在事务上", event=named(event))
    if "compensate" in kinds:
        yield from _of_compensation(model, event)
    elif not model.outs(event):
        yield "border", event, gettext("边界事件{event}之后没有去处", event=named(event))


def _of_compensation(model: Model, event: etree._Element) -> Iterator[Broken]:
    if model.outs(event):
        yield "compensation", event, gettext("补偿边界事件{event}不能有离开的流向", event=named(event))
    drawn = [each for each in model.all("association") if local(each.get("sourceRef")) == event.get("id")]
    if not drawn:
        yield "compensation", event, gettext("补偿边界事件{event}须以关联指向补偿环节", event=named(event))
    for each in drawn:
        target = model.find(each.get("targetRef"))
        if target is not None and target.get("isForCompensation") not in TRUE:
            yield "compensation", target, gettext("{target}须标明用于补偿", target=named(target))


RULES = {
    "startEvent": _of_start,
    "endEvent": _of_end,
    "intermediateCatchEvent": _of_catch,
    "intermediateThrowEvent": _of_throw,
    "boundaryEvent": _of_border,
}


# --- definitions and links


def _of_definitions(model: Model) -> Iterator[Broken]:
    """A definition that belongs to a throwing event is nobody else's."""
    for reference in model.all("eventDefinitionRef"):
        target = model.find(reference.text)
        if target is not None and tag_of(target.getparent()) in THROWING:
            sentence = gettext(
                "{reference}引用了发出事件自己的事件定义 {definition}",
                reference=named(reference),
                definition=reference.text,
            )
            yield "event-definition", reference, sentence
    for definition in model.all("timerEventDefinition"):
        times = [each for each in definition if tag_of(each) in ("timeDate", "timeCycle", "timeDuration")]
        if len(times) > 1:
            sentence = gettext("定时事件{definition}只能写一种时间", definition=named(definition))
            yield "event-definition", definition, sentence


def _of_links(model: Model) -> Iterator[Broken]:
    for definition in model.all("linkEventDefinition"):
        event = definition.getparent()
        sources, targets = texts_of(definition, "source"), texts_of(definition, "target")
        if tag_of(event) == "intermediateCatchEvent":
            if not sources:
                yield "link", event, gettext("链接{event}须写明来源", event=named(event))
            others = [(each, "target") for each in sources]
        elif tag_of(event) == "intermediateThrowEvent":
            if len(targets) != 1:
                yield "link", event, gettext("链接{event}须写明一个去处", event=named(event))
            others = [(each, "source") for each in targets]
        else:
            continue
        for key, back in others:
            yield from _of_other_end(model, definition, key, back)


def _of_other_end(model: Model, definition: etree._Element, key: str, back: str) -> Iterator[Broken]:
    event, other = definition.getparent(), model.find(key, "linkEventDefinition")
    if other is None:
        yield "link", event, gettext("链接{event}的另一端 {key} 不存在", event=named(event), key=key)
        return
    if definition.get("id") not in texts_of(other, back):
        yield "link", event, gettext("链接{event}的另一端没有指回来", event=named(event))
    if ancestor(other.getparent(), *SCOPES) is not ancestor(event, *SCOPES):
        yield "link", event, gettext("链接{event}的两端须在同一流程的同一层", event=named(event))
