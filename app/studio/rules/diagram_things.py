"""What a BPMN file says, in an official's words: every element that has an id, with its settings."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping

from lxml import etree

from app.identity.models import DUTY_NAMES, Duty
from app.studio.rules.plain_words import OFFICES, condition_in_words
from app.studio.rules.things import Thing
from workflows.reading import BPMN, SPIFF, read
from workflows.routing import ROLES
from workflows.vocabulary import BUTTON, OUTCOMES, RECORD

BPMNDI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
WHATS = {
    "process": "流程",
    "participant": "泳池",
    "lane": "泳道",
    "userTask": "环节",
    "manualTask": "手工任务",
    "task": "任务",
    "serviceTask": "自动环节",
    "businessRuleTask": "决策环节",
    "sendTask": "发送任务",
    "receiveTask": "接收任务",
    "scriptTask": "脚本任务",
    "callActivity": "调用的流程",
    "subProcess": "子流程",
    "transaction": "事务子流程",
    "adHocSubProcess": "即席子流程",
    "exclusiveGateway": "排他网关",
    "parallelGateway": "并行网关",
    "inclusiveGateway": "包容网关",
    "eventBasedGateway": "事件网关",
    "complexGateway": "复杂网关",
    "startEvent": "开始事件",
    "endEvent": "结束事件",
    "boundaryEvent": "边界事件",
    "intermediateCatchEvent": "中间捕获事件",
    "intermediateThrowEvent": "中间抛出事件",
    "sequenceFlow": "流向",
    "messageFlow": "消息流",
    "message": "消息",
    "error": "错误",
    "signal": "信号",
    "escalation": "升级事件",
    "dataObject": "数据对象",
    "dataObjectReference": "数据对象",
    "dataStoreReference": "数据存储",
    "textAnnotation": "注释",
    "association": "关联",
    "group": "分组",
}
PROPERTIES = {
    "applicant": "由谁发起",
    "category": "所属类别",
    "start_order": "卡片次序",
    "releasing_as": "对方学校的称谓",
    "rules_of": "沿用规则的流程",
    "subject": "办理对象",
    "role": "办理机构",
    "duty": "岗位",
    "working_days": "时限（工作日）",
    "accepts_within": "受理期限（工作日）",
    "outcomes": "可选结果",
    "form": "表单",
    "route_order": "流转次序",
    "returns_as": "退回时的记号",
    "status": "办件状态",
    "kind": "环节含义",
    "side": "所属一方",
    "in_bulk": "批量办理",
    "joint": "会签须同意的人数",
    "veto": "会签一票否决",
    "outcome": "办件结果",
}
APPLICANTS = {"school": "学校", "bureau": "教育行政部门", "province": "省厅", "nobody": "由其他办件引起"}
SUBJECTS = {"student": "学生", "office": "机构", "person": "省内没有学籍的人"}
KINDS = {"repair": "补正", "pull": "转入档案", "filing": "备案", "identity": "核对身份", "confirmation": "确认名单"} | {
    "guardian_notice": "告知监护人",
    "objection_period": "异议期",
}
ENDS = {"agreed": "同意", "refused": "不予办理", "redirected": "转为其他办件", "terminated": "终止"}
VALUES: Mapping[str, Mapping[str, str]] = {
    "applicant": APPLICANTS,
    "subject": SUBJECTS,
    "kind": KINDS,
    "outcome": ENDS,
    "duty": {duty.value: DUTY_NAMES[duty] for duty in Duty},
    "role": {key: role.name for key, role in ROLES.items()},
    "status": {"repairing": "补正中（停止计时）"},
    "side": {"here": "学校一方", "source": "生源一方"},
    "joint": {"all": "全体"},
    "veto": {"true": "是"},
    "returns_as": OFFICES,
    "in_bulk": {"never": "逐件办理", "below_senior": "高中学生逐件办理"},
}
ATTRIBUTES = {
    "sourceRef": "起点",
    "targetRef": "终点",
    "default": "默认流向",
    "attachedToRef": "所在环节",
    "calledElement": "调用的流程",
    "processRef": "所画流程",
    "isExecutable": "可以执行",
    "cancelActivity": "中断所在环节",
    "triggeredByEvent": "由事件触发",
    "errorCode": "错误代码",
    "isInterrupting": "中断流程",
    "gatewayDirection": "方向",
}
TRUTHS = {"true": "是", "false": "否"}
REFERENCES = (
    "sourceRef",
    "targetRef",
    "default",
    "attachedToRef",
    "errorCode",
)  # to another element, which people know by its name
PARTS = {  # of events and activities
    "messageEventDefinition": "消息",
    "errorEventDefinition": "错误",
    "signalEventDefinition": "信号",
    "escalationEventDefinition": "升级",
    "timerEventDefinition": "定时",
    "terminateEventDefinition": "终止整个流程",
    "conditionalEventDefinition": "条件",
    "compensateEventDefinition": "补偿",
    "timeDuration": "时长",
    "timeDate": "时刻",
    "timeCycle": "周期",
    "multiInstanceLoopCharacteristics": "多实例",
    "standardLoopCharacteristics": "循环",
    "loopCardinality": "人数",
    "completionCondition": "完成条件",
    "text": "文字",
}
TITLED = {"isSequential": "依次办理"}
#: parts that are told by themselves, or only repeat what is said elsewhere
TOLD = {"incoming", "outgoing", "flowNodeRef", "documentation", "conditionExpression", "laneSet"}


def things_of_diagram(text: str | None, titles: Mapping[str, str] | None = None) -> dict[str, Thing]:
    """Every element of a diagram by its id; {} of None. titles -- of the fields that conditions ask for."""
    if text is None:
        return {}
    root = read(text.encode(), "")
    named = {str(each.get("id")): _name(each) for each in root.iter(etree.Element) if each.get("id")}
    named |= {key: titles[key] for key in _messages(root) if key in (titles or {})} if titles else {}
    named |= dict(_nameless(root, named))
    lanes = {
        (reference.text or "").strip(): str(lane.get("id"))
        for lane in root.iter(f"{BPMN}lane")
        for reference in lane.iter(f"{BPMN}flowNodeRef")
    }
    places = dict(_places(root))
    return {
        key: Thing(
            WHATS[tag],
            named[key] or _ends(element, named) or f"没有名称的{WHATS[tag]}",
            {title: value for title, value in _said(element, named, lanes, titles or {}) if value},
            places.get(key),
            {
                **{ATTRIBUTES[name]: str(element.get(name)) for name in REFERENCES if element.get(name)},
                "泳道": lanes.get(key, ""),
            },
        )
        for element, tag, key in _elements(root)
    }


@functools.lru_cache(maxsize=64)
def lanes_by_role(text: str) -> Mapping[str, str]:
    """What a diagram calls the office of each role: the name of its lane, where that has one. text -- of a BPMN file"""
    lanes = read(text.encode(), "").iter(f"{BPMN}lane")
    named = ((each, _name(each)) for each in lanes)
    return {
        role.get("value", ""): name
        for lane, name in named
        if name
        for role in lane.iter(f"{SPIFF}property")
        if role.get("name") == "role"
    }


def _elements(root: etree._Element) -> Iterator[tuple[etree._Element, str, str]]:
    for element in root.iter(etree.Element):
        tag = str(element.tag)
        if tag.startswith(BPMN) and tag.removeprefix(BPMN) in WHATS and element.get("id"):
            yield element, tag.removeprefix(BPMN), str(element.get("id"))


def _messages(root: etree._Element) -> list[str]:
    return [str(each.get("id")) for each in root.iter(f"{BPMN}message") if each.get("id")]


def _nameless(root: etree._Element, named: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """A node without a name by what leads to it, else by what it leads to: “学校审核”之后的并行网关."""
    flows = [(each.get("sourceRef", ""), each.get("targetRef", "")) for each in root.iter(f"{BPMN}sequenceFlow")]
    for _element, tag, key in _elements(root):
        if named[key] or tag in ("sequenceFlow", "messageFlow", "association", "process", "participant"):
            continue
        before = next((named[source] for source, target in flows if target == key and named.get(source)), "")
        after = next((named[target] for source, target in flows if source == key and named.get(target)), "")
        place = f"“{before}”之后的" if before else f"“{after}”之前的" if after else "没有名称的"
        yield key, f"{place}{WHATS[tag]}"


def _name(element: etree._Element) -> str:
    return " ".join((element.get("name") or "").split())


def _ends(element: etree._Element, named: Mapping[str, str]) -> str:
    """A flow without a name, by where it leads: 学校确认 → 是否同意？"""
    source, target = element.get("sourceRef"), element.get("targetRef")
    return f"{named.get(source) or source} → {named.get(target) or target}" if source and target else ""


def _places(root: etree._Element) -> Iterator[tuple[str, tuple[object, ...]]]:
    """Where each element is drawn: the numbers of its bounds and waypoints, labels included."""
    for shape in root.iter(f"{BPMNDI}BPMNShape", f"{BPMNDI}BPMNEdge"):
        numbers = [
            (etree.QName(each).localname, tuple(sorted(each.attrib.items())))
            for each in shape.iter(etree.Element)
            if etree.QName(each).localname in ("Bounds", "waypoint")
        ]
        yield str(shape.get("bpmnElement")), tuple(numbers)


def _said(
    element: etree._Element, named: Mapping[str, str], lanes: Mapping[str, str], titles: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Every setting of an element, by its title."""
    yield "名称", named.get(str(element.get("id"))) or "" if element.tag == f"{BPMN}message" else _name(element)
    yield "泳道", named.get(lanes.get(str(element.get("id")), ""), "")
    for name, title in ATTRIBUTES.items():
        value = element.get(name, "")
        if name in REFERENCES:
            yield title, named.get(value) or value
        else:
            yield title, TRUTHS.get(value) or titles.get(value) or (name == "processRef" and named.get(value)) or value
    for part in element.findall(f"{BPMN}conditionExpression"):
        yield "条件", condition_in_words(part.text or "", titles)
    for part in element.findall(f"{BPMN}documentation"):
        yield "说明", (part.text or "").strip()
    for part in element.findall(f"{BPMN}extensionElements"):
        yield from _extensions(part, titles)
    yield "其他设置", _rest(element, named)


def _extensions(part: etree._Element, titles: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for each in part.iter(f"{SPIFF}property"):
        yield _property(each.get("name", ""), each.get("value", ""), titles)
    for each in part.iter(f"{SPIFF}serviceTaskOperator"):
        verb = each.get("id", "")
        yield "调用的操作", titles.get(verb, verb)
    known = {f"{SPIFF}properties", f"{SPIFF}serviceTaskOperator"}
    others = [each for each in part if each.tag not in known]
    yield "扩展内容", " ".join(_canonical(each) for each in others)


def _property(name: str, value: str, titles: Mapping[str, str]) -> tuple[str, str]:
    for beginning, words in ((BUTTON, "的按钮文字"), (RECORD, "的记载文字")):
        if name.startswith(beginning):
            return f"“{_outcome(name.removeprefix(beginning))}”{words}", value
    title = PROPERTIES.get(name, name)
    if name == "outcomes":
        return title, "、".join(_outcome(each.strip()) for each in value.split(","))
    return title, VALUES.get(name, {}).get(value) or titles.get(value, value)


def _outcome(outcome: str) -> str:
    return OUTCOMES[outcome].record if outcome in OUTCOMES else outcome


def _rest(element: etree._Element, named: Mapping[str, str]) -> str:
    """What else stands in an element: events and what they refer to, loops, data; nothing that is told by itself."""
    apart = {*TOLD, "extensionElements", *WHATS}
    parts = [each for each in element if isinstance(each.tag, str) and etree.QName(each).localname not in apart]
    return " ".join(_part(each, named) for each in parts)


def _part(element: etree._Element, named: Mapping[str, str]) -> str:
    """An event's definition, a loop: what it is, what it refers to, what it holds; others' parts as they stand."""
    words = PARTS.get(etree.QName(element).localname)
    if words is None:
        return _canonical(element)
    refers = [named.get(str(value)) or str(value) for name, value in element.attrib.items() if name.endswith("Ref")]
    set_apart = [
        f"{TITLED[name]}：{TRUTHS.get(value, value)}" for name, value in element.attrib.items() if name in TITLED
    ]
    inner = [(element.text or "").strip(), *(_part(each, named) for each in element if isinstance(each.tag, str))]
    return " ".join(each for each in (words, *refers, *set_apart, *inner) if each)


def _canonical(element: etree._Element) -> str:
    """An element as text that is the same for the same content; its place in the file's layout left out."""
    own = etree.QName(element).localname
    said = " ".join(f'{etree.QName(name).localname}="{value}"' for name, value in sorted(element.attrib.items()))
    inner = [(element.text or "").strip(), *(_canonical(each) for each in element if isinstance(each.tag, str))]
    return " ".join(each for each in (f"{own}（{said}）" if said else own, *inner) if each)
