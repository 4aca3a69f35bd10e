"""What a scenario says, for the person who publishes it: who takes part, what is said, and the course expected."""

from __future__ import annotations

import json

from app.errors import Refused
from app.studio.rules.scenarios import SIDES, Place, Scenario, Step, scenario_of
from app.studio.rules.things import Thing
from workflows.vocabulary import OUTCOMES

WHAT = "演练用例"


def things_of_scenario(text: str | None) -> dict[str, Thing]:
    """The scenario of a file; {} of None."""
    if text is None:
        return {}
    try:
        scenario = scenario_of(text.encode())
    except Refused:  # of a version that another release has published
        return {"": Thing(WHAT, WHAT, {"内容": text})}
    script = scenario.script
    said = {
        "名称": scenario.name,
        "演练日期": script.on,
        **{SIDES[name]: place.in_words() for name, place in _places(scenario)},
        "学生": script.child.in_words() if script.child else "",
        "申请": json.dumps({**(script.application or {}), **(script.row or {})}, ensure_ascii=False),
        "证明材料": "、".join(script.papers),
        "步骤": "；".join(_words(each) for each in script.steps),
        "预期走向": " → ".join("：".join(each.values()) for each in scenario.expected),
    }
    return {"": Thing(WHAT, scenario.name, {title: value for title, value in said.items() if value})}


def _places(scenario: Scenario) -> list[tuple[str, Place]]:
    script = scenario.script
    return [(name, each) for name, each in (("applicant", script.applicant), ("other", script.other)) if each]


def _words(step: Step) -> str:
    if step.waits:
        return "等到生效之日"
    form = json.dumps(step.form, ensure_ascii=False) if step.form else ""
    said = [OUTCOMES[step.outcome].record if step.outcome in OUTCOMES else step.outcome, step.opinion, form]
    return f"{step.task} {'，'.join(each for each in said if each)}"
