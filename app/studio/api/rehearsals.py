"""试运行 and 演练用例, for programs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.access import actor, allow, found
from app.database import end_reading, transaction
from app.errors import InvalidInput, Objected
from app.studio.api.drafts import bp
from app.studio.operations import scenarios as operations
from app.studio.operations.rehearsals import rehearse
from app.studio.operations.rehearsed_cast import cast_of_application
from app.studio.presenters.json_types import (
    DraftRehearsalJson,
    ScenarioBriefJson,
    ScenarioResultJson,
)
from app.studio.presenters.rehearsals import rehearsal_json, result_json, scenario_brief
from app.studio.queries import drafts as queries
from app.studio.queries.runnable_drafts import rehearsable
from app.studio.rules.scenarios import LONGEST_NAME, MOST_STEPS, SCRIPT, Script, script_of
from app.studio.transactions import keep_rehearsal
from app.web import Page, objections, one_page, operation, read_json

PARTS = {name: part for name, part in SCRIPT["properties"].items() if name != "steps"}
REHEARSE = {
    "type": "object",
    "properties": {
        **PARTS,
        "outcomes": {
            "type": "array",
            "title": "各环节的办理结果，依次为 agree 等，或者写明环节、意见、表单的对象",
            "maxItems": MOST_STEPS,
        },
    },
    "required": ["application"],
}
KEEP = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "title": "用例名称", "minLength": 1, "maxLength": LONGEST_NAME},
        "file": {"type": "string", "title": "改写的用例", "maxLength": 60},
        **SCRIPT["properties"],
    },
    "required": ["name", "applicant", "application", "steps"],
}


@bp.post("/drafts/<int:draft_id>/rehearse")
@allow("analyst", "publisher")
@operation(
    "试运行：按申请和各环节的办理结果在草稿上走一遍，不写入任何内容；被规则拒绝的在 refused 中说明", body=REHEARSE
)
def rehearse_process_draft(draft_id: int) -> DraftRehearsalJson:
    typed = read_json(REHEARSE)
    draft = queries.draft_for(actor(), draft_id)
    key, files = draft.process_key, queries.files_of(draft.id)
    script = _script(typed, key, files)
    return rehearsal_json(rehearse(key, files, script, actor=actor()), script)


def _script(typed: dict[str, Any], key: str, files: Mapping[str, str]) -> Script:
    """The script that a program states; who takes part may follow from the application."""
    steps = [{"outcome": each} if isinstance(each, str) else each for each in typed.pop("outcomes", [])]
    if not all(isinstance(each, dict) for each in steps):
        raise InvalidInput(sentence="outcomes 中只能是办理结果或对象。", field="outcomes")
    whole = {**typed, "steps": steps}
    if "applicant" in whole:
        return script_of(whole)
    if faults := objections({**SCRIPT, "required": []}, whole):
        raise Objected(list(faults))
    stated = script_of({"applicant": {}, **whole})
    return cast_of_application(stated, rehearsable(key, files).applicant)


@bp.get("/drafts/<int:draft_id>/scenarios")
@allow("analyst", "publisher")
@operation("草稿的演练用例")
def list_scenarios(draft_id: int) -> Page[ScenarioBriefJson]:
    draft = queries.draft_for(actor(), draft_id)
    kept = operations.scenarios_in(queries.files_of(draft.id))
    return one_page([scenario_brief(file, each) for file, each in kept.items()])


@bp.post("/drafts/<int:draft_id>/scenarios")
@allow("analyst")
@operation("把办结的试运行保存为演练用例；写明 file 的改写该用例", body=KEEP, status=201)
def keep_scenario(draft_id: int) -> ScenarioBriefJson:
    typed = read_json(KEEP)
    name, file = typed.pop("name"), typed.pop("file", None)
    kept = keep_rehearsal(draft_id, name, script_of(typed), actor=actor(), file=file)
    draft = queries.draft_for(actor(), draft_id)
    return scenario_brief(kept, operations.scenarios_in(queries.files_of(draft.id))[kept])


@bp.delete("/drafts/<int:draft_id>/scenarios/<name>")
@allow("analyst")
@operation("删除演练用例", status=204)
def delete_scenario(draft_id: int, name: str) -> None:
    with transaction():
        operations.delete(draft_id, name, actor=actor())


@bp.post("/drafts/<int:draft_id>/scenarios/run")
@allow("analyst", "publisher")
@operation("运行草稿的全部演练用例；不写入任何内容")
def run_scenarios(draft_id: int) -> Page[ScenarioResultJson]:
    draft = queries.draft_for(actor(), draft_id)
    key, files = draft.process_key, queries.files_of(draft.id)
    end_reading()
    return one_page([result_json(each) for each in operations.results_of(key, files, actor=actor())])


@bp.post("/drafts/<int:draft_id>/scenarios/<name>/run")
@allow("analyst", "publisher")
@operation("运行一个演练用例，给出每一步；不写入任何内容")
def run_scenario(draft_id: int, name: str) -> DraftRehearsalJson:
    draft = queries.draft_for(actor(), draft_id)
    key, files = draft.process_key, queries.files_of(draft.id)
    script = found(operations.scenarios_in(files).get(name)).script
    return rehearsal_json(rehearse(key, files, script, actor=actor()), script)
