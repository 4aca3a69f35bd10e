"""通知推送: where offices' own systems hear of notices, what did not arrive there, and sending it again."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app.access import actor, allow
from app.database import transaction
from app.errors import InvalidInput, Objected, Refused, objections_of
from app.notifications import operations, queries
from app.notifications.adapters.configured import allowed_networks
from app.notifications.models import Webhook
from app.notifications.rules import KIND_NAMES
from app.notifications.views.blueprint import bp
from app.web import after_id, cursor_after, form_values, objections, read_query

PAGE = 50
KINDS = [{"const": kind, "title": name} for kind, name in KIND_NAMES.items()]
CHANGE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "address": {
            "type": "string",
            "title": "推送地址",
            "maxLength": 300,
            "description": "本单位系统的完整网址，以 https:// 开头；内部网络的地址须先由系统部署人员写入允许的网段",
        },
        "secret": {
            "type": "string",
            "title": "签名密钥",
            "format": "password",
            "maxLength": 128,
            "description": "32 至 128 个字符，由对方系统生成；保存后不再显示，修改时留空为不变",
        },
        "kinds": {"type": "array", "title": "推送哪些通知", "items": {"type": "string", "oneOf": KINDS}},
    },
    "required": ["address", "kinds"],
}
NEW: dict[str, Any] = {
    **CHANGE,
    "properties": {
        "office": {"type": "string", "title": "机构代码", "maxLength": 12, "description": "本机构或下级机构"},
        **CHANGE["properties"],
    },
    "required": ["office", *CHANGE["required"], "secret"],
}


def _shown(form: dict[str, Any]) -> dict[str, Any]:
    """The form as the page shows it: what may be chosen stands at the field, no longer at what it lists."""
    kinds = {**form["properties"]["kinds"], "oneOf": KINDS}
    return {**form, "properties": {**form["properties"], "kinds": kinds}}


DEAD = {"dead": {"type": "string", "enum": ["yes"]}}


@bp.get("/webhooks")
@allow("sysadmin")
def webhooks() -> Any:
    return _list({"office": actor().office_code, "kinds": list(KIND_NAMES)}, [])


@bp.post("/webhooks")
@allow("sysadmin")
def set_webhook() -> Any:
    typed = form_values(NEW)
    try:
        _check(NEW, typed)
        with transaction():
            office = queries.office_within(actor(), typed["office"])
            given = (office, typed["address"], typed["secret"], typed["kinds"], allowed_networks())
            hook_id = operations.set_webhook(*given, actor=actor()).id
    except Refused as refusal:
        return _list(typed, objections_of(refusal)), 422
    flash("推送地址已设置，可先测试推送。", "success")
    return redirect(url_for("notifications.webhook", webhook_id=hook_id))


@bp.get("/webhooks/<int:webhook_id>")
@allow("sysadmin")
def webhook(webhook_id: int) -> Any:
    hook = queries.webhook_for(actor(), webhook_id)
    return _page(hook, {"address": hook.url, "kinds": hook.kinds}, [])


@bp.post("/webhooks/<int:webhook_id>")
@allow("sysadmin")
def change_webhook(webhook_id: int) -> Any:
    typed, enabled = form_values(CHANGE), request.form.get("on") == "yes"
    try:
        _check(CHANGE, typed)
        with transaction():
            hook = queries.webhook_for(actor(), webhook_id)
            given = (hook, typed["address"], typed.get("secret", ""), typed["kinds"], allowed_networks())
            operations.change_webhook(*given, enabled=enabled, actor=actor())
    except Objected as refusal:
        return _page(queries.webhook_for(actor(), webhook_id), typed, objections_of(refusal)), 422
    flash("已保存。" if enabled else "已保存，推送停用。", "success")
    return redirect(url_for("notifications.webhook", webhook_id=webhook_id))


@bp.post("/webhooks/<int:webhook_id>/try")
@allow("sysadmin")
def try_webhook(webhook_id: int) -> Any:
    with transaction():
        operations.try_webhook(queries.webhook_for(actor(), webhook_id), actor=actor())
    flash("测试推送已排入发送，几秒后刷新本页可见结果。", "success")
    return redirect(url_for("notifications.webhook", webhook_id=webhook_id))


@bp.post("/webhooks/<int:webhook_id>/deliveries/<int:delivery_id>/again")
@allow("sysadmin")
def send_again(webhook_id: int, delivery_id: int) -> Any:
    with transaction():
        operations.send_again(delivery_id, queries.webhook_for(actor(), webhook_id), actor=actor())
    flash("已重新排入发送。", "success")
    return redirect(url_for("notifications.webhook", webhook_id=webhook_id, dead="yes"))


def _check(form: dict[str, Any], typed: dict[str, Any]) -> None:
    faults: list[InvalidInput] = list(objections(form, typed))
    if faults:
        raise Objected(list(faults))


def _list(values: dict[str, Any], errors: list[Any]) -> str:
    found = queries.webhooks(actor(), after=after_id() if request.method == "GET" else 0, limit=PAGE + 1)
    following = cursor_after(found, PAGE, lambda row: [row.Webhook.id])
    return render_template(
        "notifications/webhooks.html",
        rows=found[:PAGE],
        names=KIND_NAMES,
        form=_shown(NEW),
        values={**values, "secret": ""},
        errors=errors,
        next=url_for("notifications.webhooks", cursor=following) if following else None,
    )


def _page(hook: Webhook, values: dict[str, Any], errors: list[Any]) -> str:
    dead = "dead" in read_query(DEAD)
    before = after_id() if request.method == "GET" else 0
    found = queries.deliveries_of(hook.id, dead=dead, before=before, limit=PAGE + 1)
    following = cursor_after(found, PAGE, lambda each: [each.id])
    here: dict[str, Any] = {"webhook_id": hook.id, "dead": "yes" if dead else None}
    return render_template(
        "notifications/webhook.html",
        hook=hook,
        form=_shown(CHANGE),
        values={**values, "secret": ""},
        errors=errors,
        deliveries=found[:PAGE],
        names=KIND_NAMES,
        dead=dead,
        next=url_for("notifications.webhook", cursor=following, **here) if following else None,
    )
