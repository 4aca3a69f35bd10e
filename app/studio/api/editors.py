"""What the editors of forms and decision tables ask while somebody edits: nothing of it is written."""

from __future__ import annotations

from flask import render_template, request

from app.access import actor, allow
from app.cases.views.blueprint import opinion_help
from app.database import end_reading
from app.definitions.queries import APPLICATION
from app.errors import InvalidInput
from app.studio.api.drafts import ANY_FILE, bp
from app.studio.presenters.editor_json_types import FormPreviewJson, TablesCheckJson, TriedTableJson
from app.studio.presenters.form_findings import findings_of_form, read_edited
from app.studio.presenters.form_previews import preview_of
from app.studio.queries import draft_tables
from app.studio.queries.drafts import draft_for, files_of
from app.studio.rules.files import checked_name, content_of
from app.studio.rules.refusals import UnfitDraftFile
from app.web import operation, read_json, takes_files

TRY = {
    "type": "object",
    "properties": {
        "text": {"type": "string", "title": "决策表文件", "maxLength": 900_000, "x-widget": "textarea"},
        "table": {"type": "string", "title": "决策表的编号", "maxLength": 200},
        "inputs": {
            "type": "array",
            "title": "输入",
            "maxItems": 100,
            "items": {
                "type": "object",
                "properties": {
                    "name": {"type": "string", "title": "输入的名称", "maxLength": 200},
                    "value": {"type": "string", "title": "输入的值", "maxLength": 500},
                },
                "required": ["name", "value"],
            },
        },
    },
    "required": ["text", "table", "inputs"],
}


@bp.post("/drafts/<int:draft_id>/forms/<name>/preview")
@allow("analyst", "publisher")
@takes_files(1)
@operation("预览草稿的表单：请求正文即文件内容；给出页面和问题，不保存", media=ANY_FILE)
def preview_draft_form(draft_id: int, name: str) -> FormPreviewJson:
    checked_name(name)
    draft = draft_for(actor(), draft_id)
    key, process = draft.process_key, draft.name
    content = content_of(files_of(draft.id))
    said = read_edited(name, request.get_data())
    end_reading()
    findings = findings_of_form(name, said, content.forms.get(APPLICATION))
    if findings:
        return {"findings": findings, "html": None}
    preview = preview_of(name, said, key, process, content)
    html = render_template("studio/form_preview.html", preview=preview, help=opinion_help(preview.outcomes))
    return {"findings": [], "html": html}


@bp.post("/drafts/<int:draft_id>/tables/<name>/check")
@allow("analyst", "publisher")
@takes_files(1)
@operation("检查草稿的决策表：请求正文即文件内容；给出重叠、遗漏和不会命中的规则，不保存", media=ANY_FILE)
def check_draft_table(draft_id: int, name: str) -> TablesCheckJson:
    checked_name(name)
    files, raw = files_of(draft_for(actor(), draft_id).id), request.get_data()
    end_reading()
    try:
        found = draft_tables.findings_of(files, name, raw)
    except UnfitDraftFile as refused:
        return {"fault": refused.detail, "tables": []}
    return {
        "fault": None,
        "tables": [
            {
                "id": table.id,
                "name": table.name,
                "findings": [
                    {"kind": each.kind, "severity": each.severity, "rules": list(each.rules), "message": each.message}
                    for each in findings
                ],
            }
            for table, findings in found
        ],
    }


@bp.post("/drafts/<int:draft_id>/tables/<name>/try")
@allow("analyst", "publisher")
@operation("试算：决策表对这些输入命中哪些规则、得出什么结论；不保存", body=TRY)
def try_draft_table(draft_id: int, name: str) -> TriedTableJson:
    typed = read_json(TRY)
    checked_name(name)
    draft_for(actor(), draft_id)
    end_reading()
    inputs = {each["name"]: each["value"] for each in typed["inputs"]}
    if len(inputs) < len(typed["inputs"]):
        raise InvalidInput(sentence="同一输入写了两次。", field="inputs")
    tried = draft_tables.try_table(name, typed["text"].encode(), typed["table"], inputs)
    answers = [dict(each) for each in tried.answers]
    return {"hits": list(tried.hits), "answers": answers, "fault": tried.fault, "without": list(tried.without)}
