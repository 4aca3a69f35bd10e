"""人员与岗位: what an office's leader proposes, what a security administrator decides."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from app import clock
from app.access import Actor, actor, allow
from app.database import end_reading, transaction
from app.divisions.models import Office
from app.errors import InvalidInput, Objected, Refused, objections_of
from app.identity.models import DUTY_NAMES, Post
from app.identity.operations import hashed
from app.personnel import operations, queries
from app.personnel.models import KIND_NAMES, STATUS_NAMES
from app.personnel.rules import duties_at
from app.web import add_menu, after_id, cursor_after, form_values, objections, read_query, typed_text, whole_number
from app.web.formatting import MOST_COUNTED
from app.web.home import Tile, add_tiles

bp = Blueprint("personnel", __name__, template_folder="templates", url_prefix="/people")
PAGE = 50
OFFICE = {"office": {"type": "string", "maxLength": 12}}
HANDING_ON: dict[str, Any] = {
    "type": "object",
    "properties": {"why": {"type": "string", "title": "移交原因", "maxLength": 200, "x-widget": "textarea"}},
    "required": ["why"],
}
add_menu("系统", "人员与岗位", "personnel.index", ("approver",))
add_menu("账号", "任职审批", "personnel.proposals", ("secadmin",))


def _waiting(caller: Actor) -> Iterator[Tile]:
    count = queries.count_open_proposals(caller, MOST_COUNTED)
    yield Tile("post_proposals", "待审批的任职", url_for("personnel.proposals"), count, most=MOST_COUNTED)


add_tiles(_waiting, ("secadmin",))


def _appointing(office: Office) -> dict[str, Any]:
    duties = [{"const": duty.value, "title": DUTY_NAMES[duty]} for duty in duties_at(office.kind)]
    return {
        "type": "object",
        "properties": {
            "name": {"type": "string", "title": "姓名", "maxLength": 40},
            "username": {
                "type": "string",
                "title": "用户名",
                "maxLength": 40,
                "description": "已有账号的填原用户名；新人由同意任职时建立账号",
            },
            "duty": {"type": "string", "title": "岗位", "oneOf": duties},
            "starts_on": {"type": "string", "title": "任职起日", "format": "date"},
            "ends_on": {"type": "string", "title": "任职止日", "format": "date", "description": "不填为长期"},
            "reason": {"type": "string", "title": "事由", "maxLength": 200, "x-widget": "textarea"},
        },
        "required": ["name", "username", "duty", "starts_on", "reason"],
    }


def _relieving(post: Post) -> dict[str, Any]:
    people = [{"const": each.id, "title": each.name} for each in operations.colleagues_for(post)]
    return {
        "type": "object",
        "properties": {
            "ends_on": {"type": "string", "title": "最后一日", "format": "date"},
            "to_user": {
                "type": "integer",
                "title": "名下待办移交给",
                "oneOf": people,
                "description": "到期后由系统移交；不选或其人不能办理的，退还本机构同岗位人员",
            },
            "reason": {"type": "string", "title": "事由", "maxLength": 200, "x-widget": "textarea"},
        },
        "required": ["ends_on", "reason"],
    }


@bp.get("")
@allow("approver")
def index() -> Any:
    return _page(_asked_office(), {"starts_on": clock.today().isoformat()}, [])


def _asked_office() -> Office:
    code = read_query(OFFICE).get("office", "") or actor().office_code
    return queries.office_led(actor(), code)


@bp.post("/proposals")
@allow("approver")
def propose() -> Any:
    office = queries.office_led(actor(), request.form.get("office_code", "")[:12])
    form = _appointing(office)
    typed = form_values(form)
    try:
        _check(form, typed)
        with transaction():
            operations.propose(office, typed, actor=actor())
    except Objected as refusal:
        return _page(queries.office_led(actor(), office.code), typed, objections_of(refusal)), 422
    flash("任职申请已提出，由安全管理员审批。", "success")
    return redirect(url_for("personnel.index", office=office.code))


def _page(office: Office, values: Mapping[str, Any], errors: list[Any]) -> str:
    before = after_id() if request.method == "GET" else 0
    found = queries.proposals_of(office.id, before=before, limit=PAGE + 1)
    following = cursor_after(found, PAGE, lambda each: [each.id])
    granting = queries.granting_office(office, {actor().user_id or 0})
    return render_template(
        "personnel/index.html",
        office=office,
        offices=queries.offices_led(actor()),
        held=queries.posts_at(office.id),
        duties=DUTY_NAMES,
        kinds=KIND_NAMES,
        statuses=STATUS_NAMES,
        proposals=found[:PAGE],
        granting=granting,
        form=_appointing(office),
        values=values,
        errors=errors,
        next=url_for("personnel.index", office=office.code, cursor=following) if following else None,
    )


@bp.get("/posts/<int:post_id>")
@allow("approver")
def post(post_id: int) -> Any:
    return _post_page(queries.post_led(actor(), post_id), {"ends_on": clock.today().isoformat()}, [])


@bp.post("/posts/<int:post_id>/end")
@allow("approver")
def propose_end(post_id: int) -> Any:
    held = queries.post_led(actor(), post_id)
    form = _relieving(held)
    typed = form_values(form)
    try:
        _check(form, typed)
        with transaction():
            operations.propose_end(queries.post_led(actor(), post_id), typed, actor=actor())
    except Objected as refusal:
        return _post_page(queries.post_led(actor(), post_id), typed, objections_of(refusal)), 422
    flash("离任申请已提出，由安全管理员审批。", "success")
    return redirect(url_for("personnel.index", office=held.office.code))


@bp.post("/posts/<int:post_id>/hand-on")
@allow("approver")
def hand_on(post_id: int) -> Any:
    """Hand every open task of this post on to a colleague now, each in a transaction of its own."""
    held = queries.post_led(actor(), post_id)
    to_user, why = whole_number(request.form.get("to", "")), typed_text("why").strip()
    faults: list[Refused] = list(objections(HANDING_ON, {"why": why} if why else {}))
    if fault := _fault_of_heir(held, to_user):
        faults.insert(0, fault)
    if faults:
        return _post_page(
            held, {"ends_on": clock.today().isoformat()}, faults, handing={"to": to_user, "why": why}
        ), 422
    code = held.office.code
    taken = hand_on_tasks(held, to_user, why, actor())
    flash(
        f"已移交 {sum(taken)} 件" + (f"，{len(taken) - sum(taken)} 件退还本机构。" if not all(taken) else "。"),
        "success",
    )
    return redirect(url_for("personnel.index", office=code))


def hand_on_tasks(held: Post, to_user: int | None, why: str, caller: Actor) -> list[bool]:
    """Hand every open task of a post on, each in a transaction of its own; of each whether the colleague has it now.

    Raises InvalidInput for somebody who holds no such post there.
    """
    if fault := _fault_of_heir(held, to_user):
        raise fault
    taken, whose = [], held.user_id
    for task_id in queries.tasks_held(whose, held.office_id, held.duty):
        end_reading()
        try:
            with transaction():
                taken.append(operations.hand_on(task_id, whose, to_user, why, actor=caller))
        except Refused:  # decided meanwhile
            continue
    return taken


def _fault_of_heir(held: Post, to_user: int | None) -> InvalidInput | None:
    if to_user in {each.id for each in operations.colleagues_for(held)}:
        return None
    return InvalidInput(sentence="请选择本机构同一岗位的人员。", field="to")


def new_password() -> str:
    """A first password: to be said once, and changed before anything else."""
    return f"Xj-{secrets.token_urlsafe(9)}-7"


def _post_page(
    held: Post, values: Mapping[str, Any], errors: list[Any], *, handing: Mapping[str, Any] | None = None
) -> str:
    return render_template(
        "personnel/post.html",
        held=held,
        form=_relieving(held),
        values=values,
        errors=errors,
        handing=handing or {"to": None, "why": ""},
        people=operations.colleagues_for(held),
        tasks=len(queries.tasks_held(held.user_id, held.office_id, held.duty)),
    )


@bp.get("/proposals")
@allow("secadmin")
def proposals() -> Any:
    return _proposals_page([])


@bp.post("/proposals/<int:proposal_id>/decision")
@allow("secadmin")
def decide(proposal_id: int) -> Any:
    """Grant or refuse it. The first password of a new account stands on this answer alone, for whoever hands it over:
    a message for the next page would lie in a cookie, which anybody at this computer reads.
    """
    caller, agrees = actor(), request.form.get("outcome") == "agree"
    first = new_password()
    password_hash = hashed(first) if agrees else ""
    try:
        with transaction():
            proposal = queries.proposal_for(caller, proposal_id)
            if not agrees:
                operations.refuse(proposal, typed_text("opinion"), actor=caller)
            granted = operations.grant(proposal, password_hash, actor=caller) if agrees else None
    except InvalidInput as refusal:
        return _proposals_page([refusal]), 422
    if granted is not None and granted.is_new:
        return render_template("personnel/first_password.html", username=granted.username, password=first)
    flash("已同意。" if agrees else "已答复不同意。", "success")
    return redirect(url_for("personnel.proposals"))


@bp.post("/proposals/<int:proposal_id>/withdraw")
@allow("approver")
def withdraw(proposal_id: int) -> Any:
    with transaction():
        proposal = queries.proposal_for(actor(), proposal_id)
        operations.withdraw(proposal, actor=actor())
        code = proposal.office.code
    flash("申请已撤回。", "success")
    return redirect(url_for("personnel.index", office=code))


def _proposals_page(errors: list[Any]) -> str:
    found = queries.open_proposals(actor(), after=after_id() if request.method == "GET" else 0, limit=PAGE + 1)
    following = cursor_after(found, PAGE, lambda each: [each.id])
    return render_template(
        "personnel/proposals.html",
        rows=[(each, operations.why_not_grant(each, actor())) for each in found[:PAGE]],
        duties=DUTY_NAMES,
        kinds=KIND_NAMES,
        errors=errors,
        next=url_for("personnel.proposals", cursor=following) if following else None,
    )


def _check(form: Mapping[str, Any], typed: Mapping[str, Any]) -> None:
    if faults := list(objections(form, typed)):
        raise Objected(list(faults))
