"""演练用例: a rehearsal that is kept under a name, and must still take its course whenever its process is published."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor, found
from app.cases.rules.routing import role_name
from app.database import db
from app.definitions.queries import CompiledVersion
from app.definitions.rules.content import SCENARIO
from app.divisions.models import Office, OfficeKind
from app.errors import InvalidInput, Missing, Refused
from app.identity.models import DUTY_NAMES, Duty
from app.schools.models import School
from app.studio.models import DraftFile
from app.studio.operations.drafts import ANY, delete_file, save_file
from app.studio.operations.rehearsals import rehearse
from app.studio.operations.rehearsed_record import Rehearsal
from app.studio.queries.drafts import draft_for, file_of, files_of
from app.studio.queries.runnable_drafts import runnable
from app.studio.rules.counter_examples import ENDS
from app.studio.rules.files import checked_text
from app.studio.rules.refusals import NotOver, OtherCourse, ScenarioFailed
from app.studio.rules.scenarios import LONGEST_NAME, Place, Scenario, Script, scenario_of
from workflows.vocabulary import OUTCOMES

NUMBERED = re.compile(r"scenario-(\d+)\.scenario")
Event = Mapping[str, str]


@dataclass(frozen=True)
class Result:
    """How a scenario went: `where` says in a sentence what is not as it was, empty where it has passed."""

    file: str
    scenario: Scenario
    where: str

    @property
    def passed(self) -> bool:
        return not self.where


def scenarios_in(files: Mapping[str, str]) -> dict[str, Scenario]:
    """The scenarios among the files of a process. Their texts have been checked."""
    return {name: scenario_of(text.encode()) for name, text in sorted(files.items()) if name.endswith(SCENARIO)}


def results_of(key: str, files: Mapping[str, str], *, actor: Actor) -> list[Result]:
    """Run every scenario of a process on its files; nothing is written.

    Raises NotRunnable, RehearsalBusy, RehearsalTooLong.
    """
    version = runnable(key, files)
    return [
        Result(name, each, _where(version, key, files, each, actor=actor)) for name, each in scenarios_in(files).items()
    ]


def failures(results: Sequence[Result]) -> list[Refused]:
    """A refusal for each that has not passed."""
    return [ScenarioFailed(name=each.scenario.name, where=each.where) for each in results if not each.passed]


def _where(version: CompiledVersion, key: str, files: Mapping[str, str], each: Scenario, *, actor: Actor) -> str:
    try:
        went = rehearse(key, files, each.script, actor=actor)
    except (InvalidInput, Missing) as fault:  # no such office in this province
        return fault.detail
    return difference(version, each, went)


# ── what is not as it was ────────────────────────────────────────────────────────────────────────────────────────────


def difference(version: CompiledVersion, scenario: Scenario, went: Rehearsal) -> str:
    """第 3 步：原为……，现为…… – the first place in which a course differs; empty where it does not."""
    expected, course = list(scenario.expected), [*went.course]
    same = next(
        (place for place, (was, now) in enumerate(zip(expected, course, strict=False)) if dict(was) != dict(now)),
        min(len(expected), len(course)),
    )
    is_refused = bool(went.refused) and same == len(course)
    if same == len(expected) == len(course) and not is_refused:
        return ""
    was = event_words(version, expected[same]) if same < len(expected) else "没有更多步骤"
    return f"第 {same + 1} 步：原为{was}，现为{_present(version, went, course, same)}。"


def _present(version: CompiledVersion, went: Rehearsal, course: Sequence[Event], place: int) -> str:
    if place < len(course):
        return event_words(version, course[place])
    waiting = "、".join(f"“{each.name}”（{each.role_name}）" for each in went.desks if not each.process)
    if went.refused:
        why = "；".join(f"{each.detail.rstrip('。')}（{each.code}）" for each in went.refused)
        return f"{why}{f'，等待办理的是{waiting}' if waiting else ''}"
    return f"等待办理{waiting}" if waiting else "没有更多步骤"


def event_words(version: CompiledVersion, event: Event) -> str:
    """One event of a course, in words."""
    if "verb" in event:
        policy = version.policies.policies.get(event["verb"])
        return f"系统操作“{(policy.title if policy else '') or event['verb']}”"
    if "end" in event:
        return f"办结：{ENDS.get(event['end'], event['end'])}"
    spec = version.diagrams.tasks.get(event.get("task", ""))
    known = spec is not None and not event.get("process")
    outcome = event.get("outcome", "")
    record = (
        spec.record(outcome) if spec is not None and known else OUTCOMES[outcome].record if outcome in OUTCOMES else ""
    )
    name = spec.name if spec is not None and known else event.get("task", "")
    duty = DUTY_NAMES.get(Duty(event["duty"]), "") if event.get("duty") in set(Duty) else ""
    return f"“{name}”由{role_name(event.get('role', ''))}{duty}办理：{record or outcome}"


# ── keeping ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def prepare(draft_id: int, name: str, script: Script, *, actor: Actor) -> Scenario:
    """The scenario that a finished rehearsal makes: real schools and a real child described by their kinds, and played
    once more so. Raises Missing, InvalidInput, NotOver, OtherCourse, and as `rehearse`.
    """
    draft = draft_for(actor, draft_id)
    key, files = draft.process_key, files_of(draft.id)
    name = name.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise InvalidInput(sentence=f"用例名称须有 1 至 {LONGEST_NAME} 个字。", field="x-name")
    first = rehearse(key, files, script, actor=actor)
    if first.refused or not first.is_over:
        raise NotOver()
    told = _by_kind(script)
    if told == replace(script, on=told.on):
        return Scenario(name, told, first.course)
    went = rehearse(key, files, told, actor=actor)
    if where := difference(runnable(key, files), Scenario(name, script, first.course), went):
        raise OtherCourse(where=where)
    return Scenario(name, told, went.course)


def keep(draft_id: int, scenario: Scenario, *, actor: Actor, file: str | None = None) -> DraftFile:
    """Put a scenario into a draft: under a new file, or over that one. Raises Missing, DraftFull."""
    draft = draft_for(actor, draft_id, lock=True)
    files = files_of(draft.id)
    taken = {each.name: name for name, each in scenarios_in(files).items()}
    if taken.get(scenario.name, file) != file:
        raise InvalidInput(sentence=f"已有名为“{scenario.name}”的用例，请换一个名称。", field="x-name")
    name = file or _free_name(files)
    if file is not None:
        found(file_of(draft.id, file) if file.endswith(SCENARIO) else None)
    text = checked_text(name, scenario.text().encode())
    saved = save_file(draft_id, name, text, actor=actor, etags=[ANY] if file else None)
    after = {"process": draft.process_key, "file": name, "name": scenario.name}
    audit.record("studio/keep_scenario", f"draft:{draft.id}", actor=actor, after=after)
    return saved


def delete(draft_id: int, file: str, *, actor: Actor) -> None:
    """Take a scenario out of a draft. Raises Missing."""
    draft = draft_for(actor, draft_id, lock=True)
    kept: DraftFile = found(file_of(draft.id, file) if file.endswith(SCENARIO) else None)
    before: dict[str, Any] = {"process": draft.process_key, "file": file, "name": scenario_of(kept.text.encode()).name}
    delete_file(draft_id, file, actor=actor, etags=[ANY])
    audit.record("studio/delete_scenario", f"draft:{draft.id}", actor=actor, before=before)


def _free_name(files: Mapping[str, str]) -> str:
    numbers = [int(each[1]) for name in files if (each := NUMBERED.fullmatch(name))]
    return f"scenario-{max(numbers, default=0) + 1}{SCENARIO}"


def _by_kind(script: Script) -> Script:
    """The script with kinds in place of what a province has."""
    applicant = _office(script.applicant)
    place = _place_by_kind(applicant, None, script.applicant) if applicant else script.applicant
    other = script.other
    if other is not None and (office := _office(other)) is not None:
        other = _place_by_kind(office, applicant, other)
    on = script.on or f"{clock.today():%m-%d}"  # what has its season has it whenever the scenario is run
    return replace(script, applicant=place, other=other, on=on)


def _office(place: Place) -> Office | None:
    return db.session.scalar(sa.select(Office).where(Office.code == place.code)) if place.code else None


def _place_by_kind(office: Office, applicant: Office | None, place: Place) -> Place:
    if office.is_bureau:
        return Place(kind=office.kind.value if office.kind is not OfficeKind.ZONE else "county")
    school, bureau = db.session.get_one(School, office.id), office.superior
    superior = "city" if bureau is not None and bureau.kind is OfficeKind.CITY else "county"
    return Place("", "school", school.stages.split(",")[0], superior, _apart(office, applicant) or place.apart)


def _apart(office: Office, applicant: Office | None) -> str:
    if applicant is None:
        return ""
    own = applicant if applicant.is_bureau else applicant.superior
    if office.superior is own:
        return "same"
    one, other = ({*each.path.split(".")[1:2]} for each in (office, applicant))
    return "city" if one == other else "province"


__all__ = ["Result", "delete", "difference", "event_words", "failures", "keep", "prepare", "results_of", "scenarios_in"]
