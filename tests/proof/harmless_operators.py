"""Changes that break nothing: other names, another layout, a further notice, approval or condition."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.proof.chart import BPMN, own_of
from tests.proof.sheet import DI, WAY, Sheet
from tests.proof.task_operators import agreed_target

Mutants = Iterator[tuple[str, Sheet]]
NOTICE = {"duty": "operator", "working_days": "5", "outcomes": "acknowledge", "button.acknowledge": "知悉",
          "record.acknowledge": "已知悉"}  # fmt: skip
APPROVAL = {"duty": "approver", "working_days": "10", "outcomes": "agree,refuse"}


def renamed(sheet: Sheet, _chance: random.Random) -> Mutants:
    new = Sheet(sheet.root)
    for node in new.nodes():
        node.set("name", f"新{node.get('name') or '环节'}")
    yield "every node", new
    new = Sheet(sheet.root)
    for flow in new.flows():
        flow.set("name", "去向")
    yield "every flow", new
    new = Sheet(sheet.root)
    keys = set(sheet.ids("exclusiveGateway", "endEvent", "serviceTask")) | {flow.get("id") for flow in sheet.flows()}
    for each in new.root.iter():
        if each.tag.startswith((BPMN, DI)):
            for name, value in each.attrib.items():
                if value in keys:
                    each.set(name, f"new_{value}")
            if each.text in keys and not each.tag.endswith("conditionExpression"):
                each.text = f"new_{each.text}"
    yield "ids of gateways, verbs, ends and flows", new


def laid_out_anew(sheet: Sheet, chance: random.Random) -> Mutants:
    """Moved, turned upside down, thrown about; and written in another order."""
    for what, across, down in (("moved", 1, 1), ("upside down", 1, -1), ("right to left", -1, 1)):
        new = Sheet(sheet.root)
        for each in new.root.iter("{*}Bounds", f"{WAY}waypoint"):
            each.set("x", str(int(5000 + across * float(each.get("x")))))
            each.set("y", str(int(5000 + down * float(each.get("y")))))
        yield what, new
    new = Sheet(sheet.root)
    heights = [new.bounds(node).get("y") for node in new.ids()]
    chance.shuffle(heights)
    for node, height in zip(new.ids(), heights, strict=True):
        new.bounds(node).set("y", height)
    yield "thrown about", new
    new = Sheet(sheet.root)
    for flow in reversed(new.flows()):
        flow.getparent().append(flow)
    yield "flows in another order", new


def further_notice(sheet: Sheet, chance: random.Random) -> Mutants:
    """Somebody acknowledges before an office decides; no operator of that office has anything to answer.

    Not before a task with an event at its border: during the notice nobody would wait for the message.
    """
    asked = {sheet.role_of(task) for task in sheet.ids("userTask") if own_of(sheet[task]).get("duty") == "operator"}
    for task in sheet.ids("userTask"):
        lanes = [lane for lane in sheet.lanes() if own_of(lane).get("role") not in asked]
        if not lanes or sheet.borders(task) or own_of(sheet[task]).get("kind") == "repair":
            continue
        role = own_of(chance.choice(lanes)).get("role")
        new = Sheet(sheet.root)
        lane = next(each for each in new.lanes() if own_of(each).get("role") == role)
        notice = new.add("userTask", f"notice_{task}", task, NOTICE, lane)
        for flow in new.into(task):
            new.aim(flow, notice)
        new.join(notice, task)
        yield f"before {task} to {role}", new


def added_approval(sheet: Sheet, _chance: random.Random) -> Mutants:
    """Who has agreed agrees once more, or refuses the way of the first refusal."""
    for task, gateway in sheet.decisions():
        refused = sheet.outcome_flow(gateway, "refuse")
        own = own_of(sheet[task])
        if refused is None or sheet.borders(task) or own.get("kind") or own.get("duty") == "operator":
            continue
        new = Sheet(sheet.root)
        agreed = new.outcome_flow(gateway, "agree")
        assert agreed is not None
        target = agreed_target(new, gateway)
        second = new.add("userTask", f"second_{task}", task, APPROVAL)
        outcome = new.add("exclusiveGateway", f"second_{gateway}", gateway)
        new.aim(agreed, second)
        new.join(second, outcome)
        new.join(outcome, target, 'outcome == "agree"')
        new.join(outcome, refused.get("targetRef"), 'outcome == "refuse"')
        yield f"after {task}", new


def stricter_condition(sheet: Sheet, _chance: random.Random) -> Mutants:
    """A condition that asks for more, where that leaves no case without a way."""
    for _task, gateway in sheet.decisions():
        new = Sheet(sheet.root)
        agreed = new.outcome_flow(gateway, "agree")
        assert agreed is not None
        new.decide(agreed, 'outcome == "agree" and not (outcome == "refuse" or outcome == "send_back")')
        yield f"agree of {gateway}", new
    for gateway in sheet.ids("exclusiveGateway"):
        if sheet[gateway].get("default") and "same_superior" in _texts(sheet, gateway):
            new = Sheet(sheet.root)
            for flow in new.out(gateway):
                if new.condition(flow) is not None:
                    new.decide(flow, "same_superior and not city_review")
            yield f"{gateway}: fewer cases skip", new


def _texts(sheet: Sheet, gateway: str) -> list[str]:
    conditions = [flow.find(f"{BPMN}conditionExpression") for flow in sheet.out(gateway)]
    return [str(each.text) for each in conditions if each is not None]


OPERATORS = {
    each.__name__: each for each in (renamed, laid_out_anew, further_notice, added_approval, stricter_condition)
}
