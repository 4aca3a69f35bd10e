"""BPMN as XML → the specifications of the engine; what its library says when it cannot, said in our own words."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.exceptions import WorkflowException
from SpiffWorkflow.spiff.parser.process import VALIDATOR, SpiffBpmnParser

from workflows.compiled_spec import refuse_unbounded
from workflows.errors import DiagramRefused
from workflows.reading import BPMN
from workflows.translation import gettext, gettext_noop, listed

# the library trips over what its schema lets through in ways of its own
PARSING = (
    ValidationException,
    WorkflowException,
    NotImplementedError,
    RecursionError,
    StopIteration,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
    AssertionError,
)
# what the library's sentence begins with -> ours
SENTENCES = {
    "Exactly one start event": gettext_noop("子流程须正好有一个开始事件"),
    "A SubWorkflow Must contain": gettext_noop("子流程须有结束事件"),
    'No "calledElement"': gettext_noop("调用环节没有写明调用哪个流程"),
    "There is no support": gettext_noop("引擎不能使用这种元素"),
    "No start event found": gettext_noop("流程没有开始事件"),
    "Non-default exclusive": gettext_noop("网关的离开的流向没有条件，也不是默认流向"),
    "Multiple outgoing flows": gettext_noop("离开的流向不止一条，须用网关分开"),
    "A Service Task must have": gettext_noop("自动环节没有写明操作"),
    "The process '": gettext_noop("找不到被调用的流程"),
    "Duplicate process ID": gettext_noop("两个流程的标识相同"),
    "Could not find messageRef": gettext_noop("消息事件没有写明是哪个消息"),
    "Message identifier": gettext_noop("消息没有标识"),
    "Signal identifier": gettext_noop("信号没有标识"),
    "Error identifier": gettext_noop("错误没有标识"),
    "Escalation identifier": gettext_noop("升级没有标识"),
    "Correlation": gettext_noop("消息的关联没有写全"),
    "Message identifier is missing from correlation": gettext_noop("消息的关联没有写全"),
    "Data Store": gettext_noop("不能使用数据存储"),
    "Cannot resolve data": gettext_noop("数据关联引用了不存在的数据"),
    "Time Specification Error": gettext_noop("定时事件没有写明时间"),
    "When looking for a task spec": gettext_noop("流向的起点或终点不在同一流程中"),
    "Cancel Events may only": gettext_noop("取消事件只能在事务中"),
    "Ad hoc subprocesses may not": gettext_noop("即席子流程中不能有开始或结束事件"),
    "A loopMaximum or": gettext_noop("标准循环须写明条件或最多次数"),
    "A multiinstance task must": gettext_noop("没有写明实例数"),
    "No DMN Diagram": gettext_noop("不能使用业务规则环节"),
    "NotImplementedError('Unsupported": gettext_noop("引擎不能使用这种事件"),
    "Process ": gettext_noop("流程没有标明可以执行"),
    "Element '": gettext_noop("不符合 BPMN 2.0 的格式定义"),
}
UNKNOWN = gettext_noop("引擎读不懂这个元素")

logging.getLogger("spiff.workflow").setLevel(logging.WARNING)
logging.getLogger("spiff.task").setLevel(logging.WARNING)


class _Parser(SpiffBpmnParser):
    """The library's parser, except that the flows out of a node keep the order they have in the file.

    The library sorts them by where their targets are drawn: of two conditions that hold, the picture would decide.
    """

    def get_document_positions(self, root: etree._Element) -> dict[str, Any]:  # noqa: ARG002  # the library's name
        return {}


def parsed(roots: Mapping[str, etree._Element]) -> SpiffBpmnParser:
    """A parser of the engine that has read these files. Raises DiagramRefused."""
    refuse_circles(roots)
    parser = _Parser(validator=VALIDATOR)
    with _in_our_words():
        for name, root in roots.items():
            if root.find(f".//{BPMN}process") is not None:
                parser.add_bpmn_xml(root, filename=name)
    return parser


def specifications(parser: SpiffBpmnParser, key: str) -> tuple[Any, Mapping[str, Any]]:
    """The specification of a process and those of what it contains and calls. Raises DiagramRefused."""
    with _in_our_words():
        spec, inside = parser.get_spec(key), parser.get_subprocess_specs(key)
        refuse_unbounded(spec, inside)
    return spec, inside


def executable(parser: SpiffBpmnParser, roots: Iterable[etree._Element]) -> list[str]:
    """The processes of these files that can be run and have anything in them. Raises DiagramRefused without any."""
    full = {
        process.get("id")
        for root in roots
        for process in root.iterfind(f"{BPMN}process")
        if any(isinstance(each.tag, str) and each.get("id") for each in process)
    }
    keys = [key for key in parser.get_process_ids() if key in full]
    if not keys:
        raise DiagramRefused(gettext("图中没有可以执行的流程"))
    return keys


@contextlib.contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except DiagramRefused:
        raise
    except RecursionError as error:
        raise DiagramRefused(gettext("引擎不能载入：有不经过网关的循环，或一条路径太长")) from error
    except ValidationException as error:
        said = str(error)
        sentence = gettext(next((ours for theirs, ours in SENTENCES.items() if said.startswith(theirs)), UNKNOWN))
        place = error.name or error.id
        if place:
            sentence = gettext("{sentence}（{place}）", sentence=sentence, place=place)
        raise DiagramRefused(gettext("引擎不能载入：{sentence}", sentence=sentence), element=error.id) from error
    except PARSING as error:
        raise DiagramRefused(gettext("引擎不能载入：引擎读不懂这张图")) from error


def refuse_circles(roots: Mapping[str, etree._Element]) -> None:
    """Processes that call one another without end would fill the memory at the first call. Raises DiagramRefused."""
    calls = {
        process.get("id"): {each.get("calledElement") for each in process.iter(f"{BPMN}callActivity")}
        for root in roots.values()
        for process in root.iter(f"{BPMN}process")
    }
    while leaves := {key for key, called in calls.items() if not called & calls.keys()}:
        for leaf in leaves:
            del calls[leaf]
    if calls:
        raise DiagramRefused(gettext("流程互相调用成环：{keys}", keys=listed(sorted(str(each) for each in calls))))
