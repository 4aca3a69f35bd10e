"""推送地址: what an office's system administrator, or a superior's, sets up, changes and tries."""

from __future__ import annotations

import secrets
from collections.abc import Collection

from app import audit, clock
from app.access import Actor
from app.database import db, serialise
from app.divisions.models import Office
from app.errors import InvalidInput, Objected, Refused
from app.notifications.models import Delivery, Way, Webhook
from app.notifications.rules import KIND_NAMES, SECRET, SECRET_SAYS, Network, fault_of_url, kinds_named
from app.web import instant


class WebhookThere(Refused):
    code = "E-WEBHOOK"
    text = "{office}已有推送地址，请直接修改。"


def set_webhook(
    office: Office | None, url: str, secret: str, kinds: Collection[str], allowed: Collection[Network], *, actor: Actor
) -> Webhook:
    """Let that office's notices of these kinds be pushed to that address. Raises Objected, WebhookThere (E-WEBHOOK)."""
    faults = _faults(url, kinds, allowed)
    if office is None:
        faults.insert(0, InvalidInput(sentence="管辖范围内没有这个代码的机构。", field="office"))
    if not SECRET.fullmatch(secret):
        faults.append(InvalidInput(sentence=SECRET_SAYS, field="secret"))
    if faults or office is None:
        raise Objected(faults)
    serialise(f"webhook of {office.id}")
    if db.session.query(Webhook).filter_by(office_id=office.id).first() is not None:
        raise WebhookThere(office=office.name)
    hook = Webhook(office=office, url=url, secret=secret, kinds=kinds_named(kinds), changed_at=clock.now())
    db.session.add(hook)
    db.session.flush()
    audit.record("notifications/set_webhook", f"office:{office.code}", actor=actor, after={"url": url})
    return hook


def change_webhook(
    hook: Webhook,
    url: str,
    secret: str,
    kinds: Collection[str],
    allowed: Collection[Network],
    *,
    enabled: bool,
    actor: Actor,
) -> None:
    """Change it, or switch it off; without a secret the present one stays. Raises Objected."""
    faults = _faults(url, kinds, allowed)
    if secret and not SECRET.fullmatch(secret):
        faults.append(InvalidInput(sentence=SECRET_SAYS, field="secret"))
    if faults:
        raise Objected(faults)
    before = {"url": hook.url, "enabled": hook.enabled}
    hook.url, hook.kinds, hook.enabled, hook.changed_at = url, kinds_named(kinds), enabled, clock.now()
    if secret:
        hook.secret = secret
    after = {"url": url, "enabled": enabled, "secret_changed": bool(secret)}
    audit.record("notifications/change_webhook", f"office:{hook.office.code}", actor=actor, before=before, after=after)


def try_webhook(hook: Webhook, *, actor: Actor) -> None:
    """Write a message to it that says that it is a test."""
    now = clock.now()
    content = {"kind": "test", "office": hook.office.code, "at": instant(now)}
    key = f"test-{secrets.token_hex(8)}-webhook-{hook.id}"
    db.session.add(Delivery(key=key, way=Way.WEBHOOK, webhook_id=hook.id, content=content, written_at=now, due_at=now))
    audit.record("notifications/try_webhook", f"office:{hook.office.code}", actor=actor)


def _faults(url: str, kinds: Collection[str], allowed: Collection[Network]) -> list[Refused]:
    faults: list[Refused] = []
    if not url or len(url) > 300:
        faults.append(InvalidInput(sentence="请填写推送地址，不超过 300 个字符。", field="address"))
    elif why := fault_of_url(url, allowed):
        faults.append(InvalidInput(sentence=f"推送地址不能使用：{why}。", field="address"))
    if not kinds or any(each not in KIND_NAMES for each in kinds):
        faults.append(InvalidInput(sentence="请至少选择一类通知。", field="kinds"))
    return faults
