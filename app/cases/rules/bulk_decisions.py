"""May a task be decided together with others? Only what needs no reading: domain.md, Decisions (send-back)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from app.errors import InvalidInput, Refused
from workflows import Kind

MOST_AT_ONCE = 100  # tasks that are decided together
IN_BULK = ("agree", "acknowledge")  # outcomes: to refuse and to send back takes a reason of each case's own
LOOKED_AT = frozenset(  # what such a task asks is to look
    {Kind.REPAIR, Kind.PULL, Kind.IDENTITY, Kind.CONFIRMATION, Kind.GUARDIAN_NOTICE, Kind.OBJECTION_PERIOD}
)


class OneByOne(Refused):
    """A case that is decided by itself, on its own page."""

    code = "E-BULK"
    text = "{why}，须逐件办理。"


class AnotherStep(Refused):
    """Cases that are decided together wait for the same decision."""

    code = "E-BULK-STEP"
    text = "与所选其他办件不是同一事项的同一环节，须另行办理。"


class TooManyAtOnce(InvalidInput):
    """More tasks than are decided together."""

    def __init__(self) -> None:
        super().__init__(sentence=f"一次最多批量办理 {MOST_AT_ONCE} 件。", field="task")


@dataclass(frozen=True, slots=True)
class BulkFacts:
    """What is asked of a task and its case."""

    outcomes: Collection[str]
    kind: Kind | None
    asks: bool  # its form has anything to be filled in
    in_bulk: str | None  # as the diagram says: see `vocabulary.IN_BULK`
    senior: bool  # the child is at a senior school
    contested: bool  # the child's record is
    warning: str | None  # what whoever decides must know


def why_not_in_bulk(facts: BulkFacts) -> OneByOne | None:
    """Against deciding a task together with others."""
    if not set(IN_BULK) & set(facts.outcomes):
        return OneByOne(why="本环节没有可以批量作出的办理结果")
    if facts.kind in LOOKED_AT or facts.in_bulk == "never":
        return OneByOne(why="本环节要求逐件审查")
    if facts.asks:
        return OneByOne(why="本环节有须填写的内容")
    if facts.in_bulk == "below_senior" and facts.senior:
        return OneByOne(why="高中学生的此项办理要求逐件审查")
    if facts.contested:
        return OneByOne(why="该生为问题学籍")
    return OneByOne(why=f"本件有提示（{facts.warning.rstrip('。')}）") if facts.warning else None
