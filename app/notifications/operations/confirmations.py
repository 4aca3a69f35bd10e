"""确认邮箱: an address gets mail only once its owner has typed the code that was sent there."""

from __future__ import annotations

import base64
import hmac

from app import audit, clock
from app.access import Actor
from app.database import db
from app.encryption import check_mark
from app.errors import InvalidInput, Objected, Refused
from app.notifications.models import Delivery, NotificationPreference, Way
from app.notifications.operations.contents import confirmation_of
from app.notifications.rules import CONFIRMED_WITHIN
from app.web import rate_limits

LENGTH = 8  # letters and digits of a code: 40 bits
WRONG_PER_HOUR = 10
MAILS_PER_HOUR = 5  # of one person, who might give anybody's address


class NothingToConfirm(Refused):
    code = "E-EMAIL"
    text = "{why}"


def ask_to_confirm(preference: NotificationPreference) -> None:
    """Send a code to the address that was just given, or once more. Raises TooMany, NothingToConfirm (E-EMAIL)."""
    if not preference.email:
        raise NothingToConfirm(why="还没有填写电子邮箱。")
    if preference.confirmed_at is not None:
        raise NothingToConfirm(why="该邮箱已经确认，不必再次确认。")
    rate_limits.take("email", most=MAILS_PER_HOUR, seconds=3600, who=f"user-{preference.user_id}")
    now = clock.now()
    preference.asked_at = now
    key = f"confirm-{int(now.timestamp())}-user-{preference.user_id}"
    content = {"subject": confirmation_of("", "")["subject"], "confirms": True}  # the code is put in as it goes out
    held = db.session.query(Delivery).filter_by(key=key).first()
    if held is None:
        whose = {"way": Way.MAIL, "user_id": preference.user_id}
        db.session.add(Delivery(key=key, content=content, written_at=now, due_at=now, **whose))


def code_of(preference: NotificationPreference) -> str:
    """The code of the present question: of this person, this address and this moment, and kept nowhere."""
    assert preference.asked_at is not None
    said = f"{preference.user_id}:{int(preference.asked_at.timestamp())}:{preference.email}"
    return base64.b32encode(check_mark(b"email:" + said.encode())).decode()[:LENGTH]


def confirm(preference: NotificationPreference | None, typed: str, *, actor: Actor) -> bool:
    """Take the code: True when it is the one that was sent, and the address is confirmed from now on.

    Raises NothingToConfirm (E-EMAIL) without a question that is still open.
    """
    if preference is None or not preference.email or preference.asked_at is None:
        raise NothingToConfirm(why="没有等待确认的电子邮箱。")
    if preference.confirmed_at is not None:
        return True
    if clock.now() > preference.asked_at + CONFIRMED_WITHIN:
        raise NothingToConfirm(why="确认码已经过期，请重新发送确认邮件。")
    if not hmac.compare_digest(code_of(preference).encode(), typed.replace("-", "").strip().upper().encode()):
        return False
    preference.confirmed_at = clock.now()
    db.session.flush()
    audit.record("notifications/confirm", f"office:{actor.office_code}", actor=actor)
    return True


def wrong_code() -> Objected:
    """What whoever typed another code reads."""
    return Objected([InvalidInput(sentence="确认码不正确，请核对最近一封确认邮件。", field="code")])
