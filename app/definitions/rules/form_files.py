"""The files of `forms/<key>/` as they are read: JSON that both databases can keep and every page can show."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

LARGEST = 256 * 1024  # bytes of one file
DEEPEST = 20
LARGEST_NUMBER = 2**63 - 1
UNPRINTABLE = ("Cc", "Cs")  # control characters, and halves of a pair that are no text


class Unreadable(ValueError):
    """Says in a sentence without its end why a file cannot be read."""


def read_form_file(raw: bytes) -> Any:
    """What the file says. Raises Unreadable: too large, not UTF-8, not JSON, a name twice, nothing a database keeps."""
    if len(raw) > LARGEST:
        raise Unreadable(f"不能超过 {LARGEST // 1024} KB")
    try:
        said = json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_constant)
        _refuse_unkeepable(said)
    except UnicodeDecodeError as error:
        raise Unreadable("须为 UTF-8 编码") from error
    except json.JSONDecodeError as error:
        raise Unreadable(f"不是正确的 JSON（第 {error.lineno} 行第 {error.colno} 列）") from error
    except RecursionError as error:
        raise Unreadable("嵌套过深") from error
    except Unreadable:
        raise
    except ValueError as error:  # a number of thousands of digits
        raise Unreadable("有过长的数字") from error
    return said


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise Unreadable("有重复的名称")
    return dict(pairs)


def _no_constant(name: str) -> Any:
    raise Unreadable(f"不能有 {name}")


def _has_unprintable(said: str) -> bool:
    return any(unicodedata.category(letter) in UNPRINTABLE for letter in said)


def _refuse_unkeepable(said: Any) -> None:
    stack: list[tuple[Any, int]] = [(said, 1)]
    while stack:
        each, depth = stack.pop()
        if depth > DEEPEST:
            raise Unreadable("嵌套过深")
        if isinstance(each, dict):
            stack.extend((part, depth + 1) for pair in each.items() for part in pair)
        elif isinstance(each, list):
            stack.extend((part, depth + 1) for part in each)
        elif isinstance(each, str) and not each.isprintable() and _has_unprintable(each):
            raise Unreadable("有控制符或不成对的代理字符")
        elif isinstance(each, int | float) and not -LARGEST_NUMBER <= each <= LARGEST_NUMBER:
            raise Unreadable("有超出范围的数字")
