"""通知方式: every person's own."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for

from app.access import Actor, actor, allow
from app.database import transaction
from app.errors import Objected, Refused, objections_of
from app.notifications import operations, queries
from app.notifications.adapters.configured import mail_server
from app.notifications.models import NotificationPreference
from app.notifications.operations.confirmations import WRONG_PER_HOUR, wrong_code
from app.notifications.rules import KIND_NAMES, NOT_AT_ALL, WAY_NAMES
from app.notifications.views.blueprint import bp
from app.web import form_values, objections, rate_limits, typed_text

HOURS = [{"const": hour, "title": f"{hour:02d}:00"} for hour in range(24)]
WAYS = [{"const": way, "title": name} for way, name in WAY_NAMES.items()]
FORM: dict[str, Any] = {
    "type": "object",
    "properties": {
        "email": {
            "type": "string",
            "title": "电子邮箱",
            "maxLength": 120,
            "description": "请用单位邮箱；邮件只写办件编号、流程和环节，不含学生信息",
        },
        **{
            f"way_{kind}": {"type": "string", "title": name, "oneOf": WAYS, "x-section": "哪些通知发到邮箱"}
            for kind, name in KIND_NAMES.items()
        },
        "digest": {
            "type": "boolean",
            "title": "接收每日汇总",
            "description": "每个工作日 8:30 一封：待办件数、超期件数，以及选为列入汇总的通知；没有内容不发",
            "x-section": "每日汇总与免打扰",
        },
        "quiet_from": {
            "type": "integer",
            "title": "免打扰开始",
            "oneOf": HOURS,
            "description": "其间的邮件留到结束时再发；两项都不选为不限",
            "x-section": "每日汇总与免打扰",
        },
        "quiet_until": {"type": "integer", "title": "免打扰结束", "oneOf": HOURS, "x-section": "每日汇总与免打扰"},
    },
}


@bp.get("/me/notifications")
@allow("operator", "approver")
def preferences() -> Any:
    return _page(_values(queries.preference_of(actor().user_id or 0)), [])


@bp.post("/me/notifications")
@allow("operator", "approver")
def choose() -> Any:
    typed = form_values(FORM)
    try:
        if faults := objections(FORM, typed):
            raise Objected(list(faults))
        with transaction():
            operations.choose(typed, actor=actor())
    except Refused as refusal:
        return _page(typed, objections_of(refusal)), 422
    flash("通知方式已保存。", "success")
    return redirect(url_for("notifications.preferences"))


@bp.post("/me/notifications/confirmation")
@allow("operator", "approver")
def confirm() -> Any:
    """Take the code that was sent to the address."""
    try:
        take_code(typed_text("code"), actor())
    except Refused as refusal:
        return _page(_values(queries.preference_of(actor().user_id or 0)), objections_of(refusal)), 422
    flash("邮箱已确认，以后的通知将按所选方式发送。", "success")
    return redirect(url_for("notifications.preferences"))


@bp.post("/me/notifications/confirmation/again")
@allow("operator", "approver")
def ask_again() -> Any:
    with transaction():
        operations.ask_to_confirm(queries.own_preference(actor()))
    flash("确认邮件已排入发送。", "success")
    return redirect(url_for("notifications.preferences"))


def take_code(typed: str, caller: Actor) -> None:
    """Confirm the caller's address by that code. Raises NothingToConfirm, Objected (another code), TooMany."""
    with transaction():
        right = operations.confirm(queries.preference_of(caller.user_id or 0), typed, actor=caller)
    if not right:
        rate_limits.take_wrong("email-wrong", most=WRONG_PER_HOUR, seconds=3600, who=f"user-{caller.user_id}")
        raise wrong_code()


def _values(kept: NotificationPreference | None) -> dict[str, Any]:
    if kept is None:
        return {f"way_{kind}": NOT_AT_ALL for kind in KIND_NAMES}
    ways = {f"way_{kind}": kept.ways.get(kind, NOT_AT_ALL) for kind in KIND_NAMES}
    more = {"email": kept.email, "digest": kept.digest, "quiet_from": kept.quiet_from, "quiet_until": kept.quiet_until}
    return ways | more


def _page(values: dict[str, Any], errors: list[Any]) -> str:
    return render_template(
        "notifications/preferences.html",
        form=FORM,
        values=values,
        errors=errors,
        mails=queries.mails_of(actor().user_id or 0),
        sends=mail_server() is not None,
        kept=queries.preference_of(actor().user_id or 0),
    )
