"""账号: what a security administrator sees of the accounts within the jurisdiction, and can lift of their locks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from app.access import Actor, actor, allow
from app.database import transaction
from app.identity import operations
from app.identity.queries import accounts as queries
from app.web import add_menu, after_id, cursor_after, local_address, read_query
from app.web.formatting import MOST_COUNTED
from app.web.home import Tile, add_tiles

bp = Blueprint("accounts", __name__, url_prefix="/accounts", template_folder="../templates")
PAGE = 50
NAME = {"type": "string", "maxLength": 40}
LOCKED = {"type": "string", "enum": ["yes"]}
add_menu("账号", "账号与登录锁定", "accounts.index", ("secadmin",))


def _locked(caller: Actor) -> Iterator[Tile]:
    most, url = MOST_COUNTED, url_for("accounts.index", locked="yes")
    yield Tile("locked", "登录锁定中的账号", url, queries.count_locked(caller), most=most, note="核实身份后可以解除")
    yield Tile("accounts", "账号查询", url_for("accounts.index"), text="查询", note="本机构及下级机构的账号与岗位")


add_tiles(_locked, ("secadmin",))


@bp.get("/")
@allow("secadmin")
def index() -> Any:
    asked = read_query({"q": NAME, "locked": LOCKED})
    q, locked = asked.get("q", ""), "locked" in asked
    found = queries.accounts(actor(), q=q, locked=locked, after=after_id(), limit=PAGE + 1)
    following = cursor_after(found, PAGE, lambda each: [each.id])
    return render_template(
        "identity/accounts.html",
        accounts=found[:PAGE],
        q=q,
        locked=locked,
        here=request.full_path,
        next=url_for("accounts.index", cursor=following, q=q or None, locked="yes" if locked else None)
        if following
        else None,
    )


@bp.post("/<int:user_id>/unlock")
@allow("secadmin")
def unlock(user_id: int) -> Any:
    """Lift every lock of an account, whose owner has been made sure of."""
    with transaction():
        account = queries.account_for(actor(), user_id)
        lifted = operations.lift_locks(account, actor=actor())
    flash(f"已解除 {account.username} 的登录锁定（{lifted} 次登录失败不再计算）。", "success")
    return redirect(local_address(request.form.get("next")))


@bp.post("/<int:user_id>/seal")
@allow("secadmin")
def seal(user_id: int) -> Any:
    """Let an account no longer sign in, whose owner has left or who must not."""
    with transaction():
        account = queries.account_for(actor(), user_id)
        operations.seal(account, actor=actor())
    flash(f"已封存 {account.username}，不能再登录；岗位保留。", "success")
    return redirect(local_address(request.form.get("next")))


@bp.post("/<int:user_id>/reopen")
@allow("secadmin")
def reopen(user_id: int) -> Any:
    """Let a sealed account sign in again, whose owner has been made sure of."""
    with transaction():
        account = queries.account_for(actor(), user_id)
        operations.unseal(account, actor=actor())
    flash(f"已恢复 {account.username}，可以登录。", "success")
    return redirect(local_address(request.form.get("next")))
