"""Over to versions that a change of one place has made: what is let go over never breaks a policy and always ends."""

from __future__ import annotations

import copy
import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from lxml import etree

import workflows
from tests.proof.mutator import OPERATORS, Mutant, sample
from tests.support.migrating import SHELF, Version, Walked, begun, shipped, version_of
from workflows.errors import NotMovable
from workflows.policies import Ran

CASES, STEPS, ON, LONGEST = 2, 12, 3, 60


def cases(process: str) -> Iterator[Walked]:
    """Cases of the shipped process, each left at some step."""
    for seed in range(CASES):
        walked = begun(process, seed)
        for _ in range(random.Random(seed).randrange(STEPS)):
            before = copy.copy(walked), list(walked.acts)
            if not walked.step() or walked.run.finished:
                walked, walked.acts = before
                break
        if not walked.run.finished:
            yield walked


def changed(mutant: Mutant) -> Version | None:
    """The mutant as a version; None where the engine would not have it."""
    try:
        return version_of(mutant.process, {f"{mutant.process}.bpmn": mutant.source})
    except (workflows.DiagramRefused, NotMovable):
        return None


def goes_on(walked: Walked, seed: int) -> None:
    """Walk to the end. Raises Broken where a policy is, AssertionError where it never ends."""
    walked.chance = random.Random(seed)
    for _ in range(LONGEST):
        if walked.run.finished:
            walked.check_end()
            return
        assert walked.step() or walked.run.finished or walked.version.diagrams.messages, "nothing can be done any more"


@pytest.mark.parametrize("operator", sorted(OPERATORS))
def test_what_goes_over_holds_its_policies_and_ends(operator: str) -> None:
    said: Counter[bool] = Counter()
    for mutant in sample()[operator]:
        target = changed(mutant)
        if target is None:
            continue
        for walked in cases(mutant.process):
            try:
                migrated = walked.migrated(target)
            except NotMovable:
                said[False] += 1
                continue
            said[True] += 1
            for seed in range(ON):
                further = copy.copy(walked)
                further.acts, further.run, further.version = list(walked.acts), migrated.run, target
                goes_on(further, seed)
    if operator == "laid out anew":
        assert not said[False]
        assert said[True]


# ── one by one ───────────────────────────────────────────────────────────────────────────────────────────────────────


def refused(walked: Walked, *changes: tuple[str, str]) -> str:
    """Why the case may not go over to its own process with these changes."""
    [key] = {walked.version.diagrams.process_id}
    with pytest.raises(NotMovable) as why:
        walked.migrated(shipped(key, *changes))
    return str(why.value)


def at(process: str, *keys: str, seed: int = 0) -> Walked:
    """A case that waits at exactly these tasks, everybody having agreed."""
    for number in range(seed, seed + 60):
        walked = begun(process, number)
        for _ in range(40):
            if walked.run.finished or sorted(each.key for each in walked.run.waiting) == sorted(keys):
                break
            walked.answer(
                "agree" if walked.run.waiting[0].key not in NOTED else "acknowledge", walked.run.waiting[0].key
            )
        if sorted(each.key for each in walked.run.waiting) == sorted(keys):
            return walked
    raise AssertionError(f"{process} never waits at {keys}")


NOTED = ("local_opinion", "source_opinion")


def without_border(process: str, event: str) -> Version:
    """The process without one of its events at the border of a task."""
    [path] = SHELF.glob(f"{process}/*.bpmn")
    root = etree.fromstring(path.read_bytes())
    for element in [*root.iter()]:
        named = element.get("id"), element.get("sourceRef"), element.get("bpmnElement"), (element.text or "").strip()
        if event in named and element.getparent() is not None:
            element.getparent().remove(element)
    return version_of(process, {path.name: etree.tostring(root)})


def test_events_at_the_border_are_those_of_the_other_version() -> None:
    """Without the message that ends a directive a case at the pull would go on without one; with it, it may come."""
    walked, without = at("transfer", "pull"), without_border("transfer", "directive_ended_before_pull")

    with pytest.raises(NotMovable, match=r"按流程规定不能办理“转入档案并注册”：.*尚未按次序办理“下达允许转学指令”"):
        walked.migrated(without)

    before = begun("transfer", 3, without)
    while [each.key for each in before.run.waiting] != ["pull"]:
        before.answer("agree")
    assert not before.hear("directive_ended")
    before.go_over(shipped("transfer"))
    assert before.hear("directive_ended")
    assert [each.key for each in before.run.waiting] == ["releasing_bureau"]


def test_a_step_that_is_gone_and_a_step_as_which_it_goes_on() -> None:
    walked = at("transfer", "releasing_school")
    changes = [
        (f'{name}="releasing_school"', f'{name}="school_of_departure"')
        for name in ("sourceRef", "targetRef", "bpmnElement", "userTask id")
    ] + [("<bpmn:flowNodeRef>releasing_school<", "<bpmn:flowNodeRef>school_of_departure<")]
    target = shipped("transfer", *changes)

    assert refused(walked, *changes) == "办件停在“转出学校核办”，新版本中没有这个环节"
    migrated = walked.migrated(target, {"releasing_school": "school_of_departure"})

    [step] = migrated.steps
    assert (step.before.key, step.after.key) == ("releasing_school", "school_of_departure")
    assert step.before.id != step.after.id, "an id is never given again"
    walked.run, walked.version = migrated.run, target
    goes_on(walked, 1)


def test_a_case_inside_a_sub_process_and_before_a_join_goes_over() -> None:
    walked = at("plan_cross_city", "source_consent")
    target = shipped("plan_cross_city", ('name="生源所在市同意"', 'name="生源所在设区市同意"'))

    walked.go_over(target)

    assert [each.name for each in walked.run.waiting] == ["生源所在设区市同意"]
    walked.answer("agree")
    assert [each.key for each in walked.run.waiting] == ["lodge"], "the branch that had come before was not forgotten"


def test_a_join_that_waits_for_a_further_branch_is_no_place_for_a_case() -> None:
    walked = at("plan_cross_city", "source_consent")

    branch = (
        '<bpmn:sequenceFlow id="ask_more" sourceRef="ask_all" targetRef="more_consent" />'
        '<bpmn:userTask id="more_consent" name="再同意"><bpmn:extensionElements><spiffworkflow:properties>'
        '<spiffworkflow:property name="duty" value="operator" />'
        '<spiffworkflow:property name="outcomes" value="acknowledge" /></spiffworkflow:properties>'
        "</bpmn:extensionElements></bpmn:userTask>"
        '<bpmn:sequenceFlow id="more_agreed" sourceRef="more_consent" targetRef="both_agreed" />'
    )
    flow = '<bpmn:sequenceFlow id="ask_local" sourceRef="ask_all" targetRef="local_consent" />'
    lane = "<bpmn:flowNodeRef>local_consent</bpmn:flowNodeRef>"
    why = refused(walked, (flow, flow + branch), (lane, lane + lane.replace("local", "more")))

    assert "再也办不完" in why


def test_a_service_that_waits_for_its_day_is_the_same_service() -> None:
    """The day stays; another verb in its place is refused."""

    class Waits(Walked):
        def call(self, verb: str, _facts: Mapping[str, Any]) -> None:
            if verb == "enrolment/suspend" and not self.acts[-1:] == [Ran("day")]:
                raise workflows.Later(dt.date(2026, 12, 1))

    walked = Waits(shipped("suspension"), begun("suspension").facts, random.Random(1))
    while walked.run.waiting:
        walked.answer("agree")
    assert walked.run.wakes_on == dt.date(2026, 12, 1)

    migrated = walked.migrated(
        shipped(
            "suspension", ('<bpmn:process id="suspension" name="休学"', '<bpmn:process id="suspension" name="学生休学"')
        )
    )

    assert migrated.run.wakes_on == dt.date(2026, 12, 1)
    assert refused(walked, ('"enrolment/suspend"', '"enrolment/drop_out"')).startswith("办件停在")
