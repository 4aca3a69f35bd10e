"""The package's blueprint and its menu, with the counts beside it."""

from __future__ import annotations

from flask import Blueprint, g

from app.access import actor
from app.cases import queries
from app.cases.queries import oversight
from app.cases.queries.hand_overs import count_copies
from app.web import add_menu

bp = Blueprint("inbox", __name__, template_folder="../templates")
PAGE = 20
BUREAUS = ("province", "city", "county", "zone")


def waiting_count() -> int:
    """How much waits for whoever acts; counted once per request."""
    if "waiting_count" not in g:
        g.waiting_count = queries.count_waiting(actor())
    return int(g.waiting_count)


def unread_count() -> int:
    """Notices that nobody of the office has read; counted once per request."""
    if "unread_count" not in g:
        g.unread_count = oversight.count_unread(actor())
    return int(g.unread_count)


def unread_copies() -> int:
    """待阅: copies that nobody of the office has read; counted once per request."""
    if "unread_copies" not in g:
        g.unread_copies = count_copies(actor())
    return int(g.unread_copies)


add_menu("我的工作", "待办", "inbox.index", ("operator", "approver"), waiting_count)
add_menu("我的工作", "已办", "inbox.done", ("operator", "approver"))
add_menu("我的工作", "待阅", "cases.copies", ("operator", "approver"), unread_copies)
add_menu("我的工作", "征求我的意见", "cases.advice", ("operator", "approver"))
add_menu("我的工作", "通知", "inbox.notices", ("operator", "approver"), unread_count)
add_menu("我的工作", "逾期督办", "inbox.overdue", ("operator", "approver"), kinds=BUREAUS)
