"""批量导入: choose, check, rehearse, import; the failed rows back as a file."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, send_file, url_for

from app.access import actor, allow, require
from app.cases.views.applications import prepared
from app.database import end_reading, transaction
from app.errors import InvalidInput
from app.imports import operations, queries
from app.imports.import_types import KINDS, Kind, kind_of, kinds_for
from app.imports.models import STATE_NAMES, STATUS_NAMES, WORKING, FileStatus, ImportFile, RowState
from app.imports.presenters.imports import columns_by_name, failed_workbook, row_shown
from app.imports.presenters.workbooks import SPREADSHEET, template_of
from app.imports.queries.rosters import MOST_ROWS, columns_for
from app.imports.workbook import Unreadable
from app.web import add_menu, encode_cursor
from app.web.pagination import decode_cursor

bp = Blueprint("imports", __name__, url_prefix="/imports", template_folder="templates")
PAGE = 50  # rows
SCHOOLS_SHOWN = 50
ALL = "all"  # rows of every state; without a word the wrong ones are shown, if there are any

add_menu("办事", "批量导入", "imports.index", ("operator",))


@bp.get("/")
@allow("operator")
def index() -> Any:
    """Every kind with its template, and the office's imports so far."""
    return _index()


def _index(errors: tuple[Any, ...] = (), chosen: str = "") -> str:
    place = decode_cursor(int)
    files = queries.files_of(actor(), before=place[0] if place else None, limit=21)
    return render_template(
        "imports/index.html",
        kinds=kinds_for(actor()),
        remembered={kind.key: _remembered(kind) for kind in kinds_for(actor())},
        names={key: kind.name for key, kind in KINDS.items()},
        most=MOST_ROWS,
        files=files[:20],
        counts=queries.counts_of([each.id for each in files[:20]]),
        states=RowState,
        status_names=STATUS_NAMES,
        next=url_for("imports.index", cursor=encode_cursor([files[19].id])) if len(files) > 20 else None,
        errors=errors,
        chosen=chosen,
    )


def _remembered(kind: Kind) -> list[tuple[str, str]]:
    """Captions that the office has matched by hand, each with the caption of its field; none: not to be read."""
    columns = columns_by_name(kind)
    matched = queries.matches_of(actor().office_id, kind.key)
    return [(caption, columns[name].caption if name in columns else "") for caption, name in matched.items()]


@bp.get("/<key>/template.xlsx")
@allow("operator")
def template(key: str) -> Any:
    kind = kind_of(key, actor().office_id)
    require(kind.offered_to(actor()))
    return _download(template_of(kind, names_school=_names_school()), f"{kind.name}模板.xlsx")


def _names_school() -> bool:
    return actor().office_kind != "school"


def _download(content: bytes, name: str) -> Response:
    return send_file(io.BytesIO(content), mimetype=SPREADSHEET, as_attachment=True, download_name=name)


@bp.post("/")
@allow("operator")
def upload() -> Any:
    kind, sent = kind_of(request.form.get("kind", ""), actor().office_id), request.files.get("file")
    content = sent.read() if sent else b""
    try:
        if not sent or not sent.filename:
            raise Unreadable("E-FILE-TYPE", "请先选择填好的文件（.xlsx、.xls 或 .csv）。")
        looked = operations.look_at(kind, sent.filename, content, actor=actor())
        end_reading()
        with transaction():
            file_id = operations.receive(looked, actor=actor()).id
    except Unreadable as refusal:
        return _index((refusal,), kind.key), 422
    return redirect(url_for("imports.show", file_id=file_id))


@bp.get("/<int:file_id>")
@allow("operator")
def show(file_id: int) -> Any:
    """Progress while it is worked on; then the rehearsal, or what came of it, and the rows."""
    file = queries.file_for(actor(), file_id)
    kind = kind_of(file.kind, file.office_id)
    if file.status in (*WORKING, FileStatus.REFUSED):
        return render_template("imports/progress.html", file=file, kind=kind, **_progress(file))
    return _results(file, kind)


def _results(file: ImportFile, kind: Kind) -> str:
    counts, place = queries.counts_of([file.id])[file.id], decode_cursor(int)
    wanted = request.args.get("state") or ("error" if counts[RowState.ERROR] else ALL)
    state = RowState(wanted) if wanted in set(RowState) else None
    rows = queries.rows_of(file, state=state, after=place[0] if place else 0, limit=PAGE + 1)
    cases, columns = queries.case_numbers(rows[:PAGE]), columns_by_name(kind)
    schools = queries.rehearse(file, kind)
    following = encode_cursor([rows[PAGE - 1].number]) if len(rows) > PAGE else None
    return render_template(
        "imports/results.html",
        file=file,
        kind=kind,
        against=kind.objections() if file.status is FileStatus.CHECKED else (),
        counts=counts,
        states=RowState,
        names=STATE_NAMES,
        status_names=STATUS_NAMES,
        may_change=actor().office_kind == "school",
        wanted=state.value if state else ALL,
        all=ALL,
        schools=schools[:SCHOOLS_SHOWN],
        school_count=len(schools),
        short=[each for each in schools if each.left < 0],
        rows=[row_shown(kind, columns, row, cases) for row in rows[:PAGE]],
        next=url_for("imports.show", file_id=file.id, state=wanted, cursor=following) if following else None,
    )


def _progress(file: ImportFile) -> dict[str, Any]:
    counts = queries.counts_of([file.id])[file.id]
    taken = counts[RowState.IMPORTED]
    total = taken + sum(counts[state] for state in operations.importable(file))
    checking = file.status is FileStatus.RECEIVED
    percent = file.share // 10 if checking else 100 * taken // max(1, total)
    return {"counts": counts, "states": RowState, "percent": percent, "checking": checking, "total": total}


@bp.get("/<int:file_id>/progress")
@allow("operator")
def progress(file_id: int) -> Any:
    """The part of the page that moves; it says when there is more to see."""
    file = queries.file_for(actor(), file_id)
    response = Response(render_template("imports/_progress.html", file=file, **_progress(file)))
    if file.status not in WORKING:
        response.headers["X-Finished"] = "yes"
    return response


@bp.post("/<int:file_id>/confirm")
@allow("operator")
def confirm(file_id: int) -> Any:
    with transaction():
        file = queries.file_for(actor(), file_id)
        operations.confirm(file, with_warnings=request.form.get("with_warnings") == "yes", actor=actor())
    return redirect(url_for("imports.show", file_id=file_id))


@bp.get("/<int:file_id>/captions")
@allow("operator")
def captions(file_id: int) -> Any:
    """The foreign captions of a file, each beside the fields it may mean."""
    return _captions(queries.file_for(actor(), file_id))


def _captions(file: ImportFile, errors: tuple[Any, ...] = ()) -> str:
    require(file.can_be_matched)
    kind = kind_of(file.kind, file.office_id)
    columns = columns_for(kind, names_school=_names_school())
    return render_template(
        "imports/captions.html", file=file, kind=kind, columns=columns, typed=_chosen(), errors=errors
    )


def _chosen() -> dict[str, str]:
    """What was chosen for each foreign caption, by its place on the page; `-` is: not to be read."""
    return {name: value for name, value in request.form.items() if name.startswith("caption-") and value}


@bp.post("/<int:file_id>/captions")
@allow("operator")
def match(file_id: int) -> Any:
    file = queries.file_for(actor(), file_id)
    foreign, typed = dict(enumerate(file.foreign_captions)), _chosen()
    chosen = {
        foreign[place]: "" if typed[name] == "-" else typed[name]
        for place in foreign
        if (name := f"caption-{place}") in typed
    }
    try:
        with transaction():
            operations.match(queries.file_for(actor(), file_id), chosen, actor=actor())
    except InvalidInput as refusal:
        return _captions(queries.file_for(actor(), file_id), (refusal,)), 422
    flash("已按所选的对应关系重新检查；本机构以后的文件也照此对应。", "success")
    return redirect(url_for("imports.show", file_id=file_id))


@bp.post("/<key>/captions/forget")
@allow("operator")
def forget(key: str) -> Any:
    with transaction():
        operations.forget(kind_of(key), request.form.get("caption", ""), actor=actor())
    flash("已删除这条对应关系。", "success")
    return redirect(url_for("imports.index"))


@bp.get("/<int:file_id>/rows/<int:number>/<process>")
@allow("operator")
def correct(file_id: int, number: int, process: str) -> Any:
    """The application by which what a row says otherwise than the record may be changed, filled in."""
    student_id, values = queries.correction_of(queries.file_for(actor(), file_id), number, process)
    return prepared(process, student_id, values)


@bp.post("/<int:file_id>/discard")
@allow("operator")
def discard(file_id: int) -> Any:
    with transaction():
        operations.discard(queries.file_for(actor(), file_id), actor=actor())
    flash("已放弃这份文件，其中的数据已删除。", "success")
    return redirect(url_for("imports.index"))


@bp.post("/<int:file_id>/failed.xlsx")
@allow("operator")
def failed(file_id: int) -> Any:
    """The rows with an error, in full, to be corrected and sent again."""
    with transaction():
        operations.hand_out_failed(queries.file_for(actor(), file_id), actor=actor())
    file = queries.file_for(actor(), file_id)
    return _download(failed_workbook(file, names_school=_names_school()), f"导入{file_id}有问题的行.xlsx")
