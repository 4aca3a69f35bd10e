"""The expressions a diagram may use: comparisons of facts, nothing that runs.

Names, constants, `and or not`, comparisons, `in`, subscripts and `len`; no attribute, no call, no power.
"""

from __future__ import annotations

import ast
import functools
import operator
from collections.abc import Mapping
from typing import Any

from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.bpmn.script_engine.python_environment import BasePythonScriptEngineEnvironment

from workflows.errors import DiagramRefused, RunBroken
from workflows.translation import gettext, gettext_noop

LONGEST = 500  # characters
DEEPEST = 20  # nested nodes

_COMPARE = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda one, many: one in many,
    ast.NotIn: lambda one, many: one not in many,
    ast.Is: lambda one, other: one is other,
    ast.IsNot: lambda one, other: one is not other,
}

REFUSED = {  # what else Python knows, as people call it
    "Attribute": gettext_noop("点号取值"),
    "Await": gettext_noop("等待（await）"),
    "BinOp": gettext_noop("算式"),
    "Dict": gettext_noop("字典"),
    "DictComp": gettext_noop("推导式"),
    "FormattedValue": gettext_noop("格式文字"),
    "GeneratorExp": gettext_noop("推导式"),
    "IfExp": gettext_noop("二选一（if … else …）"),
    "Interpolation": gettext_noop("格式文字"),
    "JoinedStr": gettext_noop("格式文字"),
    "Lambda": gettext_noop("函数"),
    "ListComp": gettext_noop("推导式"),
    "NamedExpr": gettext_noop("赋值"),
    "Set": gettext_noop("集合"),
    "SetComp": gettext_noop("推导式"),
    "Slice": gettext_noop("切片"),
    "Starred": gettext_noop("星号展开"),
    "TemplateStr": gettext_noop("格式文字"),
    "Yield": gettext_noop("生成（yield）"),
    "YieldFrom": gettext_noop("生成（yield）"),
}
ALLOWED = (
    ast.Name,
    ast.Constant,
    ast.BoolOp,
    ast.UnaryOp,
    ast.Compare,
    ast.Subscript,
    ast.List,
    ast.Tuple,
    ast.Call,
)


@functools.lru_cache(maxsize=4096)
def parse(text: str) -> ast.expr:
    """Read an expression. Raises DiagramRefused when it holds anything but plain comparisons."""
    if len(text) > LONGEST:
        raise DiagramRefused(gettext("条件表达式过长（{count} 个字符，最多 {most} 个）", count=len(text), most=LONGEST))
    try:
        tree = ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise DiagramRefused(gettext("条件表达式写错了：{text}", text=text)) from error
    _check(tree, text, 0)
    return tree


def _check(node: ast.AST, text: str, depth: int) -> None:
    if depth > DEEPEST:
        raise DiagramRefused(gettext("条件表达式嵌套过深：{text}", text=text))
    if not isinstance(node, ALLOWED):
        kind = gettext(REFUSED[type(node).__name__])
        raise DiagramRefused(gettext("条件表达式只能比较事实，不能写{kind}：{text}", kind=kind, text=text))
    if isinstance(node, ast.UnaryOp) and not isinstance(node.op, ast.Not | ast.USub):
        raise DiagramRefused(gettext("条件表达式只能比较事实：{text}", text=text))
    if isinstance(node, ast.Call) and not (
        isinstance(node.func, ast.Name) and node.func.id == "len" and len(node.args) == 1 and not node.keywords
    ):
        raise DiagramRefused(gettext("条件表达式不能调用函数：{text}", text=text))
    if isinstance(node, ast.Constant) and not isinstance(node.value, str | int | float | bool | None):
        raise DiagramRefused(gettext("条件表达式只能用数字、文字和真假值：{text}", text=text))
    children = node.args if isinstance(node, ast.Call) else list(ast.iter_child_nodes(node))
    for child in children:
        if not isinstance(child, ast.expr_context | ast.boolop | ast.unaryop | ast.cmpop):
            _check(child, text, depth + 1)


def names(text: str) -> frozenset[str]:
    """The facts an expression asks for. Raises DiagramRefused."""
    return frozenset(each.id for each in ast.walk(parse(text)) if isinstance(each, ast.Name)) - {"len"}


def compared(text: str) -> frozenset[tuple[str, Any]]:
    """The facts an expression compares with a constant, each with that constant. Raises DiagramRefused."""
    pairs: set[tuple[str, Any]] = set()
    for node in ast.walk(parse(text)):
        if isinstance(node, ast.Compare):
            facts = [each.id for each in ast.walk(node) if isinstance(each, ast.Name)]
            constants = [each.value for each in ast.walk(node) if isinstance(each, ast.Constant)]
            pairs.update((fact, constant) for fact in facts for constant in constants)
    return frozenset(pairs)


def compared_together(text: str) -> frozenset[frozenset[str]]:
    """For each comparison in an expression the facts that it is about. Raises DiagramRefused."""
    return frozenset(
        frozenset(each.id for each in ast.walk(node) if isinstance(each, ast.Name))
        for node in ast.walk(parse(text))
        if isinstance(node, ast.Compare)
    )


def evaluate(text: str, facts: Mapping[str, Any]) -> Any:
    """The value of an expression over the facts; a fact that is missing is None."""
    try:
        return _value(parse(text), facts)
    except (TypeError, KeyError, IndexError) as error:
        raise RunBroken(gettext("条件表达式无法计算：{text}", text=text)) from error


def _value(node: ast.expr, facts: Mapping[str, Any]) -> Any:  # noqa: C901  # a line for each kind of node
    match node:
        case ast.Constant():
            return node.value
        case ast.Name():
            return facts.get(node.id)
        case ast.BoolOp(op=ast.And()):
            return all(_value(each, facts) for each in node.values)
        case ast.BoolOp():
            return any(_value(each, facts) for each in node.values)
        case ast.UnaryOp(op=ast.Not()):
            return not _value(node.operand, facts)
        case ast.UnaryOp():
            return -_value(node.operand, facts)
        case ast.Compare():
            return _compare(node, facts)
        case ast.Subscript():
            return _value(node.value, facts)[_value(node.slice, facts)]
        case ast.Call():
            return len(_value(node.args[0], facts))
        case ast.List() | ast.Tuple():
            return [_value(each, facts) for each in node.elts]
    raise RunBroken(gettext("条件表达式无法计算"))


def _compare(node: ast.Compare, facts: Mapping[str, Any]) -> bool:
    left = _value(node.left, facts)
    for comparison, right_node in zip(node.ops, node.comparators, strict=True):
        right = _value(right_node, facts)
        if not _COMPARE[type(comparison)](left, right):
            return False
        left = right
    return True


class _Facts(BasePythonScriptEngineEnvironment):
    """The only environment a diagram ever sees."""

    def evaluate(self, expression: str, context: Mapping[str, Any], external_context: Any = None) -> Any:
        return evaluate(expression, context)

    def execute(self, script: str, context: Any, external_context: Any = None) -> bool:
        raise RunBroken(gettext("流程图中不能运行脚本"))

    def call_service(self, context: Any, **kwargs: Any) -> str:
        raise RunBroken(gettext("自动环节由运行室调用"))


ENGINE = PythonScriptEngine(_Facts())
