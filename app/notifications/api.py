"""Notice preferences and webhooks, for programs."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from flask import Blueprint

from app.access import actor, allow
from app.database import db, transaction
from app.divisions.presenters import OfficeBriefJson, office_brief
from app.notifications import operations, queries
from app.notifications.adapters.configured import allowed_networks
from app.notifications.models import Delivery, NotificationPreference, Webhook
from app.notifications.rules import KIND_NAMES, NOT_AT_ALL, WAY_NAMES
from app.notifications.views.preferences import take_code
from app.web import Asked, Instant, Page, instant, operation, page_of, read_json

bp = Blueprint("notifications_api", __name__, url_prefix="/api/v1")
HOUR = {"type": ["integer", "null"], "minimum": 0, "maximum": 23}
PREFERENCE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "email": {"type": "string", "title": "电子邮箱", "maxLength": 120},
        "ways": {
            "type": "object",
            "title": "哪些通知发到邮箱",
            "properties": {
                kind: {"type": "string", "title": name, "enum": list(WAY_NAMES)} for kind, name in KIND_NAMES.items()
            },
            "additionalProperties": False,
        },
        "digest": {"type": "boolean", "title": "接收每日汇总"},
        "quiet_from": {**HOUR, "title": "免打扰开始"},
        "quiet_until": {**HOUR, "title": "免打扰结束"},
    },
    "required": ["email", "ways"],
    "additionalProperties": False,
}
CODE = {
    "type": "object",
    "properties": {"code": {"type": "string", "title": "确认码", "minLength": 1, "maxLength": 12}},
    "required": ["code"],
}
CHANGE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "address": {"type": "string", "title": "推送地址", "maxLength": 300},
        "secret": {"type": "string", "title": "签名密钥", "format": "password", "maxLength": 128},
        "kinds": {
            "type": "array",
            "title": "推送哪些通知",
            "items": {"type": "string", "enum": list(KIND_NAMES)},
            "minItems": 1,
            "maxItems": len(KIND_NAMES),
        },
        "enabled": {"type": "boolean", "title": "启用推送"},
    },
    "required": ["address", "kinds"],
    "additionalProperties": False,
}
NEW: dict[str, Any] = {
    **CHANGE,
    "properties": {
        "office": {"type": "string", "title": "机构代码", "maxLength": 12},
        **{name: part for name, part in CHANGE["properties"].items() if name != "enabled"},
    },
    "required": ["office", "address", "kinds", "secret"],
}


class NotificationPreferenceJson(TypedDict):
    """通知偏好: the caller's own. Until `confirmed` the address gets the confirmation mail alone."""

    email: str
    confirmed: bool
    ways: dict[str, Literal["mail", "digest", "none"]]
    digest: bool
    quiet_from: int | None
    quiet_until: int | None


class WebhookJson(TypedDict):
    """推送地址: where an office's system hears of its notices; its secret is never given out."""

    id: int
    office: OfficeBriefJson
    address: str
    kinds: list[str]
    enabled: bool
    changed_at: Instant


class DeliveryJson(TypedDict):
    """通知投递: one push; `failed_at` when nobody tries any longer, `fault` of the last attempt."""

    id: int
    key: str
    kind: str
    case: str | None
    written_at: Instant
    due_at: Instant
    attempts: int
    sent_at: Instant | None
    failed_at: Instant | None
    fault: str


@bp.get("/me/notifications")
@allow("operator", "approver")
@operation("本人的通知方式")
def show_preference() -> NotificationPreferenceJson:
    return _preference(queries.preference_of(actor().user_id or 0))


@bp.put("/me/notifications")
@allow("operator", "approver")
@operation("选择本人的通知方式；没有写的通知不发邮件；换了邮箱须重新确认", body=PREFERENCE, refuses=(429,))
def choose_notifications() -> NotificationPreferenceJson:
    typed = read_json(PREFERENCE)
    ways = {f"way_{kind}": typed["ways"].get(kind, NOT_AT_ALL) for kind in KIND_NAMES}
    with transaction():
        kept = operations.choose({**typed, **ways}, actor=actor())
        return _preference(kept)


@bp.post("/me/notifications/confirmation")
@allow("operator", "approver")
@operation("用邮件中的确认码确认本人的邮箱", body=CODE, refuses=(429,))
def confirm_address() -> NotificationPreferenceJson:
    caller = actor()
    take_code(read_json(CODE)["code"], caller)
    return _preference(queries.preference_of(caller.user_id or 0))


@bp.post("/me/notifications/confirmation/again")
@allow("operator", "approver")
@operation("重新发送确认邮件", status=204, refuses=(404, 429))
def ask_to_confirm_address() -> None:
    with transaction():
        operations.ask_to_confirm(queries.own_preference(actor()))


@bp.get("/webhooks")
@allow("sysadmin")
@operation("管辖范围内的推送地址", cursor=(int,))
def list_webhooks(asked: Asked) -> Page[WebhookJson]:
    limit = asked["limit"]
    found = queries.webhooks(actor(), after=asked["after"] or 0, limit=limit + 1)
    return page_of(found, limit, lambda row: _webhook(row.Webhook), lambda row: [row.Webhook.id])


@bp.post("/webhooks")
@allow("sysadmin")
@operation("设置本机构或下级机构的推送地址；每个机构一个", body=NEW, status=201)
def set_webhook() -> WebhookJson:
    typed, caller = read_json(NEW), actor()
    with transaction():
        office = queries.office_within(caller, typed["office"])
        given = (office, typed["address"], typed["secret"], typed["kinds"], allowed_networks())
        return _webhook(operations.set_webhook(*given, actor=caller))


@bp.get("/webhooks/<int:webhook_id>")
@allow("sysadmin")
@operation("一个推送地址")
def show_webhook(webhook_id: int) -> WebhookJson:
    return _webhook(queries.webhook_for(actor(), webhook_id))


@bp.put("/webhooks/<int:webhook_id>")
@allow("sysadmin")
@operation("修改推送地址；不写签名密钥则不变，不写 enabled 则启用", body=CHANGE)
def change_webhook(webhook_id: int) -> WebhookJson:
    typed, caller = read_json(CHANGE), actor()
    with transaction():
        hook = queries.webhook_for(caller, webhook_id)
        given = (hook, typed["address"], typed.get("secret", ""), typed["kinds"], allowed_networks())
        operations.change_webhook(*given, enabled=typed.get("enabled", True), actor=caller)
        db.session.flush()
        return _webhook(hook)


@bp.post("/webhooks/<int:webhook_id>/try")
@allow("sysadmin")
@operation("测试推送：写一条测试通知，随后发送", status=204)
def try_webhook(webhook_id: int) -> None:
    with transaction():
        operations.try_webhook(queries.webhook_for(actor(), webhook_id), actor=actor())


@bp.get("/webhooks/<int:webhook_id>/deliveries")
@allow("sysadmin")
@operation(
    "推送记录，新的在前",
    query={"dead": {"type": "boolean", "description": "true 则只列未送达的"}},
    cursor=(int,),
)
def list_deliveries(webhook_id: int, asked: Asked) -> Page[DeliveryJson]:
    hook, limit = queries.webhook_for(actor(), webhook_id), asked["limit"]
    dead, before = asked.get("dead", False), asked["after"] or 0
    found = queries.deliveries_of(hook.id, dead=dead, before=before, limit=limit + 1)
    return page_of(found, limit, _delivery, lambda each: [each.id])


@bp.post("/webhooks/<int:webhook_id>/deliveries/<int:delivery_id>/again")
@allow("sysadmin")
@operation("重新发送一条未送达的推送", status=204)
def send_delivery_again(webhook_id: int, delivery_id: int) -> None:
    with transaction():
        operations.send_again(delivery_id, queries.webhook_for(actor(), webhook_id), actor=actor())


def _preference(kept: NotificationPreference | None) -> NotificationPreferenceJson:
    return {
        "email": kept.email if kept else "",
        "confirmed": kept is not None and kept.confirmed_at is not None,
        "ways": {kind: (kept.ways if kept else {}).get(kind, NOT_AT_ALL) for kind in KIND_NAMES},
        "digest": kept is not None and kept.digest,
        "quiet_from": kept.quiet_from if kept else None,
        "quiet_until": kept.quiet_until if kept else None,
    }


def _webhook(hook: Webhook) -> WebhookJson:
    return {
        "id": hook.id,
        "office": office_brief(hook.office),
        "address": hook.url,
        "kinds": hook.kinds,
        "enabled": hook.enabled,
        "changed_at": instant(hook.changed_at),
    }


def _delivery(each: Delivery) -> DeliveryJson:
    return {
        "id": each.id,
        "key": each.key,
        "kind": each.content["kind"],
        "case": each.content.get("case"),
        "written_at": instant(each.written_at),
        "due_at": instant(each.due_at),
        "attempts": each.attempts,
        "sent_at": instant(each.sent_at),
        "failed_at": instant(each.failed_at),
        "fault": each.fault,
    }
