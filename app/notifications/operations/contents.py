"""What goes out of a notice: case number, process, step and time, and never what a person has typed.

Mail and pushes leave the system; a child's name, number or an opinion in them could be read by whoever keeps the post
box (domain.md 10: personal information only as needed). Who is told reads the rest after signing in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app

from app import clock
from app.cases.presenters.cases import NOTICE_NAMES
from app.notifications.rules import DIGEST_LINES
from app.web import instant

FOOT = (
    "为保护学生信息，邮件不含学生姓名和其他个人信息，请登录学籍系统查看。\n"
    "不想再收此类邮件，请在“我的岗位”的“通知方式”中更改。"
)


def push_of(row: Any, kind: str) -> dict[str, Any]:
    """The body of a push; its idempotency id comes to it when it is sent."""
    return {
        "kind": kind,
        "case": row.number,
        "process": row.process_key,
        "process_name": row.process_name or row.process_key,
        "task": row.task_key,
        "task_name": row.task_name,
        "office": row.office_code,
        "at": instant(row.at),
    }


def mail_of(row: Any, kind: str, name: str) -> dict[str, str]:
    """The mail about one notice."""
    word = NOTICE_NAMES[kind]
    lines = [
        f"{name}：",
        "",
        f"{row.office_name}有一条通知。",
        "",
        f"类别：{word}",
        f"办件：{row.number}",
        f"流程：{row.process_name or row.process_key}",
        *([f"环节：{row.task_name}"] if row.task_name else []),
        f"时间：{_moment(row.at)}",
        "",
        *_link("/notices"),
        FOOT,
    ]
    return {"subject": f"【学籍】{word}：办件 {row.number}", "text": "\n".join(lines)}


def confirmation_of(name: str, code: str) -> dict[str, str]:
    """The mail that asks whoever reads it to confirm the address."""
    lines = [
        f"{name}：",
        "",
        "学籍系统的一个账号填写了此邮箱，用于接收通知。确认前不会向它发送任何通知。",
        "",
        f"确认码：{code}",
        "",
        "请登录后在“通知方式”页输入，24 小时内有效。不是您本人填写的，不必理会本邮件。",
        "",
        *_link("/me/notifications"),
    ]
    return {"subject": "【学籍】请确认接收通知的邮箱", "text": "\n".join(lines)}


def digest_of(name: str, day: dt.date, desks: Sequence[Mapping[str, Any]], notices: Sequence[Any]) -> dict[str, str]:
    """The mail of a day: what waits at each of one's desks, and what was told since the last one.

    desks -- office, duty, total, overdue, soon; notices -- rows with their kind, at most one more than are listed
    """
    lines = [f"{name}：", "", "待办"]
    lines += [
        f"　{each['office']} · {each['duty']}：{each['total']} 件，其中超期 {each['overdue']}、临期 {each['soon']}"
        for each in desks
    ] or ["　没有。"]
    lines += ["", "自上次汇总以来的通知"]
    lines += [_line(row, kind) for row, kind in notices[:DIGEST_LINES]] or ["　没有。"]
    if len(notices) > DIGEST_LINES:
        lines.append(f"　另有更多，只列出最近 {DIGEST_LINES} 条。")
    lines += ["", *_link("/"), FOOT]
    return {"subject": f"【学籍】每日汇总 {day:%Y-%m-%d}", "text": "\n".join(lines)}


def _line(row: Any, kind: str) -> str:
    parts = [row.process_name or row.process_key, *([row.task_name] if row.task_name else [])]
    return f"　{_moment(row.at)}　{NOTICE_NAMES[kind]}　办件 {row.number}　{' · '.join(parts)}"


def _moment(at: dt.datetime) -> str:
    return f"{clock.local(at):%Y-%m-%d %H:%M}"


def _link(path: str) -> list[str]:
    url = current_app.config.get("URL")
    return [f"{url}{path}", ""] if url else []
