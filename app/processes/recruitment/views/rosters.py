"""外招名单: uploaded by a school, looked through by each bureau, followed by the source."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from app.access import actor, allow, require
from app.cases import operations, queries
from app.cases.presenters.cases import compiled_version_of
from app.cases.rules.form_drafts import DraftPlace
from app.cases.transactions import submit_once
from app.cases.views.form_drafts import draft_shown, forget_sent, with_draft
from app.database import transaction
from app.divisions.models import BUREAUS
from app.errors import InvalidInput, Missing, Objected, Refused, Stale, objections_of
from app.office_settings.queries import reasons_in_force
from app.processes.recruitment import operations as lists
from app.processes.recruitment import queries as recruits
from app.processes.recruitment.models import ChildStatus, RosterChild
from app.processes.recruitment.presenters.plans import CHILD_STATUS_NAMES, particulars_of
from app.students.rules.directives import why_not_revoke
from app.web import add_menu, canonical, decode_cursor, encode_cursor, typed_text, whole_number
from app.web.errors import record_refused
from app.web.text import visible
from workflows import Refusal

bp = Blueprint("rosters", __name__, template_folder="../templates")
KEY = "recruitment_roster"
PAGE = 50
NUMBER = re.compile(r"[0-9]{17}[0-9Xx]")
add_menu("监测", "本地学生被外地录取", "rosters.wanted", ("operator", "approver"), kinds=BUREAUS)


@bp.get("/rosters/new")
@allow("operator")
def new_roster() -> Any:
    require(operations.is_startable(KEY, actor()))
    return _upload({"filing": request.args.get("filing", "")})


def _upload(typed: dict[str, str], errors: list[Refusal] | None = None) -> str:
    plans = recruits.open_plans_of(actor().office_id)
    draft = draft_shown(DraftPlace(process=KEY))
    text = render_template(
        "recruitment/upload.html", typed=typed, errors=errors or [], plans=plans, key=operations.new_key(), draft=draft
    )
    return with_draft(text, draft, url_for("rosters.upload_roster"), files=False)


@bp.post("/rosters")
@allow("operator")
def upload_roster() -> Any:
    require(operations.is_startable(KEY, actor()))
    typed = {name: typed_text(name) for name in ("filing", "list", "note")}
    application = {name: typed[name] for name in ("filing", "note") if typed[name]}
    rows = rows_in(typed["list"])

    def opened() -> int:
        case = operations.open_case(KEY, application, actor=actor(), rows=rows)
        forget_sent(DraftPlace(process=KEY))
        return case.id

    try:
        case_id = submit_once(
            request.form.get("key"),
            [application, rows],
            opened,
            actor=actor(),
        )
        number = queries.case_number(case_id)
    except (Stale, Missing):
        raise
    except Refused as refusal:
        record_refused(refusal)
        return _upload(typed, _by_line(refusal)), 422
    flash(f"名单已提交，共 {len(rows)} 人，办件编号 {number}。", "success")
    return redirect(url_for("cases.show", number=number))


def rows_in(text: str) -> list[dict[str, Any]]:
    """One child in each line, as copied from a spreadsheet: main number, name and, if known, the class."""
    rows = []
    for line in filter(None, (each.strip() for each in text.splitlines())):
        words = [word for word in re.split(r"[\s,，;；]+", line) if word]
        numbers = [word for word in words if NUMBER.fullmatch(canonical.identity_number(word))]
        rest = [word for word in words if word not in numbers]
        row: dict[str, Any] = {"main_number": canonical.identity_number(numbers[0])} if numbers else {}
        if len(rest) > 1 and (number := whole_number(rest[-1], least=0, most=99)) is not None:
            row["class_number"] = number
            rest.pop()
        if rest:
            row["name"] = canonical.name(" ".join(rest))
        rows.append(row)
    return rows


def _by_line(refusal: Refused) -> list[Refusal]:
    """The objections with the line they are about: `rows.2.main_number` becomes 第 3 行."""
    objected = objections_of(refusal)
    for each in objected:
        if found := re.fullmatch(r"rows\.([0-9]+)\..*", each.field or ""):
            each.field, each.detail = "list", f"第 {int(found[1]) + 1} 行：{each.detail}"
        elif each.field == "rows":
            each.field = "list"
    return objected


@bp.get("/cases/<number>/roster")
@allow("operator", "approver")
def roster(number: str) -> Any:
    return _list(number)


def _list(number: str, *, errors: list[Any] | None = None, typed: dict[int, tuple[str, str]] | None = None) -> str:
    """The list of one roster; an office that is to confirm it notes here whom it will not."""
    case, view = queries.case_for(actor(), number)
    found, place = recruits.roster_of(case.id), decode_cursor(int)
    if found is None or not view.content:
        raise Missing()
    children = recruits.children_of(case.id, status=_status(), after=place[0] if place else 0, limit=PAGE + 1)
    side = recruits.side_to_answer(case, actor())
    return render_template(
        "recruitment/roster.html",
        case=case,
        roster=found,
        children=children[:PAGE],
        counts=recruits.counts_of(case.id),
        statuses=CHILD_STATUS_NAMES,
        status=_status() or "",
        side=side,
        marks={child.position: (typed or {}).get(child.position, _mark_of(child, side)) for child in children[:PAGE]},
        marked=len(recruits.marked_by(case.id, side)) if side else 0,
        particulars=particulars_of(children[:PAGE], case),
        reasons=reasons_in_force(compiled_version_of(case), actor().office_path) if side else (),
        revocable={child.position for child in children if _is_revocable(child)},
        errors=errors or [],
        cursor=request.args.get("cursor"),
        next=url_for(
            "rosters.roster", number=number, cursor=encode_cursor([children[PAGE - 1].position]), status=_status()
        )
        if len(children) > PAGE
        else None,
    )


def _is_revocable(child: RosterChild) -> bool:
    directive = child.directive
    if directive is None:
        return False
    return why_not_revoke(directive.number, directive.status, directive.issuer_id, actor()) is None


def _status() -> str | None:
    status = request.args.get("status", "")
    if status not in {"", *ChildStatus}:
        raise Missing()
    return status or None


def _mark_of(child: RosterChild, side: str | None) -> tuple[str, str]:
    return (getattr(child, f"{side}_code"), getattr(child, f"{side}_reason")) if side else ("", "")


@bp.post("/cases/<number>/roster")
@allow("operator", "approver")
def mark_roster(number: str) -> Any:
    case, view = queries.case_for(actor(), number)
    if not view.content or recruits.roster_of(case.id) is None:
        raise Missing()
    marks = {
        _position(place): (code, typed_text(f"reason.{place}"))
        for name, code in request.form.items()
        if (place := name.removeprefix("reason_code.")) != name
    }
    try:
        with transaction():
            noted = lists.mark(case, marks, actor=actor())
    except Objected as refusal:
        return _list(number, errors=refusal.objections, typed=marks), 422
    flash(f"已保存：共标注 {noted} 人不予确认，在办件页作出确认后生效。", "success")
    return redirect(url_for("rosters.roster", number=number, cursor=request.args.get("cursor")))


def _position(text: str) -> int:
    position = whole_number(text, least=1)
    if position is None:
        raise InvalidInput(sentence=f"名单中没有第“{visible(text)}”名。", field="rows")
    return position


@bp.get("/recruits")
@allow("operator", "approver")
def wanted() -> Any:
    """我县学生被外地录取: for the bureau of the source, and those above it but the province."""
    require(actor().office_kind in BUREAUS)
    after: Any = decode_cursor(int, int)
    children = recruits.wanted_elsewhere(actor(), status=_status(), after=after, limit=PAGE + 1)
    last = children[PAGE - 1] if len(children) > PAGE else None
    return render_template(
        "recruitment/wanted.html",
        children=children[:PAGE],
        statuses=CHILD_STATUS_NAMES,
        status=_status() or "",
        next=url_for("rosters.wanted", cursor=encode_cursor([last.case_id, last.position]), status=_status())
        if last
        else None,
    )
