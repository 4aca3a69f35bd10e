"""What settings say of the ways out."""

from __future__ import annotations

import ipaddress

from flask import current_app

from app.notifications.rules import Network
from app.settings import MailServer


def mail_server() -> MailServer | None:
    """The server that takes mail; None where settings name none."""
    server: MailServer | None = current_app.config.get("MAIL")
    return server


def allowed_networks() -> tuple[Network, ...]:
    """The inner networks to which notices may be pushed."""
    named: tuple[str, ...] = current_app.config.get("WEBHOOK_NETWORKS", ())
    return tuple(ipaddress.ip_network(each, strict=False) for each in named)
