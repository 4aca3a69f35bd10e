"""Passwords and locks (domain.md 10, contract.md)."""

from __future__ import annotations

import datetime as dt
import re

from app.errors import InvalidInput, NotAllowed, Refused

LOCK_AFTER = 5  # wrong passwords
WINDOW = dt.timedelta(minutes=15)  # in which they count
LOCKED_FOR = dt.timedelta(minutes=30)
IDLE = dt.timedelta(minutes=15)
LONGEST = dt.timedelta(hours=8)
SHORTEST_PASSWORD = 10


class WrongPassword(Refused):
    code = "E-PASSWORD"
    text = "用户名或密码不正确。"


class Locked(Refused):
    code = "E-LOCKED"
    text = "密码连续输错 5 次，账号已锁定，请在 {minutes} 分钟后再试。"


class NoPost(NotAllowed):
    code = "E-POST"
    text = "您没有这个岗位，或岗位不在有效期内。请联系本单位管理员。"


def objections_to_password(password: str, *, username: str, old: str) -> list[InvalidInput]:
    """What is wrong with a new password: length, three of four kinds of character, not the name, not the old one."""
    kinds = sum(bool(re.search(kind, password)) for kind in (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^a-zA-Z0-9]"))
    faults = []
    if not SHORTEST_PASSWORD <= len(password) <= 128:
        faults.append(f"新密码须为 {SHORTEST_PASSWORD} 到 128 个字符。")
    if kinds < 3:
        faults.append("新密码须含大写字母、小写字母、数字、符号中的三类。")
    if username.lower() in password.lower():
        faults.append("新密码不能包含用户名。")
    if password == old:
        faults.append("新密码不能与原密码相同。")
    return [InvalidInput(sentence=fault, field="new_password") for fault in faults]
