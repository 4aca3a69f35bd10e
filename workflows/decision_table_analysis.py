"""What stands against the rules of a decision table: two that hold at once, cases that none is for, one never reached.

A rule is a box: of each input, the parts (`decision_table_domains`) for which it holds. Boxes overlap where they do so
in every input; what a rule leaves of a box is at most one smaller box for each input. Both are exact, because the parts
are. Where there are too many boxes nothing is said but that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from workflows.decision_table_domains import Domain, domains_of
from workflows.decision_tables import Table, comparisons
from workflows.translation import gettext, listed

MOST_RULES = 400  # compared two by two
MOST_BOXES = 3000  # that a rule may be cut into
MOST_STEPS = 500_000  # parts asked about, and columns compared, for all tables of a file: about a second
MOST_FINDINGS = 50
MOST_GAPS = 3  # told of a table, each in its words

Box = tuple[int, ...]  # of each input, the parts that lie in it


@dataclass(frozen=True)
class TableFinding:
    """One thing about a table: `no-rules`, `blank`, `overlap`, `gap`, `unreachable`, `impossible`, `undecided`."""

    kind: str
    severity: str  # error, warning, info
    rules: tuple[int, ...]  # numbers from 1, [] where it is about no rule
    message: str


class _BoundReached(Exception):
    """More than can be looked at while somebody waits."""


class Effort:
    """What the look at the tables of one file has taken so far."""

    def __init__(self) -> None:
        self.steps = 0

    def spend(self, steps: int) -> None:
        """Raises _BoundReached before so many steps more would be too many."""
        if self.steps + steps > MOST_STEPS:
            raise _BoundReached
        self.steps += steps

    def left(self, box: Box, others: Sequence[Box]) -> list[Box]:
        """What of a box lies in none of the others, as boxes without overlap. Raises _BoundReached."""
        left = [box]
        for other in others:
            self.spend(len(left) * len(box))
            left = [rest for each in left for rest in _without(each, other)]
            if len(left) > MOST_BOXES:
                raise _BoundReached
        return left


def findings_of_table(
    table: Table,
    known: Mapping[str, Mapping[Any, str]] | None = None,
    effort: Effort | None = None,
    *,
    needs_row: bool = False,
) -> list[TableFinding]:
    """Everything against a table that can be read, the worst first.

    known -- all values that an input may have, where they are finite, by its name, each with what people call it;
        without them a text may be any, and a number any whole one
    effort -- shared by the tables of one file, which may be many
    needs_row -- whoever asks goes on with the answer: a case without a rule is an error
    """
    if not table.rules:  # nobody means a table that answers nothing, whether one row is asked for or a list
        return [TableFinding("no-rules", "error", (), gettext("没有任何规则"))]
    effort = effort or Effort()
    blank = [TableFinding("blank", "error", (number,), words) for number, words in blank_cells(table)]
    undecided = TableFinding("undecided", "info", (), gettext("规则过多或条件过繁，未能判定有无重叠、遗漏"))
    domains = domains_of(table, known or {})
    try:
        effort.spend(
            sum(_tests(rule.tests[place]) * len(d.parts) for rule in table.rules for place, d in enumerate(domains))
        )
    except _BoundReached:
        return [*blank, undecided]
    boxes = [
        tuple(domain.of_cell(cell) for domain, cell in zip(domains, rule.tests, strict=True)) for rule in table.rules
    ]
    found = [*blank, *_impossible(table, boxes, domains)]
    possible = [place for place, box in enumerate(boxes) if all(box)]
    try:
        if table.hit_policy in ("UNIQUE", "ANY"):
            found += _overlaps(table, boxes, possible, domains, effort)
        if table.hit_policy == "FIRST":
            found += _unreachable(boxes, possible, domains, effort)
        found += _gaps(table, boxes, domains, effort, needs_row=needs_row)
    except _BoundReached:
        found.append(undecided)
    order = {"error": 0, "warning": 1, "info": 2}
    return sorted(found, key=lambda each: (order[each.severity], each.rules))[:MOST_FINDINGS]


def blank_cells(table: Table) -> Iterator[tuple[int, str]]:
    """The conclusions that nobody has written: the number of the rule and a sentence without its full stop."""
    for number, title in table.blanks:
        yield (
            number,
            gettext("第 {number} 条规则没有填写结论“{title}”（没有值的，写 null）", number=number, title=title),
        )


def _impossible(table: Table, boxes: Sequence[Box], domains: Sequence[Domain]) -> list[TableFinding]:
    """Rules that ask for a value which its input never has."""
    return [
        TableFinding(
            "impossible",
            "warning",
            (number,),
            gettext(
                "第 {number} 条规则不会命中：“{title}”没有 {cell} 这样的取值（可有：{values}）",
                number=number,
                title=domain.title,
                cell=rule.tests[column],
                values=domain.choices(),
            ),
        )
        for number, (rule, box) in enumerate(zip(table.rules, boxes, strict=True), start=1)
        for column, domain in enumerate(domains)
        if not box[column]
    ]


def _overlaps(
    table: Table, boxes: Sequence[Box], places: Sequence[int], domains: Sequence[Domain], effort: Effort
) -> list[TableFinding]:
    """Two rules of which the hit policy allows one only, or with ANY two that answer otherwise."""
    if len(places) > MOST_RULES:
        raise _BoundReached
    effort.spend(len(places) * len(places) // 2 * len(domains))
    found = []
    for one, other in combinations(places, 2):
        common = _common(boxes[one], boxes[other])
        if not all(common) or (table.hit_policy == "ANY" and table.rules[one].outputs == table.rules[other].outputs):
            continue
        case, one_number, other_number = _words_of(common, domains), one + 1, other + 1
        if table.hit_policy == "ANY":
            sentence = gettext(
                "第 {one} 条与第 {other} 条规则重叠：{case}时同时成立，结论不一致",
                one=one_number,
                other=other_number,
                case=case,
            )
        else:
            sentence = gettext(
                "第 {one} 条与第 {other} 条规则重叠：{case}时同时成立，命中策略“唯一”只允许一条",
                one=one_number,
                other=other_number,
                case=case,
            )
        found.append(TableFinding("overlap", "error", (one_number, other_number), sentence))
        if len(found) == MOST_FINDINGS:
            break
    return found


def _unreachable(
    boxes: Sequence[Box], places: Sequence[int], domains: Sequence[Domain], effort: Effort
) -> list[TableFinding]:
    """Rules before which others take every case, where the first one that holds is asked."""
    found = []
    empty = all(any(part.value is None for part in domain.parts) for domain in domains)  # was looked at too
    for position, place in enumerate(places):
        effort.spend(position * len(boxes[place]))
        before = [each for each in places[:position] if all(_common(boxes[each], boxes[place]))]
        if before and not effort.left(boxes[place], [boxes[each] for each in before]):
            number, others = place + 1, listed(each + 1 for each in before)
            sentence = (
                gettext(
                    "第 {number} 条规则永远不会命中：它的全部情形已由前面的第 {others} 条规则包含",
                    number=number,
                    others=others,
                )
                if empty
                else gettext(
                    "第 {number} 条规则在各项输入都有值时不会命中：这些情形已由前面的第 {others} 条规则包含",
                    number=number,
                    others=others,
                )
            )
            found.append(TableFinding("unreachable", "warning", (place + 1,), sentence))
    return found


def _gaps(
    table: Table, boxes: Sequence[Box], domains: Sequence[Domain], effort: Effort, *, needs_row: bool
) -> list[TableFinding]:
    left = effort.left(tuple(domain.expected for domain in domains), boxes)
    usual = "info" if table.hit_policy in ("COLLECT", "RULE ORDER") else "warning"  # no answer is an empty list
    severity = "error" if needs_row else usual
    found = [
        TableFinding("gap", severity, (), gettext("没有规则：{case}", case=_words_of(box, domains)))
        for box in left[:MOST_GAPS]
    ]
    if len(left) > MOST_GAPS:
        sentence = gettext("另有 {count} 类情形没有规则", count=len(left) - MOST_GAPS)
        found.append(TableFinding("gap", severity, (), sentence))
    return found


def _tests(cell: str) -> int:
    return max(1, len(comparisons(cell)[1]))


def _common(one: Box, other: Box) -> Box:
    return tuple(mine & yours for mine, yours in zip(one, other, strict=True))


def _without(box: Box, other: Box) -> list[Box]:
    common = _common(box, other)
    if not all(common):
        return [box]
    rests, inner = [], list(box)
    for column, part in enumerate(common):
        if outside := box[column] & ~part:
            rests.append((*inner[:column], outside, *inner[column + 1 :]))
        inner[column] = part
    return rests


def _words_of(box: Box, domains: Sequence[Domain]) -> str:
    """“学段”为“小学”、“初中”，“天数”为大于 5 …"""
    said = [
        gettext("“{title}”为{values}", title=domain.title, values=domain.words_of(parts))
        for domain, parts in zip(domains, box, strict=True)
        if parts & domain.expected != domain.expected
    ]
    return gettext("，").join(said) or gettext("任何情形")
