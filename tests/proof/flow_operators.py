"""Changes of where it goes on: conditions, defaults, refusals, repairs, gateways, ends."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

from tests.proof.chart import BPMN, own_of
from tests.proof.sheet import Element, Sheet
from tests.proof.task_operators import agreed_target, targets_of
from tests.proof.vocabulary import FACTS
from workflows import scripts

Mutants = Iterator[tuple[str, Sheet]]
NEGATIVE = ("refuse", "send_back")


def _conditions(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """The flows with a condition, and the condition."""
    for flow in sheet.flows():
        condition = sheet.condition(flow)
        if condition is not None:
            yield str(flow.get("id")), str(condition.text)


def swap_default(sheet: Sheet, _chance: random.Random) -> Mutants:
    """The default flow takes the condition of another one, and that one is the default."""
    for gateway in sheet.ids("exclusiveGateway"):
        default = sheet[gateway].get("default")
        for flow in sheet.out(gateway):
            if default and flow.get("id") != default:
                new = Sheet(sheet.root)
                condition = new.condition(new[flow.get("id")])
                new.decide(new[default], None if condition is None else condition.text)
                new.decide(new[flow.get("id")], None)
                new[gateway].set("default", flow.get("id"))
                yield f"{default} and {flow.get('id')}", new


def move_default(sheet: Sheet, _chance: random.Random) -> Mutants:
    """A flow with a condition is taken where no other is."""
    for gateway in sheet.ids("exclusiveGateway"):
        for flow in sheet.out(gateway):
            if flow.get("id") != sheet[gateway].get("default") and len(sheet.out(gateway)) > 1:
                for keeps in (False, True):
                    new = Sheet(sheet.root)
                    if not keeps:
                        new.decide(new[flow.get("id")], None)
                    new[gateway].set("default", flow.get("id"))
                    yield f"{flow.get('id')}{' with its condition' * keeps}", new


def remove_outcome_flow(sheet: Sheet, _chance: random.Random) -> Mutants:
    for gateway in sheet.ids("exclusiveGateway"):
        for flow in sheet.out(gateway):
            if len(sheet.out(gateway)) > 1:
                new = Sheet(sheet.root)
                new.cut(new[flow.get("id")])
                yield str(flow.get("id")), new.prune()


def misspell_fact(sheet: Sheet, _chance: random.Random) -> Mutants:
    for flow, text in _conditions(sheet):
        for name in sorted(scripts.names(text)):
            new = Sheet(sheet.root)
            new.decide(new[flow], text.replace(name, name[:-1] + "_"))
            yield f"{name} in {flow}", new


def misspell_value(sheet: Sheet, _chance: random.Random) -> Mutants:
    for flow, text in _conditions(sheet):
        if '"' in text:
            new = Sheet(sheet.root)
            before, value, after = text.split('"')[:3]
            new.decide(new[flow], f'{before}"{value}s"{after}')
            yield f"{value} in {flow}", new


def invert_fact(sheet: Sheet, _chance: random.Random) -> Mutants:
    for flow, text in _conditions(sheet):
        new = Sheet(sheet.root)
        new.decide(new[flow], f"not ({text})")
        yield flow, new


def another_outcome_in_condition(sheet: Sheet, _chance: random.Random) -> Mutants:
    for flow, text in _conditions(sheet):
        for old, other in itertools.permutations(("agree", "refuse", "send_back"), 2):
            if f'"{old}"' in text:
                new = Sheet(sheet.root)
                new.decide(new[flow], text.replace(f'"{old}"', f'"{other}"'))
                yield f"{other} in {flow}", new


def further_condition_on_refusal(sheet: Sheet, chance: random.Random) -> Mutants:
    """Some refusals are not taken for one: they go nowhere, or the agreeing way."""
    for task, gateway in sheet.decisions():
        for outcome, agrees in itertools.product(NEGATIVE, (False, True)):
            if sheet.outcome_flow(gateway, outcome) is None:
                continue
            facts = FACTS.get(sheet.process.get("id"), ())
            fact = chance.choice([*facts, 'returned_by == "here"', 'refusal == "E-QUOTA-01"'])
            new = Sheet(sheet.root)
            flow, agreed = new.outcome_flow(gateway, outcome), new.outcome_flow(gateway, "agree")
            assert flow is not None
            assert agreed is not None
            new.decide(flow, f'outcome == "{outcome}" and {fact}')
            if agrees:
                new.decide(agreed, None)
                new[gateway].set("default", agreed.get("id"))
            yield f"{outcome} of {task} where {fact}{', else agreed' * agrees}", new


def _negative_flows(sheet: Sheet) -> Iterator[tuple[str, str]]:
    for _task, gateway in sheet.decisions():
        for outcome in NEGATIVE:
            flow = sheet.outcome_flow(gateway, outcome)
            if flow is not None:
                yield str(flow.get("id")), gateway


def refusal_goes_the_agreed_way(sheet: Sheet, _chance: random.Random) -> Mutants:
    for flow, gateway in _negative_flows(sheet):
        new = Sheet(sheet.root)
        new.aim(new[flow], agreed_target(new, gateway))
        yield flow, new.prune()


def refusal_to_the_agreed_end(sheet: Sheet, _chance: random.Random) -> Mutants:
    ends = [each for each in sheet.ids("endEvent") if own_of(sheet[each]).get("outcome") == "agreed"]
    for (flow, gateway), end in itertools.product(_negative_flows(sheet), ends):
        if sheet.inside(gateway) == sheet.inside(end):
            new = Sheet(sheet.root)
            new.aim(new[flow], end)
            yield f"{flow} to {end}", new.prune()


def refusal_to_a_verb(sheet: Sheet, _chance: random.Random) -> Mutants:
    for (flow, gateway), verb in itertools.product(_negative_flows(sheet), sheet.ids("serviceTask")):
        if sheet.inside(gateway) == sheet.inside(verb) and sheet[flow].get("targetRef") != verb:
            new = Sheet(sheet.root)
            new.aim(new[flow], verb)
            yield f"{flow} to {verb}", new.prune()


def remove_refusal_end(sheet: Sheet, _chance: random.Random) -> Mutants:
    for end in sheet.ids("endEvent"):
        if own_of(sheet[end]).get("outcome") == "refused" or sheet[end].find(f"{BPMN}errorEventDefinition") is not None:
            new = Sheet(sheet.root)
            new.drop(end)
            yield end, new.prune()


def repair_goes_on_elsewhere(sheet: Sheet, _chance: random.Random) -> Mutants:
    """Late, past those who have to see it again; or early."""
    for task in sheet.ids("userTask"):
        if own_of(sheet[task]).get("kind") == "repair":
            for target in targets_of(sheet, task, sheet.after(task)):
                new = Sheet(sheet.root)
                new.aim(new.out(task)[0], target)
                yield f"{task} to {target}", new.prune()


def send_back_goes_to(sheet: Sheet, chance: random.Random) -> Mutants:
    for _task, gateway in sheet.decisions():
        flow = sheet.outcome_flow(gateway, "send_back")
        if flow is not None:
            for target in chance.sample(targets_of(sheet, gateway, flow.get("targetRef")), 2):
                new = Sheet(sheet.root)
                new.aim(new[flow.get("id")], target)
                yield f"{flow.get('id')} to {target}", new.prune()


def _retagged(sheet: Sheet, gateway: str, kind: str, conditions: bool) -> Sheet:
    new = Sheet(sheet.root)
    new[gateway].tag = f"{BPMN}{kind}"
    if conditions and len(new.out(gateway)) > 1:
        first, *others = new.out(gateway)
        new[gateway].set("default", first.get("id"))
        for flow in others:
            new.decide(flow, 'outcome == "agree"')
    return new


def parallel_made_exclusive(sheet: Sheet, _chance: random.Random) -> Mutants:
    for gateway, conditions in itertools.product(sheet.ids("parallelGateway"), (False, True)):
        kept = _retagged(sheet, gateway, "exclusiveGateway", conditions)
        yield f"{gateway}{' with conditions' * conditions}", kept


def parallel_made_inclusive(sheet: Sheet, _chance: random.Random) -> Mutants:
    for gateway, conditions in itertools.product(sheet.ids("parallelGateway"), (False, True)):
        yield f"{gateway}{' with conditions' * conditions}", _retagged(sheet, gateway, "inclusiveGateway", conditions)


def both_parallel_gateways(sheet: Sheet, _chance: random.Random) -> Mutants:
    """Split and join alike."""
    gateways = sheet.ids("parallelGateway")
    for kind in ("exclusiveGateway", "inclusiveGateway"):
        new = sheet
        for gateway in gateways:
            new = _retagged(new, gateway, kind, conditions=True)
        yield kind, new


def exclusive_made_parallel(sheet: Sheet, _chance: random.Random) -> Mutants:
    for gateway in sheet.ids("exclusiveGateway"):
        new = Sheet(sheet.root)
        new[gateway].tag = f"{BPMN}parallelGateway"
        new[gateway].attrib.pop("default", None)
        for flow in new.out(gateway):
            new.decide(flow, None)
        yield gateway, new


def loop_without_exit(sheet: Sheet, chance: random.Random) -> Mutants:
    """What would come to an end goes back."""
    for end in sheet.ids("endEvent"):
        for flow in sheet.into(end):
            source = flow.get("sourceRef")
            for target in chance.sample(targets_of(sheet, source, end), 1):
                if sheet.kind(target) != "endEvent":
                    new = Sheet(sheet.root)
                    new.aim(new[flow.get("id")], target)
                    yield f"{flow.get('id')} to {target}", new.prune()


def another_outcome_of_end(sheet: Sheet, _chance: random.Random) -> Mutants:
    for end in sheet.ids("endEvent"):
        own = own_of(sheet[end]).get("outcome")
        for outcome in ("agreed", "refused", "redirected", None):
            if own and outcome != own:
                new = Sheet(sheet.root)
                new.set_own(new[end], "outcome", outcome)
                yield f"{end} {outcome}", new


def lead_flow_elsewhere(sheet: Sheet, chance: random.Random) -> Mutants:
    for flow in sheet.flows():
        source: Element = flow.get("sourceRef")
        for target in chance.sample(targets_of(sheet, source, flow.get("targetRef")), 1):
            new = Sheet(sheet.root)
            new.aim(new[flow.get("id")], target)
            yield f"{flow.get('id')} to {target}", new.prune()


OPERATORS = {
    each.__name__: each
    for each in (
        swap_default, move_default, remove_outcome_flow, misspell_fact, misspell_value, invert_fact,
        another_outcome_in_condition, further_condition_on_refusal, refusal_goes_the_agreed_way,
        refusal_to_the_agreed_end, refusal_to_a_verb, remove_refusal_end, repair_goes_on_elsewhere, send_back_goes_to,
        parallel_made_exclusive, parallel_made_inclusive, both_parallel_gateways, exclusive_made_parallel,
        loop_without_exit, another_outcome_of_end, lead_flow_elsewhere,
    )
}  # fmt: skip
