"""Passwords and locks (domain.md 10, contract.md)."""

from __future__ import annotations

import datetime as dt
import re

from app.errors import InvalidInput, NotAllowed, Refused
from app.web.rate_limits import TooMany

LOCK_AFTER = 5  # wrong passwords for an account from one place
WINDOW = dt.timedelta(minutes=15)  # in which they count
LOCKED_FOR = dt.timedelta(minutes=30)
CEILING = 50  # wrong passwords for an account from all places
CEILING_WINDOW = dt.timedelta(hours=24)
MOST_NAMES = 30  # accounts failing from one address, which a whole bureau may share
NAMES_WINDOW = dt.timedelta(minutes=30)
KNOWN_FOR = dt.timedelta(days=180)  # a place since the owner last signed in from there
KEPT_FOR = dt.timedelta(days=90)  # a failure
IDLE = dt.timedelta(minutes=15)
LONGEST = dt.timedelta(hours=8)
SHORTEST_PASSWORD = 10


class WrongPassword(Refused):
    code = "E-PASSWORD"
    text = "用户名或密码不正确。"


class Locked(Refused):
    code = "E-LOCKED"
    text = "密码连续输错 5 次，账号已锁定，从此处不能登录，请在 {minutes} 分钟后再试。"


class Restricted(Refused):
    code = "E-RESTRICTED"
    text = (
        "该账号一天内的登录失败过多，现在只能从曾经登录过的电脑或网络登录。"
        "须从此处登录的，请联系系统管理员核实身份后解除限制。"
    )


class RestrictedHere(Restricted):
    """The ceiling for a place from which the owner has signed in before counts what came from there alone."""

    text = "该账号一天内从此处的登录失败过多，请改用曾经登录过的其他电脑或网络，或联系系统管理员核实身份后解除限制。"


class TooManyNames(TooMany):
    text = "从您的网络登录失败的账号过多，请在 {seconds} 秒后再试，或改用曾经登录过的电脑。"


class WithoutPost(Refused):
    """Who acts does not hold the post that this needs; subclasses say whose."""

    code = "E-POST"


class NoPost(WithoutPost, NotAllowed):
    text = "您没有这个岗位，或岗位不在有效期内。请联系本单位管理员。"


class FirstPassword(NotAllowed):
    code = "E-PASSWORD-02"
    text = "这是别人为您设置的初始密码，请先在网页上修改密码，再办理业务。"


class OwnAccount(NotAllowed):
    code = "E-ACCOUNT"
    text = "不能封存或恢复本人的账号。"


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


class PostSwitched(Refused):
    """A form was filled in for one post and sent in another: nothing is done in a post's name that was not meant."""

    code = "E-POST-SWITCHED"
    text = "岗位已在另一窗口切换，本次没有提交。您填写的内容已保留。"
