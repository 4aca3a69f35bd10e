"""Rehearsals and scenarios, for programs."""

from __future__ import annotations

from typing import Any

from app.studio.operations.rehearsed_desks import Desk
from app.studio.operations.rehearsed_record import Played, Rehearsal
from app.studio.operations.scenarios import Result
from app.studio.presenters.json_types import (
    DraftRehearsalJson,
    PlayedJson,
    RehearsedDeskJson,
    ScenarioBriefJson,
    ScenarioResultJson,
)
from app.studio.rules.scenarios import Scenario, Script


def rehearsal_json(rehearsal: Rehearsal, script: Script) -> DraftRehearsalJson:
    """How far a script has come."""
    effects = rehearsal.effects
    return {
        "process": rehearsal.process,
        "people": dict(rehearsal.people),
        "today": rehearsal.today.isoformat(),
        "outcome": rehearsal.outcome,
        "operations_at_opening": list(rehearsal.opened or ()),
        "played": [_played(each) for each in rehearsal.played],
        "waiting": [_desk(each) for each in rehearsal.desks],
        "takes_effect_on": rehearsal.takes_effect_on.isoformat() if rehearsal.takes_effect_on else None,
        "refused": [{"code": each.code, "detail": each.detail, "field": each.field} for each in rehearsal.refused],
        "course": [dict(each) for each in rehearsal.course],
        "record": [{"title": each.title, "before": each.before, "after": each.after} for each in rehearsal.record],
        "changes": list(effects.changes),
        "directives": list(effects.directives),
        "papers": list(effects.papers),
        "notices": list(effects.notices),
        "involved": list(rehearsal.involved),
        "working_days": rehearsal.days,
        "script": script.as_json(),
    }


def _played(played: Played) -> PlayedJson:
    return {
        "task": played.task,
        "name": played.name,
        "process": played.process,
        "office": played.office,
        "role": played.role,
        "duty": played.duty,
        "outcome": played.outcome,
        "words": played.words,
        "opinion": played.opinion,
        "operations": list(played.verbs),
        "working_days": played.days,
    }


def _desk(desk: Desk) -> RehearsedDeskJson:
    return {
        "task": desk.task,
        "process": desk.process,
        "name": desk.name,
        "office": desk.office,
        "role": desk.role,
        "duty": desk.duty,
        "working_days": desk.days,
        "joint": desk.joint,
        "note": {name: str(each) for name, each in desk.note.items()} if desk.note else None,
        "form": dict(desk.schema),
        "values": dict(desk.values),
        "outcomes": [{"outcome": outcome, "button": button} for outcome, button in desk.buttons],
        "reasons": [dict(each) for each in desk.reasons],
    }


def scenario_brief(file: str, scenario: Scenario) -> ScenarioBriefJson:
    """A scenario without its script."""
    return {"file": file, "name": scenario.name, "expected": [dict(each) for each in scenario.expected]}


def scenario_json(file: str, scenario: Scenario) -> dict[str, Any]:
    """A scenario with its script."""
    return {**scenario_brief(file, scenario), "script": scenario.script.as_json()}


def result_json(result: Result) -> ScenarioResultJson:
    """How one went."""
    return {"file": result.file, "name": result.scenario.name, "passed": result.passed, "where": result.where}
