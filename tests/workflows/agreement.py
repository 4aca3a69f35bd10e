"""Diagrams drawn at random of what the engine takes, and runs of them made at random in the real engine."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import workflows
from tests.workflows.drawing import ROLE, border, drawing, event, loop, node, several, sketch, task, terminate
from workflows.runs import load

KINDS = ["task"] * 4 + ["xor", "xor", "and", "and", "or", "sub", "sub", "call", "events", "cry", "wait", "tell", "hear"]
ENDS = ["end", "end", "end", "end_err", "end_all", "end_up"]
BORDERS = ["message:m1", "message:m2", "signal:fire", "error:bad", "escalation:up"]
DECLARED = (
    '<bpmn:message id="m1" name="m1" /><bpmn:message id="m2" name="m2" /><bpmn:signal id="fire" name="fire" />'
    '<bpmn:error id="bad" errorCode="BAD" /><bpmn:escalation id="up" escalationCode="UP" />'
)
LONGEST = 25  # decisions in one walk


class Pen:
    """Draws one process, with sub-processes, events at borders and messages wherever they fall."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.called = ""

    def draws(self) -> bytes:
        """A file; everything in it is done by the receiving school."""
        drawn = _housed(self.scope("p", 1))
        return drawing(drawn, self.called, extra=DECLARED)

    def scope(self, key: str, depth: int, tag: str = "process") -> str:
        """A process or sub-process of up to four nodes."""
        kinds = [kind for kind in KINDS if depth or kind not in ("sub", "call")]
        nodes = [f"{self.chance.choice(kinds)}_{key}_{place}" for place in range(self.chance.randint(1, 4))]
        ends = [f"{self.chance.choice(ENDS)}_{key}_{place}" for place in range(2)]
        flows = [(f"start_{key}", nodes[0])]
        for place, each in enumerate(nodes):
            flows += self._flows_from(each, [*nodes[place + 1 :], *ends], nodes)
        borders = []
        for each in nodes:
            if each.startswith(("task", "sub")) and self.chance.random() < 0.4:
                borders += self._border(each, [*nodes[nodes.index(each) + 1 :], *ends], flows)
        reached = {target for _, target in flows}
        drawn_nodes = [each for each in (*nodes, *ends) if each in reached]
        elements = [drawn for each in drawn_nodes if (drawn := self._element(each, depth, flows, key))] + borders
        elements = [*elements, *self._waiting_behind(flows, elements)]
        drawn = sketch(key, "; ".join(" > ".join(flow) for flow in flows), *elements, tag=tag)
        return re.sub(r"choice == (\d+)", rf"f_{key}_\1 == 1", drawn)

    def _flows_from(self, each: str, later: list[str], nodes: list[str]) -> list[tuple[str, str]]:
        """One flow leads to the next node, the others anywhere."""
        kind = each.split("_")[0]
        if kind == "events":
            waits = [f"hear_{each}_{number}" for number in range(2)]
            return [*((each, one) for one in waits), (waits[0], later[0]), (waits[1], self.chance.choice(later))]
        others = self.chance.choice((0, 1, 1, 2)) if kind in ("xor", "and", "or") else 0
        back = [*later, *nodes] if self.chance.random() < 0.2 else later
        return list(dict.fromkeys((each, one) for one in (later[0], *self.chance.choices(back, k=others))))

    def _element(self, key: str, depth: int, flows: list[tuple[str, str]], scope: str) -> str:
        kind = key.split("_")[0]
        if kind in ("xor", "or"):
            last = max((number for number, (source, _) in enumerate(flows) if source == key), default=0)
            tag = "exclusiveGateway" if kind == "xor" else "inclusiveGateway"
            return node(tag, key, name=key, default=f"{scope}_{last}")
        if kind == "end":
            return self._end(key)
        if kind == "sub":
            body = self.scope(key, depth - 1, "subProcess")
            return re.sub("(?<=>)", self.chance.choice(["", "", "", several(2), self._loop()]), body, count=1)
        if kind == "call":
            self.called += _housed(self.scope(f"{key}_in", 0))
            return node("callActivity", key, name=key, calledElement=f"{key}_in")
        return self._event(kind, key) or (task(key, self._marker()) if kind == "task" else "")

    def _event(self, kind: str, key: str) -> str:
        what = {"cry": ("Throw", "signal:fire"), "wait": ("Catch", "signal:fire"), "tell": ("Throw", "message:m1")}
        if kind == "hear":
            return event("intermediateCatchEvent", key, self.chance.choice(["message:m1", "message:m2"]))
        return event(f"intermediate{what[kind][0]}Event", key, what[kind][1]) if kind in what else ""

    def _end(self, key: str) -> str:
        if key.startswith("end_all"):
            return terminate(key)
        if key.startswith(("end_err", "end_up")):
            return event("endEvent", key, "error:bad" if key.startswith("end_err") else "escalation:up")
        return ""

    def _marker(self) -> str:
        return self.chance.choice([""] * 8 + [several(2), several(3, one_by_one=True), self._loop()])

    def _loop(self) -> str:
        most, test_before = self.chance.choice((None, 1, 2, 3)), self.chance.random() < 0.3
        return loop(most, test_before=test_before, condition="again == 1")

    def _border(self, host: str, later: list[str], flows: list[tuple[str, str]]) -> list[str]:
        kinds = BORDERS if host.startswith("sub") else BORDERS[:3]
        what = self.chance.choice(kinds)
        cancel = what.startswith("error") or self.chance.random() < 0.8
        flows.append((f"late_{host}", self.chance.choice(later)))
        return [border(f"late_{host}", host, what, cancel=cancel)]

    def _waiting_behind(self, flows: list[tuple[str, str]], elements: list[str]) -> Iterator[str]:
        """What stands behind an event-based gateway."""
        for source, target in flows:
            if source.startswith("events") and not any(f'id="{target}"' in each for each in elements):
                yield event("intermediateCatchEvent", target, f"message:m{int(target[-1]) + 1}")


def _housed(drawn: str) -> str:
    keys = re.findall(r'<bpmn:userTask id="(\w+)"', drawn)
    key = re.search(r'id="(\w+)"', drawn)[1]  # type: ignore[index]
    tasks = "".join(f"<bpmn:flowNodeRef>{each}</bpmn:flowNodeRef>" for each in keys)
    opening, rest = drawn.split(">", 1)
    lanes = f'<bpmn:laneSet id="{key}_lanes"><bpmn:lane id="{key}_lane">{ROLE}{tasks}</bpmn:lane></bpmn:laneSet>'
    return f"{opening}>{lanes}{rest}"


@dataclass
class Walked:
    """What many runs of one diagram have shown."""

    stuck: list[str] = field(default_factory=list)  # how the first run went that waits for ever
    broken: list[str] = field(default_factory=list)  # how the first run went that the engine cannot go on with
    crowded: list[str] = field(default_factory=list)  # how the first run went with one task open twice


def walked(diagrams: workflows.Diagrams, source: bytes, seed: int, walks: int) -> Walked:
    """Make that many runs, each with answers, facts and messages at random; the first fault ends it."""
    seen = Walked()
    names = [each.decode() for each in sorted(set(re.findall(rb"f_\w+", source)))]
    for number in range(walks):
        _walk(diagrams, names, random.Random(f"{seed} {number}"), seen)
        if seen.stuck or seen.broken:
            break
    return seen


def _walk(diagrams: workflows.Diagrams, names: list[str], chance: random.Random, seen: Walked) -> None:
    way: list[str] = []
    try:
        run = workflows.start(diagrams, _facts(names, chance))
        for _ in range(LONGEST):
            keys = [each.key for each in run.waiting]
            way.append(f"{','.join(each for each in run.trail if each)} | waits {keys}")
            if len(set(keys)) < len(keys):
                seen.crowded = seen.crowded or list(way)
            if run.finished:
                return
            awaited = awaited_in(diagrams, run)
            if not keys and not awaited:
                seen.stuck = way
                return
            if awaited and (not keys or chance.random() < 0.4):
                way.append(f"hears {(message := chance.choice(awaited))}")
                run = workflows.notify(diagrams, run.state, message)
            else:
                way.append(f"answers {(waiting := chance.choice(run.waiting)).key}")
                answer = {"outcome": "agree", **_facts(names, chance)}
                run = workflows.complete(diagrams, run.state, waiting.id, answer)
    except workflows.RunBroken as error:
        seen.broken = [*way, str(error)]


def _facts(names: list[str], chance: random.Random) -> dict[str, int]:
    """Every condition holds or not, by chance."""
    return {name: chance.randint(0, 1) for name in (*names, "again")}


def awaited_in(diagrams: workflows.Diagrams, run: workflows.Run) -> list[str]:
    """The messages a run waits for."""
    found = set()
    for each in load(diagrams, run.state).waiting_events():
        if each.event_type == "MessageEventDefinition":
            found.add(str(each.name))
        elif each.event_type == "MultipleEventDefinition":  # of an event-based gateway
            found |= {"m1", "m2"}
    return sorted(found)
