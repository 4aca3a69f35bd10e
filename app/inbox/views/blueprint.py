"""The package's blueprint and its menu, with the counts beside it."""

from __future__ import annotations

from flask import Blueprint

from app.cases.views.desk_counts import (
    applied_count,
    closed_count,
    copies_count,
    running_count,
    unread_count,
    urged_count,
    waiting_count,
)
from app.divisions.models import WATCHES
from app.web import add_menu

bp = Blueprint("inbox", __name__, template_folder="../templates")
PAGE = 20

add_menu("我的工作", "待办", "inbox.index", ("operator", "approver"), waiting_count, place=20)
add_menu("我的工作", "已办", "inbox.done", ("operator", "approver"), place=40)
add_menu("我的工作", "待阅", "cases.copies", ("operator", "approver"), copies_count, place=30)
add_menu("我的工作", "催办", "inbox.urged", ("operator", "approver"), urged_count, place=25)
add_menu("我的工作", "征求我的意见", "cases.advice", ("operator", "approver"))
add_menu("我的工作", "通知", "inbox.notices", ("operator", "approver"), unread_count, place=50)
add_menu("我的工作", "预计超期", "inbox.forecast", ("operator", "approver"))
add_menu("我的工作", "逾期督办", "inbox.overdue", ("operator", "approver"), kinds=WATCHES)
add_menu("办件", "在办", "inbox.running", ("operator", "approver"), running_count, calls=False)
add_menu("办件", "办结", "inbox.closed", ("operator", "approver"), closed_count, calls=False)
add_menu("办件", "我发起的", "inbox.applied", ("operator",), applied_count, calls=False)
