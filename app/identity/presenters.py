"""What an account's owner is told."""

from __future__ import annotations

from collections.abc import Sequence

from app.identity.models import FailedSignIn
from app.web.formatting import moment


def failure_notes(failures: Sequence[FailedSignIn]) -> str:
    """A sentence about the wrong passwords since the owner last signed in; "" when there were none."""
    if not failures:
        return ""
    latest, places = failures[0], len({each.address_hash for each in failures})
    where = f"来自 {latest.address}" if places == 1 else f"来自 {places} 个地址，最近一次来自 {latest.address}"
    locked = "，其间账号曾被锁定" if any(each.locks for each in failures) else ""
    return (
        f"上次登录以来，您的账号有 {len(failures)} 次登录失败（最近一次 {moment(latest.at)}，{where}）{locked}。"
        "如不是您本人，请修改密码并告知系统管理员；明细见“我的岗位”。"
    )
