"""Notices passed on to mail and webhooks, the digest, what is due to be sent, and what people choose."""

from app.notifications.operations.confirmations import ask_to_confirm, confirm
from app.notifications.operations.digests import write_digests
from app.notifications.operations.passing_on import pass_on
from app.notifications.operations.preferences import choose
from app.notifications.operations.sending import arrived, claim, failed, forget_old, send_again
from app.notifications.operations.webhooks import change_webhook, set_webhook, try_webhook

__all__ = [
    "arrived",
    "ask_to_confirm",
    "change_webhook",
    "choose",
    "claim",
    "confirm",
    "failed",
    "forget_old",
    "pass_on",
    "send_again",
    "set_webhook",
    "try_webhook",
    "write_digests",
]
