"""草稿: its files, typed or uploaded; its check; proposing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from app.access import actor, allow, found
from app.cases.rules.routing import role_name
from app.database import end_reading, transaction
from app.errors import InvalidInput, Missing, NotAllowed, Objected, Refused, objections_of
from app.studio.models import ProcessDraft
from app.studio.operations import drafts as operations
from app.studio.presenters.form_previews import drawn, steps_of
from app.studio.presenters.labels import KINDS, SEVERITIES, kind_of_file, title_of_file
from app.studio.queries import catalogue
from app.studio.queries import drafts as queries
from app.studio.queries.findings import Check, base_of, check
from app.studio.queries.variants import steps_to_add
from app.studio.rules.archives import archive_of, files_in, is_archive
from app.studio.rules.files import (
    MOST_FILES,
    checked_files,
    checked_name,
    checked_text,
    content_of,
    etag_of,
    largest_of,
    media_type_of,
)
from app.studio.transactions import propose_draft
from app.studio.views.catalogue import ZIP, bp
from app.web import takes_files, typed_text, whole_number
from app.web.formatting import given_out, moment


@bp.post("/drafts")
@allow("analyst")
def create_draft() -> Any:
    """A draft from a published version, or of a new process."""
    typed = {name: typed_text(name) for name in ("process", "version", "key", "name")}
    try:
        with transaction():
            if typed["process"]:
                number = whole_number(typed["version"], least=1) if typed["version"] else None
                draft_id = operations.create_from(typed["process"], number, actor=actor()).id
            else:
                draft_id = operations.create_new(typed["key"], typed["name"], actor=actor()).id
    except (Missing, NotAllowed):
        raise
    except Refused as refusal:
        return _new_page(typed, objections_of(refusal)), 422
    flash("已新建草稿。", "success")
    return redirect(url_for("studio.draft", draft_id=draft_id))


@bp.get("/drafts/new")
@allow("analyst")
def new_process() -> Any:
    queries.require_studio(actor())
    return _new_page({}, [])


def _new_page(typed: Mapping[str, str], errors: Sequence[Any]) -> str:
    taken = [each.process for each in catalogue.processes()]
    return render_template("studio/new.html", errors=errors, typed=typed, taken=taken)


@bp.get("/drafts/<int:draft_id>")
@allow("analyst", "publisher")
def draft(draft_id: int) -> Any:
    return draft_page(queries.draft_for(actor(), draft_id))


def draft_page(shown: ProcessDraft, *, errors: Sequence[Any] = (), checked: Check | None = None) -> str:
    """A draft with its files and what can be done with it."""
    steps: dict[str, list[str]] = {}
    for step in steps_of(drawn(shown.process_key, content_of({each.name: each.text for each in shown.files}))):
        steps.setdefault(step.form, []).append(step.name)
    return render_template(
        "studio/draft.html",
        draft=shown,
        files=[
            (each, kind_of_file(each.name), title_of_file(each.name, each.text, steps), len(each.text.encode()))
            for each in shown.files
        ],
        diagrams=[each.name for each in shown.files if each.name.endswith(".bpmn")],
        proposal=queries.open_proposal_of(shown.id),
        returned=queries.returned_proposal_of(shown),
        overtaken=catalogue.overtaken_by(shown),
        missing=steps_to_add(shown, {each.name: each.text for each in shown.files}),
        role_name=role_name,
        draws=actor().duty == "analyst",
        checked=checked,
        severities=SEVERITIES,
        kinds=KINDS,
        errors=errors,
        typed=request.form,
        most=MOST_FILES,
    )


@bp.get("/drafts/<int:draft_id>/check")
@allow("analyst", "publisher")
def check_draft(draft_id: int) -> Any:
    shown = queries.draft_for(actor(), draft_id)
    key, files, base = shown.process_key, queries.files_of(shown.id), base_of(shown)
    end_reading()
    checked = check(key, files, base)
    return draft_page(queries.draft_for(actor(), draft_id), checked=checked)


@bp.post("/drafts/<int:draft_id>/propose")
@allow("analyst")
def propose(draft_id: int) -> Any:
    try:
        proposal_id = propose_draft(draft_id, typed_text("note"), actor=actor())
    except (Missing, NotAllowed):
        raise
    except Refused as refusal:
        return draft_page(queries.draft_for(actor(), draft_id), errors=objections_of(refusal)), 422
    flash("已提出发布申请，待发布员审批。", "success")
    return redirect(url_for("studio.proposal", proposal_id=proposal_id))


@bp.get("/drafts/<int:draft_id>/delete")
@allow("analyst")
def confirm_deleting_draft(draft_id: int) -> Any:
    """What is lost with a draft, before it is."""
    shown = queries.draft_for(actor(), draft_id)
    waiting = queries.open_proposal_of(shown.id)
    changed = f"{shown.changed_by.name}于 {moment(shown.changed_at)} 最后修改"
    sentences = [
        f"草稿“{shown.name}”有 {len(shown.files)} 个文件，{changed}。",
        "删除后文件一并丢失，不能恢复；已发布的版本不受影响。",
    ]
    if waiting:
        sentences.append(f"待审批的发布申请第 {waiting.id} 号同时撤回。")
    return render_template(
        "studio/confirm.html",
        heading=f"删除草稿：{shown.name}",
        sentences=sentences,
        lost=[f"{title_of_file(each.name, each.text)}（{each.name}）" for each in shown.files],
        hidden={},
        reason=None,
        act=url_for("studio.delete_draft", draft_id=shown.id),
        label="删除草稿",
        back=url_for("studio.draft", draft_id=shown.id),
        errors=[],
    )


@bp.post("/drafts/<int:draft_id>/delete")
@allow("analyst")
def delete_draft(draft_id: int) -> Any:
    with transaction():
        operations.delete_draft(draft_id, actor=actor())
    flash("已删除草稿。", "success")
    return redirect(url_for("studio.index"))


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@bp.post("/drafts/<int:draft_id>/files")
@allow("analyst")
@takes_files(12)
def upload_files(draft_id: int) -> Any:
    """Files from a computer, single or as a zip, over those of the same names."""
    queries.draft_for(actor(), draft_id)
    end_reading()
    try:
        texts = checked_files(_uploaded())
        with transaction():
            changed = operations.save_files(draft_id, texts, actor=actor())
    except (Missing, NotAllowed):
        raise
    except Refused as refusal:
        return draft_page(queries.draft_for(actor(), draft_id), errors=objections_of(refusal)), 422
    flash(f"已导入 {'、'.join(changed)}。" if changed else "导入的文件与草稿中的相同。", "success")
    return redirect(url_for("studio.draft", draft_id=draft_id))


def _uploaded() -> dict[str, bytes]:
    """The files of the request by their names. Raises InvalidInput, Objected with the faults of all."""
    sent = [each for each in request.files.getlist("files") if each.filename]
    if not sent:
        raise InvalidInput(sentence="请选择文件。", field="files")
    files: dict[str, bytes] = {}
    faults: list[Refused] = []
    for each in sent:
        name, raw = each.filename or "", each.stream.read()
        try:
            files |= files_in(raw) if is_archive(name, raw) else {checked_name(name): raw}
        except Refused as fault:
            faults += [one for one in objections_of(fault) if isinstance(one, Refused)]
    if faults:
        raise Objected(faults)
    return files


@bp.get("/drafts/<int:draft_id>/files/<name>")
@allow("analyst", "publisher")
def draft_file(draft_id: int, name: str) -> Any:
    shown = queries.draft_for(actor(), draft_id)
    file = found(queries.file_of(shown.id, name))
    return _file_page(shown, name, file.text, etag_of(file.text))


def _file_page(shown: ProcessDraft, name: str, text: str, etag: str, errors: Sequence[Any] = ()) -> str:
    return render_template(
        "studio/file.html",
        draft=shown,
        name=name,
        kind=kind_of_file(name),
        text=text,
        etag=etag,
        largest=largest_of(name) // 1000,
        file=queries.file_of(shown.id, name),
        draws=actor().duty == "analyst",
        errors=errors,
    )


@bp.post("/drafts/<int:draft_id>/files/<name>")
@allow("analyst")
@takes_files(4)
def save_file(draft_id: int, name: str) -> Any:
    """What was typed into the text area; the hidden field names the content it was made of."""
    text, etag = request.form.get("text", "").replace("\r\n", "\n"), request.form.get("etag", "")
    try:
        read = checked_text(checked_name(name), text.encode())
        with transaction():
            operations.save_file(draft_id, name, read, actor=actor(), etags=[etag])
    except (Missing, NotAllowed):
        raise
    except Refused as refusal:
        shown = queries.draft_for(actor(), draft_id)
        return _file_page(shown, name, text, etag, objections_of(refusal)), 422
    flash(f"已保存 {name}。", "success")
    return redirect(url_for("studio.draft", draft_id=draft_id))


@bp.get("/drafts/<int:draft_id>/files/<name>/delete")
@allow("analyst")
def confirm_deleting_file(draft_id: int, name: str) -> Any:
    """What is lost with a file, before it is."""
    shown = queries.draft_for(actor(), draft_id)
    file = found(queries.file_of(shown.id, name))
    changed = f"{file.changed_by.name}于 {moment(file.changed_at)} 最后修改"
    return render_template(
        "studio/confirm.html",
        heading=f"删除文件：{title_of_file(name, file.text)}",
        sentences=[f"草稿“{shown.name}”中的{kind_of_file(name)} {name} 由{changed}。删除后内容丢失，不能恢复。"],
        lost=[],
        hidden={"etag": etag_of(file.text)},
        reason=None,
        act=url_for("studio.delete_file", draft_id=shown.id, name=name),
        label="删除文件",
        back=url_for("studio.draft", draft_id=shown.id),
        errors=[],
    )


@bp.post("/drafts/<int:draft_id>/files/<name>/delete")
@allow("analyst")
def delete_file(draft_id: int, name: str) -> Any:
    try:
        with transaction():
            operations.delete_file(draft_id, name, actor=actor(), etags=[request.form.get("etag", "")])
    except (Missing, NotAllowed):
        raise
    except Refused as refusal:
        return draft_page(queries.draft_for(actor(), draft_id), errors=objections_of(refusal)), 422
    flash(f"已删除 {name}。", "success")
    return redirect(url_for("studio.draft", draft_id=draft_id))


@bp.get("/drafts/<int:draft_id>/files/<name>/download")
@allow("analyst", "publisher")
def download_file(draft_id: int, name: str) -> Any:
    file = found(queries.file_of(queries.draft_for(actor(), draft_id).id, name))
    return given_out(name, media_type_of(name), file.text.encode())


@bp.get("/drafts/<int:draft_id>/diagrams/<name>")
@allow("analyst", "publisher")
def draft_diagram(draft_id: int, name: str) -> Any:
    """A diagram for the picture on the page."""
    file = found(queries.file_of(queries.draft_for(actor(), draft_id).id, name))
    return Response(file.text, mimetype=media_type_of(name))


@bp.get("/drafts/<int:draft_id>/export")
@allow("analyst", "publisher")
def draft_archive(draft_id: int) -> Any:
    shown = queries.draft_for(actor(), draft_id)
    archive = archive_of(shown.process_key, content_of(queries.files_of(shown.id)))
    return given_out(f"{shown.process_key}-draft-{shown.id}.zip", ZIP, archive)
