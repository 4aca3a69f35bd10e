"""What a file says, as named things with titled values; and how two of them differ, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

ADDED, REMOVED, CHANGED, MOVED = "added", "removed", "changed", "moved"
CHANGES = {ADDED: "新增", REMOVED: "删除", CHANGED: "修改", MOVED: "移动"}
NOTHING = "（无）"
LONGEST = 200  # characters of a value that is told
INNER_QUOTES = str.maketrans("“”", "‘’")


@dataclass(frozen=True)
class Difference:
    """One thing that is not as it was.

    what -- what kind of thing, in Chinese; change -- added, removed, changed, moved; element -- its id in the file;
    details -- for what has changed: from what to what.
    """

    what: str
    change: str
    file: str
    element: str | None
    name: str
    details: tuple[str, ...] = ()

    @property
    def sentence(self) -> str:
        """新增环节“家长签字”"""
        return f"{CHANGES[self.change]}{self.what}{_quoted(self.name)}"


@dataclass(frozen=True)
class Thing:
    """One named thing of a file, with what is said of it: title -> value, in words.

    keys -- for what is said of another thing, by whose name it is called, that one's id: a name that changes over there
    is no difference here.
    """

    what: str
    name: str
    said: Mapping[str, str]
    place: Any = None  # where it is drawn, and nothing else
    keys: Mapping[str, str] = field(default_factory=dict)

    def value(self, title: str) -> str:
        """What is compared."""
        return self.keys.get(title) or self.said.get(title, "")


def compared(file: str, before: Mapping[str, Thing], after: Mapping[str, Thing]) -> Iterator[Difference]:
    """What was added, removed and changed among the things of a file, and what was only moved about."""
    for key, thing in after.items():
        if key not in before:
            said = tuple(f"{title}：{_shortened(value)}" for title, value in thing.said.items() if value)
            yield Difference(thing.what, ADDED, file, key, thing.name, said)
        elif details := _details(before[key], thing):
            yield Difference(thing.what, CHANGED, file, key, thing.name, details)
        elif before[key].place != thing.place:
            yield Difference(thing.what, MOVED, file, key, thing.name)
    for key, thing in before.items():
        if key not in after:
            yield Difference(thing.what, REMOVED, file, key, thing.name)


def _details(before: Thing, after: Thing) -> tuple[str, ...]:
    """名称：由“甲”改为“乙” – for every title whose value differs."""
    return tuple(
        f"{title}：由{_quoted(before.said.get(title, ''))}改为{_quoted(after.said.get(title, ''))}"
        for title in dict.fromkeys([*before.said, *after.said])
        if before.value(title) != after.value(title)
    )


def _quoted(value: str) -> str:
    """In quotes; those within are single ones, as the standard of punctuation (GB/T 15834) has it."""
    text = _shortened(value).translate(INNER_QUOTES)
    return f"“{text}”" if text else NOTHING


def _shortened(value: str) -> str:
    text = " ".join(value.split())
    return f"{text[:LONGEST]}{'…' if len(text) > LONGEST else ''}"
