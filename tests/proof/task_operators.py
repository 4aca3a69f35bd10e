"""Changes of what is decided, by whom and when: decisions, verbs, lanes, duties, border events."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

from tests.proof.chart import own_of
from tests.proof.sheet import Sheet
from tests.proof.vocabulary import FACTS, ROLES, VERBS

Mutants = Iterator[tuple[str, Sheet]]


def agreed_target(sheet: Sheet, gateway: str) -> str:
    flow = sheet.outcome_flow(gateway, "agree")
    assert flow is not None
    return str(flow.get("targetRef"))


def delete_decision_keep_gateway(sheet: Sheet, _chance: random.Random) -> Mutants:
    for task in sheet.ids("userTask"):
        new = Sheet(sheet.root)
        if len(new.out(task)) != 1:
            continue
        target = new.after(task)
        for flow in new.into(task):
            new.aim(flow, target)
        new.drop(task)
        yield task, new.prune()


def delete_decision_and_gateway(sheet: Sheet, _chance: random.Random) -> Mutants:
    for task, gateway in sheet.decisions():
        if len(sheet.into(gateway)) > 1:
            continue
        new = Sheet(sheet.root)
        target = agreed_target(new, gateway)
        for flow in new.into(task):
            new.aim(flow, target)
        new.drop(task)
        new.drop(gateway)
        yield task, new.prune()


def bypass_decision(sheet: Sheet, chance: random.Random) -> Mutants:
    """Around a decision: on one of the ways to it, and in some cases only."""
    for task, gateway in sheet.decisions():
        ways = [flow.get("id") for flow in sheet.into(task)]
        if len(ways) > 1:
            for way in ways:
                new = Sheet(sheet.root)
                new.aim(new[way], agreed_target(new, gateway))
                yield f"{task} from {way}", new.prune()
        fact = chance.choice([*FACTS.get(sheet.process.get("id"), ()), 'outcome == "agree"', 'returned_by == "here"'])
        new = Sheet(sheet.root)
        check = new.add("exclusiveGateway", f"around_{task}", task)
        for flow in new.into(task):
            new.aim(flow, check)
        new.join(check, agreed_target(new, gateway), fact)
        new[check].set("default", new.join(check, task).get("id"))
        yield f"{task} where {fact}", new


def bypass_task(sheet: Sheet, chance: random.Random) -> Mutants:
    """Around a task behind which no gateway asks for its outcome: a repair, a confirmation, drawing the record."""
    decided = {task for task, _gateway in sheet.decisions()}
    for task in sheet.ids("userTask"):
        if task in decided or len(sheet.out(task)) != 1:
            continue
        fact = chance.choice([*FACTS.get(sheet.process.get("id"), ()), 'outcome == "agree"'])
        new = Sheet(sheet.root)
        target = new.after(task)
        check = new.add("exclusiveGateway", f"around_{task}", task)
        for flow in new.into(task):
            new.aim(flow, check)
        new.join(check, target, fact)
        new[check].set("default", new.join(check, task).get("id"))
        yield f"{task} where {fact}", new


def effect_before_decision(sheet: Sheet, _chance: random.Random) -> Mutants:
    for verb, task in itertools.product(sheet.ids("serviceTask"), sheet.ids("userTask")):
        if sheet.after(verb) == task or sheet.inside(verb) != sheet.inside(task):
            continue
        new = Sheet(sheet.root)
        (way_out,) = new.out(verb)
        target = way_out.get("targetRef")
        for flow in new.into(verb):
            new.aim(flow, target)
        for flow in new.into(task):
            if flow is not way_out:
                new.aim(flow, verb)
        new.aim(way_out, task)
        yield f"{verb} before {task}", new


def swap_decisions(sheet: Sheet, _chance: random.Random) -> Mutants:
    for one, other in itertools.combinations(sheet.ids("userTask"), 2):
        if sheet.inside(one) != sheet.inside(other):
            continue
        new = Sheet(sheet.root)
        ways = [(new.into(one), other), (new.into(other), one)]
        outs = [(new.out(one), other), (new.out(other), one)]
        for flows, target in ways:
            for flow in flows:
                new.aim(flow, target)
        for flows, source in outs:
            for flow in flows:
                new.start_from(flow, source)
        yield f"{one} and {other}", new


def swap_verbs(sheet: Sheet, _chance: random.Random) -> Mutants:
    for one, other in itertools.combinations(sheet.ids("serviceTask"), 2):
        new = Sheet(sheet.root)
        first, second = new.verb(one), new.verb(other)
        first_id, second_id = first.get("id"), second.get("id")
        if first_id != second_id:
            first.set("id", second_id)
            second.set("id", first_id)
            yield f"{one} and {other}", new


def another_verb(sheet: Sheet, chance: random.Random) -> Mutants:
    for task in sheet.ids("serviceTask"):
        own = sheet.verb(task).get("id")
        for verb in chance.sample([each for each in VERBS if each != own], 3):
            new = Sheet(sheet.root)
            new.verb(task).set("id", verb)
            yield f"{verb} at {task}", new


def change_lane_role(sheet: Sheet, chance: random.Random) -> Mutants:
    for number, lane in enumerate(sheet.lanes()):
        own = own_of(lane).get("role")
        for role in chance.sample([each for each in ROLES if each != own], 3):
            new = Sheet(sheet.root)
            new.set_own(new.lanes()[number], "role", role)
            yield f"{own} to {role}", new


def move_task_to_another_lane(sheet: Sheet, _chance: random.Random) -> Mutants:
    for task, place in itertools.product(sheet.ids("userTask"), range(len(sheet.lanes()))):
        new = Sheet(sheet.root)
        lane, target = new.lane_of(task), new.lanes()[place]
        if lane is None or lane is target:
            continue
        for each in list(lane):
            if (each.text or "").strip() == task:
                target.append(each)
        yield f"{task} to {target.get('id')}", new


def change_duty(sheet: Sheet, _chance: random.Random) -> Mutants:
    for task in sheet.ids("userTask"):
        new = Sheet(sheet.root)
        duty = own_of(new[task]).get("duty", "approver")
        new.set_own(new[task], "duty", "operator" if duty == "approver" else "approver")
        yield task, new


def change_kind(sheet: Sheet, _chance: random.Random) -> Mutants:
    for task in sheet.ids("userTask"):
        kind = own_of(sheet[task]).get("kind")
        for other in (None, "repair", "pull", "filing"):
            if other != kind:
                new = Sheet(sheet.root)
                new.set_own(new[task], "kind", other)
                yield f"{task} from {kind} to {other}", new


def remove_border_event(sheet: Sheet, _chance: random.Random) -> Mutants:
    for border in sheet.ids("boundaryEvent"):
        new = Sheet(sheet.root)
        new.drop(border)
        yield border, new.prune()


def lead_border_event_elsewhere(sheet: Sheet, chance: random.Random) -> Mutants:
    for border in sheet.ids("boundaryEvent"):
        old = sheet.after(border)
        for target in chance.sample(targets_of(sheet, border, old), 3):
            new = Sheet(sheet.root)
            new.aim(new.out(border)[0], target)
            yield f"{border} to {target}", new.prune()


def targets_of(sheet: Sheet, node: str, old: str) -> list[str]:
    barred = {"startEvent", "boundaryEvent"}
    inside = sheet.inside(node)
    return [each for each in sheet.ids() if sheet.kind(each) not in barred and each not in (node, old)
            and sheet.inside(each) == inside]  # fmt: skip


OPERATORS = {
    each.__name__: each
    for each in (
        delete_decision_keep_gateway, delete_decision_and_gateway, bypass_decision, bypass_task,
        effect_before_decision,
        swap_decisions, swap_verbs, another_verb, change_lane_role, move_task_to_another_lane, change_duty,
        change_kind, remove_border_event, lead_border_event_elsewhere,
    )
}  # fmt: skip
