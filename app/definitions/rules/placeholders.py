"""What the form designer writes for somebody to replace, and nobody has replaced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from app.definitions.rules.forms import fields_of

OPTIONS = ("选项一", "选项二")
TITLES = ("新的文字", "新的整数", "新的是否", "新的多项（每行一项）", "新的表格", "新的一组字段")


def placeholders_of(form: Any) -> Iterator[str]:
    """Each of them with its field, in a sentence without its end."""
    for name, part in fields_of(form).items():
        title = str(part.get("title", name))
        if title in TITLES:
            yield f"字段 {name} 的名称还是“{title}”，没有改写"
        if left := [each for each in _options(part) if each in OPTIONS]:
            yield f"字段“{title}”的选项还是“{'”、“'.join(left)}”，没有改写"
        yield from placeholders_of(part)
        yield from placeholders_of(part.get("items"))


def _options(part: Mapping[str, Any]) -> list[Any]:
    listed, words = part.get("oneOf"), part.get("enum")
    titles = [each.get("title") for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    return [*titles, *(words if isinstance(words, list) else [])]
