"""The verdict against tokens moved one by one over the flows as drawn, with nothing folded and nothing clever."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

import pytest

import workflows
from tests.workflows.drawing import drawing, sketch
from workflows.verification import exploration

Flows = list[tuple[str, str]]
Marking = tuple[int, ...]
MOST = 400  # states; where there are more, only what both could decide is compared


def drawn_at_random(chance: random.Random) -> Flows:
    kinds = ["xor", "and", "task", "xor", "and", "or"]
    nodes = [f"{chance.choice(kinds)}_{number}" for number in range(chance.randint(3, 8))]
    flows = [("start", nodes[0])]
    for number, node in enumerate(nodes):
        for _ in range(1 if node.startswith("task") else chance.choice((1, 2, 2, 3))):
            later = [*nodes[number + 1 :], "end_0", "end_1"]
            flows.append((node, chance.choice(later if chance.random() < 0.85 else [*nodes, "end_0"])))
    return flows


def takes(flows: Flows, node: str, marking: Marking) -> Iterator[Marking]:
    """What the node leaves when it takes its tokens."""
    ins = [place for place, (_, target) in enumerate(flows) if target == node]
    full = [place for place in ins if marking[place]]
    if node.startswith("and"):
        chosen = [full] if full == ins else []
    elif node.startswith("or"):
        chosen = [full] if full and not awaited(flows, node, marking, full) else []
    else:
        chosen = [[place] for place in full]
    for places in chosen:
        yield tuple(count - (place in places) for place, count in enumerate(marking))


def awaited(flows: Flows, join: str, marking: Marking, full: list[int]) -> bool:
    """BPMN 2.0, 13.4.3: a token that can still come to an empty flow, and to none that has one, is waited for."""
    for place, count in enumerate(marking):
        reached = reach(flows, place, join) if count and flows[place][1] != join else set()
        if reached and not reached & set(full):
            return True
    return False


def reach(flows: Flows, origin: int, join: str) -> set[int]:
    seen, open_ = {origin}, [origin]
    while open_:
        for place, (source, _) in enumerate(flows):
            if source == flows[open_[0]][1] != join and place not in seen:
                seen.add(place)
                open_.append(place)
        del open_[0]
    return {place for place in seen if flows[place][1] == join}


def gives(flows: Flows, node: str, left: Marking) -> Iterator[Marking]:
    outs = [place for place, (source, _) in enumerate(flows) if source == node]
    if node.startswith("xor"):
        chosen = [(place,) for place in outs]
    elif node.startswith("or"):
        chosen = [each for size in range(1, len(outs) + 1) for each in itertools.combinations(outs, size)]
    else:
        chosen = [tuple(outs)]
    for places in chosen:
        yield tuple(count + (place in places) for place, count in enumerate(left))


def verdict(flows: Flows) -> tuple[bool | None, bool | None]:
    """Safe and sound, None where there are too many states."""
    nodes = {target for _, target in flows}
    first = tuple(int(source == "start") for source, _ in flows)
    after: dict[Marking, set[Marking]] = {}
    open_ = [first]
    while open_ and len(after) < MOST:
        marking = open_.pop()
        if marking in after:
            continue
        after[marking] = {
            new for node in nodes for left in takes(flows, node, marking) for new in gives(flows, node, left)
        }
        open_ += after[marking]
    unsafe = any(count > 1 for marking in after for count in marking)
    if open_ and any(each not in after for each in open_):
        return (False if unsafe else None), None
    can_end = {tuple(0 for _ in flows)} & set(after)
    while new := {each for each in after if each not in can_end and after[each] & can_end}:
        can_end |= new
    return not unsafe, len(can_end) == len(after)


@pytest.mark.parametrize("hundred", range(6))
def test_the_verdict_is_that_of_moving_every_token(hundred: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exploration, "MOST_STATES", 2000)
    decided = set()
    for seed in range(hundred * 100, hundred * 100 + 100):
        flows = drawn_at_random(random.Random(seed))
        (report,) = workflows.verify({"x": drawing(sketch("p", "; ".join(" > ".join(flow) for flow in flows)))})
        wanted = verdict(flows)
        for found, right in zip((report.safe, report.sound), wanted, strict=True):
            assert found == right or None in (found, right), (seed, flows, report)
        decided.add(wanted)

    assert len(decided) >= 4
