"""The package's blueprint and its menu."""

from __future__ import annotations

from flask import Blueprint

from app.web import add_menu

bp = Blueprint("notifications", __name__, template_folder="../templates")
add_menu("系统", "通知推送", "notifications.webhooks", ("sysadmin",))
