"""What the engine would do wrong, or not at all: refused before it runs, by the check and by the compiler alike."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from lxml import etree

from workflows import joint
from workflows.reading import BPMN, SPIFF, local, number_of, place_of
from workflows.translation import gettext, gettext_noop
from workflows.uncaught import signals_not_thrown, uncaught_errors
from workflows.unprovable import unprovable

LONGEST = 250  # sequence flows of one process: the library recurses along a path
MOST_ELEMENTS = 1_000  # of one process or sub-process
MOST_PROCESSES = 100  # of one file
MOST_ROUNDS = 100  # of a loop in which nobody is asked
MOST_INSTANCES = 10_000  # steps that a constant number of instances may unfold into
SCOPES = ("process", "subProcess", "transaction", "adHocSubProcess")
# these change their own specification while running, or silently do nothing (engine.md A.1, A.4, A.7)
REFUSED = {
    "scriptTask": gettext_noop("脚本任务"),
    "adHocSubProcess": gettext_noop("即席子流程"),
    "complexGateway": gettext_noop("复杂网关"),
    "linkEventDefinition": gettext_noop("链接事件"),
    "compensateEventDefinition": gettext_noop("补偿事件"),
    "conditionalEventDefinition": gettext_noop("条件事件"),
    "businessRuleTask": gettext_noop("业务规则环节（决策表由自动环节查询）"),
    "dataInputAssociation": gettext_noop("数据输入关联"),
    "dataOutputAssociation": gettext_noop("数据输出关联"),
    "ioSpecification": gettext_noop("输入输出数据"),
    "loopDataInputRef": gettext_noop("按数据集合重复（次数写成一个数或一个事实）"),
    "loopDataOutputRef": gettext_noop("按数据集合重复（次数写成一个数或一个事实）"),
}
# no run waits for a moment: a due day, its reminders and what is tried again are the platform's, by working days
TIMERS = {
    "boundaryEvent": gettext_noop(
        "不能使用定时边界事件：时限写在环节属性里，到期由系统催办；到期要另走一路的，请由办理环节的结果分开（{place}）"
    ),
    "startEvent": gettext_noop("不能使用定时开始事件：请用没有事件的开始事件，由经办人开立（{place}）"),
    "": gettext_noop("不能使用定时事件：时限写在环节属性里，到某一天才能继续的请画成自动环节（{place}）"),
}
SCRIPTS = ("preScript", "postScript")
WAITING = ("task", "userTask", "manualTask", "serviceTask", "receiveTask", "intermediateCatchEvent", "callActivity")


class Unrunnable(NamedTuple):
    """Why an element cannot be run: the rule by which it is found, the element, and the sentence."""

    rule: str
    element: etree._Element
    sentence: str


def unrunnable(root: etree._Element, roots: Iterable[etree._Element]) -> Iterator[Unrunnable]:
    """Everything in a file that the engine must not be given.

    root -- the file; roots -- all files of the process, itself among them: what it throws may be caught in another.
    """
    roots = list(roots)
    silent = _silent_processes(roots)
    if len(root.findall(f"{BPMN}process")) > MOST_PROCESSES:
        yield Unrunnable("too-large", root, gettext("一个文件最多 {most} 个流程", most=MOST_PROCESSES))
    barred = dict(unprovable(root))
    for element in root.iter(f"{BPMN}*", f"{SPIFF}*"):
        kind = etree.QName(element).localname
        for sentence in [barred[element]] if element in barred else _of_element(element, kind):
            yield Unrunnable("script" if kind in SCRIPTS else "unsupported", element, sentence)
        if element.tag in joint.TASKS:
            for sentence in joint.faults_of(element):
                yield Unrunnable("joint", element, sentence)
        if kind in SCOPES:
            yield from _of_scope(element, silent)
    for element, sentence in uncaught_errors(root, roots):
        yield Unrunnable("uncaught-error", element, sentence)
    for element, sentence in signals_not_thrown(root, roots):
        yield Unrunnable("no-signal", element, sentence)


def is_too_large(root: etree._Element) -> bool:
    """Has a file more in it than the library can read in time?"""
    scopes = root.iter(*(f"{BPMN}{each}" for each in SCOPES))
    return len(root.findall(f"{BPMN}process")) > MOST_PROCESSES or any(
        len(each) > MOST_ELEMENTS or len(each.findall(f"{BPMN}sequenceFlow")) > LONGEST for each in scopes
    )


def _of_element(element: etree._Element, kind: str) -> Iterator[str]:
    if kind in SCRIPTS:
        yield gettext("环节不能带脚本（{place}）", place=place_of(element))
    elif element.tag.startswith(BPMN):
        if kind in REFUSED:
            yield gettext("不能使用{what}（{place}）", what=gettext(REFUSED[kind]), place=place_of(element))
        if kind == "timerEventDefinition":
            yield gettext(_instead_of_timer(element), place=place_of(element))
        if kind == "subProcess" and element.get("triggeredByEvent") == "true":
            yield gettext("不能使用事件子流程（{place}）", place=place_of(element))
        if kind == "boundaryEvent" and element.get("cancelActivity") == "false":
            yield from _of_border(element)
        yield from _of_numbers(element, kind)


def _instead_of_timer(timer: etree._Element) -> str:
    event = timer.getparent()
    scope = event.getparent()
    is_inside = scope is not None and scope.tag != f"{BPMN}process"
    kind = etree.QName(event).localname
    return TIMERS[""] if kind not in TIMERS or (kind == "startEvent" and is_inside) else TIMERS[kind]


def _of_border(element: etree._Element) -> Iterator[str]:
    kinds = {etree.QName(each).localname.removesuffix("EventDefinition") for each in element.iterfind(f"{BPMN}*")}
    if kinds & {"signal", "escalation"}:
        yield gettext("不能使用不中断的信号、升级边界事件：引擎只让它发生一次（{place}）", place=place_of(element))


def _of_numbers(element: etree._Element, kind: str) -> Iterator[str]:
    for name in ("startQuantity", "completionQuantity"):
        if element.get(name, "1").strip() not in ("1", "+1", "01"):
            yield gettext("不能写明令牌数 {name}：引擎总是一进一出（{place}）", name=name, place=place_of(element))
    if element.get("isForCompensation") == "true":
        yield gettext("不能使用补偿环节（{place}）", place=place_of(element))
    if kind == "standardLoopCharacteristics":
        yield from _of_loop(element)
    if kind == "multiInstanceLoopCharacteristics":
        count = number_of(element.findtext(f"{BPMN}loopCardinality"))
        if count is not None and count < 0:
            yield gettext("实例数不能是负数（{place}）", place=place_of(element))


def _of_loop(loop: etree._Element) -> Iterator[str]:
    most = number_of(loop.get("loopMaximum"))
    if most is not None and most < 1:
        yield gettext("重复的最多次数须至少为 1（{place}）", place=place_of(loop))
    if loop.get("loopMaximum") is None and not (loop.findtext(f"{BPMN}loopCondition") or "").strip():
        yield gettext("标准循环须写明条件或最多次数（{place}）", place=place_of(loop))


# --- a process or sub-process as a whole


def _of_scope(scope: etree._Element, silent_processes: Collection[str]) -> Iterator[Unrunnable]:
    flows = scope.findall(f"{BPMN}sequenceFlow")
    is_too_wide = len(flows) > LONGEST or len(scope) > MOST_ELEMENTS
    if len(flows) > LONGEST:
        sentence = gettext("一个流程最多 {most} 条流向，请拆成子流程（{place}）", most=LONGEST, place=place_of(scope))
        yield Unrunnable("too-large", scope, sentence)
    elif is_too_wide:
        sentence = gettext(
            "一个流程最多 {most} 个元素，请拆成子流程（{place}）", most=MOST_ELEMENTS, place=place_of(scope)
        )
        yield Unrunnable("too-large", scope, sentence)
    starts = scope.findall(f"{BPMN}startEvent")
    if len(starts) > 1:
        sentence = gettext("只能有一个开始事件：引擎会让它们同时开始（{place}）", place=place_of(scope))
        yield Unrunnable("several-starts", starts[1], sentence)
    if scope.tag == f"{BPMN}process" and steps_of(scope) > MOST_INSTANCES:
        yield from _of_many_steps(scope, is_said=is_too_wide)
    yield from _of_silent_loops(scope, silent_processes)


def _of_many_steps(process: etree._Element, *, is_said: bool) -> Iterator[Unrunnable]:
    """More steps than are run, because of constant numbers of instances or of so many elements.

    is_said -- that the process has too many elements of its own
    """
    counts = (number_of(each.text) for each in process.iter(f"{BPMN}loopCardinality"))
    place = place_of(process)
    if any((count or 1) > 1 for count in counts):
        sentence = gettext("实例数太多，会展开成超过 {most} 个环节（{place}）", most=MOST_INSTANCES, place=place)
        yield Unrunnable("too-large", process, sentence)
    elif not is_said:
        sentence = gettext("一个流程连同子流程最多 {most} 个元素（{place}）", most=MOST_INSTANCES, place=place)
        yield Unrunnable("too-large", process, sentence)


def steps_of(scope: etree._Element) -> int:
    """How many steps a process or sub-process unfolds into, its constant numbers of instances counted."""
    total = 0
    for element in scope.iterfind(f"{BPMN}*"):
        several = element.find(f"{BPMN}multiInstanceLoopCharacteristics")
        count = number_of(several.findtext(f"{BPMN}loopCardinality")) if several is not None else None
        inside = steps_of(element) if etree.QName(element).localname in SCOPES else 0
        total += max(count or 1, 1) * (1 + inside)
    return total


def _of_silent_loops(scope: etree._Element, silent_processes: Collection[str]) -> Iterator[Unrunnable]:
    """A round in which nobody is asked and nothing is called: its conditions say the same each time."""
    nodes = {each.get("id"): each for each in scope.iterfind(f"{BPMN}*")}
    silent = {key for key, each in nodes.items() if _may_pass_silently(each, silent_processes)}
    for key in nodes:
        if key in silent and _repeats_much(nodes[key]):
            yield _silent_loop(nodes[key])
            return
    before, after = _flows_between(scope, silent)
    left = [key for key in silent if not after[key]]
    while left:
        key = left.pop()
        silent.discard(key)
        for one in before[key]:
            after[one].discard(key)
            if not after[one]:
                left.append(one)
    for key in nodes:
        if key in silent:
            yield _silent_loop(nodes[key])
            return


def _repeats_much(node: etree._Element) -> bool:
    """Is it a standard loop of more rounds than the engine makes at a stretch?"""
    loop = node.find(f"{BPMN}standardLoopCharacteristics")
    most = number_of(loop.get("loopMaximum")) if loop is not None else 1
    return most is None or most > MOST_ROUNDS


def _silent_loop(node: etree._Element) -> Unrunnable:
    sentence = gettext("循环中没有任何环节，条件不会改变，会循环不止（{place}）", place=place_of(node))
    return Unrunnable("silent-loop", node, sentence)


def _flows_between(scope: etree._Element, nodes: Collection[str]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """The nodes before and after each of these, by flows of the scope."""
    before: dict[str, set[str]] = {key: set() for key in nodes}
    after: dict[str, set[str]] = {key: set() for key in nodes}
    for flow in scope.iterfind(f"{BPMN}sequenceFlow"):
        source, target = local(flow.get("sourceRef")), local(flow.get("targetRef"))
        if source in after and target in before:
            after[source].add(target)
            before[target].add(source)
    return before, after


def _silent_processes(roots: Iterable[etree._Element]) -> set[str]:
    """The processes that a call may pass without anybody being asked: found from those that call no other onwards."""
    processes = {each.get("id"): each for root in roots for each in root.iterfind(f"{BPMN}process")}
    callers: dict[str, list[str]] = {}
    for key, process in processes.items():
        for call in process.iter(f"{BPMN}callActivity"):
            callers.setdefault(local(call.get("calledElement")), []).append(key)
    silent: set[str] = set()
    open_ = list(processes)
    while open_:
        key = open_.pop()
        if key not in silent and _has_silent_way(processes[key], silent):
            silent.add(key)
            open_ += callers.get(key, ())
    return silent


def _may_pass_silently(node: etree._Element, silent: Collection[str]) -> bool:
    """Can a token pass a node without anybody being asked, anything called or awaited?

    silent -- the processes that it can pass so.
    """
    kind = etree.QName(node).localname
    if kind == "callActivity":
        return local(node.get("calledElement")) in silent
    return _has_silent_way(node, silent) if kind in SCOPES else kind not in WAITING


def _has_silent_way(scope: etree._Element, silent_processes: Collection[str]) -> bool:
    nodes = {each.get("id"): each for each in scope.iterfind(f"{BPMN}*")}
    silent = {key for key, each in nodes.items() if _may_pass_silently(each, silent_processes)}
    _, after = _flows_between(scope, silent)
    seen = {key for key in silent if nodes[key].tag == f"{BPMN}startEvent"}
    open_ = list(seen)
    while open_:
        new = after[open_.pop()] - seen
        seen |= new
        open_ += new
    return any(nodes[key].tag == f"{BPMN}endEvent" for key in seen)
