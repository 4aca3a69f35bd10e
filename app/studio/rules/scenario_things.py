"""What a scenario says, for the person who publishes it: who takes part, what is said, and the course expected."""

from __future__ import annotations

from collections.abc import Mapping

from app.cases.rules.routing import role_name
from app.definitions.rules.known_facts import PROFILE_NAMES
from app.errors import Refused
from app.identity.models import DUTY_NAMES, Duty
from app.studio.rules.counter_examples import ENDS
from app.studio.rules.plain_words import value_in_words
from app.studio.rules.scenarios import SIDES, Place, Scenario, Step, scenario_of
from app.studio.rules.things import Thing
from workflows.vocabulary import OUTCOMES

WHAT = "演练用例"


def things_of_scenario(text: str | None, names: Mapping[str, str] | None = None) -> dict[str, Thing]:
    """The scenario of a file; {} of None. names -- of the process's steps, operations and fields by their keys."""
    if text is None:
        return {}
    try:
        scenario = scenario_of(text.encode())
    except Refused:  # of a version that another release has published
        return {"": Thing(WHAT, WHAT, {"内容": text})}
    script, known = scenario.script, names or {}
    said = {
        "名称": scenario.name,
        "演练日期": script.on,
        "规则版本": PROFILE_NAMES.get(script.profile, ""),
        **{SIDES[name]: place.in_words() for name, place in _places(scenario)},
        "学生": script.child.in_words() if script.child else "",
        "申请": _form({**(script.application or {}), **(script.row or {})}, known),
        "证明材料": "、".join(known.get(each, each) for each in script.papers),
        "步骤": "；".join(_words(each, known) for each in script.steps),
        "预期走向": " → ".join(_event(each, known) for each in scenario.expected),
    }
    return {"": Thing(WHAT, scenario.name, {title: value for title, value in said.items() if value})}


def _places(scenario: Scenario) -> list[tuple[str, Place]]:
    script = scenario.script
    return [(name, each) for name, each in (("applicant", script.applicant), ("other", script.other)) if each]


def _record(outcome: str) -> str:
    return OUTCOMES[outcome].record if outcome in OUTCOMES else outcome


def _words(step: Step, names: Mapping[str, str]) -> str:
    if step.waits:
        return "等到生效之日"
    said = [_record(step.outcome), step.opinion, _form(step.form, names)]
    task = f"“{names.get(step.task, step.task)}”" if step.task else "当前环节"
    return f"{task}{'，'.join(each for each in said if each)}"


def _event(event: Mapping[str, str], names: Mapping[str, str]) -> str:
    """One event of a course: an operation, a decision, the end."""
    if "verb" in event:
        return f"系统操作“{names.get(event['verb'], event['verb'])}”"
    if "end" in event:
        return f"办结：{ENDS.get(event['end'], event['end'])}"
    key, duty = event.get("task", ""), event.get("duty", "")
    name, who = names.get(key, key), role_name(event.get("role", ""))
    return (
        f"“{name}”由{who}{DUTY_NAMES[Duty(duty)] if duty in set(Duty) else ''}办理：{_record(event.get('outcome', ''))}"
    )


def _form(said: Mapping[str, object], names: Mapping[str, str]) -> str:
    """What was typed, field by field; the parts of a field stand in brackets behind it."""
    return "，".join(
        f"{names.get(key, key)}（{_form(value, names)}）"
        if isinstance(value, Mapping)
        else f"{names.get(key, key)} {names.get(f'{key}={value}') or value_in_words(value)}"
        for key, value in said.items()
    )
