"""Sessions and the caller's own posts, for programs."""

from __future__ import annotations

from typing import TypedDict

from flask import Blueprint, g, request

from app.access import ANYONE, SIGNED_IN, OnBehalf, actor, allow
from app.database import transaction
from app.divisions.presenters import OfficeBriefJson, office_brief
from app.errors import Refused
from app.identity import operations
from app.identity.models import Duty
from app.identity.queries import HeldPost, accounts
from app.web import Asked, Day, Instant, Page, instant, operation, page_of, read_json
from app.web.sign_in_places import program_at

bp = Blueprint("identity_api", __name__, url_prefix="/api/v1")

CREDENTIALS = {
    "type": "object",
    "properties": {
        "username": {"type": "string", "title": "用户名", "format": "password", "minLength": 1, "maxLength": 40},
        "password": {"type": "string", "title": "密码", "format": "password", "minLength": 1, "maxLength": 200},
    },
    "required": ["username", "password"],
}


class SessionJson(TypedDict):
    """A token, to be sent as `Authorization: Bearer …`."""

    token: str
    expires_at: Instant


class PostJson(TypedDict):
    """A post; its id chooses it in `X-Post`."""

    id: int
    office: OfficeBriefJson
    duty: Duty


class DelegatedPostJson(TypedDict):
    """A colleague's post in which the caller may act today; its id chooses it in `X-Delegation`."""

    id: int
    by: str
    office: OfficeBriefJson
    duty: Duty
    processes: list[str] | None
    ends_on: Day


class MeJson(TypedDict):
    """The caller, with the posts held today, and those of colleagues in which they may act."""

    username: str
    name: str
    posts: list[PostJson]
    delegations: list[DelegatedPostJson]


@bp.post("/session")
@allow(ANYONE)
@operation("登录，取得令牌", body=CREDENTIALS, status=201, refuses=(401, 403, 423, 429))
def open_session() -> SessionJson:
    typed = read_json(CREDENTIALS)
    where = program_at(request.remote_addr)
    attempt = operations.try_password(typed["username"], typed["password"], where)
    with transaction():
        result = operations.sign_in(attempt, where, for_program=True)
    if isinstance(result, Refused):
        raise result
    return {"token": result.secret, "expires_at": instant(result.expires_at)}


@bp.delete("/session")
@allow(SIGNED_IN)
@operation("退出", status=204)
def close_session() -> None:
    with transaction():
        operations.sign_out(g.sign_in, actor=actor())


@bp.get("/me")
@allow(SIGNED_IN)
@operation("我是谁，有哪些岗位")
def show_me() -> MeJson:
    user = g.sign_in.user
    return {
        "username": user.username,
        "name": user.name,
        "posts": [{"id": post.id, "office": office_brief(post.office), "duty": post.duty} for post in g.posts],
        "delegations": [_delegated(post, post.on_behalf) for post in g.delegations],
    }


def _delegated(post: HeldPost, behalf: OnBehalf) -> DelegatedPostJson:
    return {
        "id": behalf.id,
        "by": behalf.name,
        "office": office_brief(post.office),
        "duty": post.duty,
        "processes": None if behalf.processes is None else sorted(behalf.processes),
        "ends_on": post.ends_on.isoformat() if post.ends_on else "",
    }


class AccountJson(TypedDict):
    """An account: whose, in which posts, and whether one can sign in to it."""

    id: int
    username: str
    name: str
    posts: list[PostJson]
    enabled: bool
    locked_until: Instant | None
    seen_at: Instant | None


@bp.get("/accounts")
@allow("secadmin")
@operation(
    "管辖范围内的账号",
    query={
        "q": {"type": "string", "maxLength": 40, "description": "用户名的开头，或姓名"},
        "locked": {"type": "boolean", "description": "true 只列登录锁定中的"},
    },
    cursor=(int,),
)
def list_accounts(asked: Asked) -> Page[AccountJson]:
    found = accounts.accounts(
        actor(),
        q=asked.get("q", ""),
        locked=asked.get("locked", False),
        after=asked["after"] or 0,
        limit=asked["limit"] + 1,
    )
    return page_of(found, asked["limit"], _account_json, lambda each: [each.id])


def _account_json(each: accounts.Account) -> AccountJson:
    return {
        "id": each.id,
        "username": each.username,
        "name": each.name,
        "posts": [{"id": post.id, "office": office_brief(post.office), "duty": post.duty} for post in each.posts],
        "enabled": each.enabled,
        "locked_until": instant(each.locked_until),
        "seen_at": instant(each.seen_at),
    }


@bp.post("/accounts/<int:user_id>/unlock")
@allow("secadmin")
@operation("核实身份后解除账号的登录锁定", status=204)
def unlock_account(user_id: int) -> None:
    with transaction():
        operations.lift_locks(accounts.account_for(actor(), user_id), actor=actor())


@bp.post("/accounts/<int:user_id>/seal")
@allow("secadmin")
@operation("封存账号：不能再登录，岗位保留", status=204)
def seal_account(user_id: int) -> None:
    with transaction():
        operations.seal(accounts.account_for(actor(), user_id), actor=actor())


@bp.post("/accounts/<int:user_id>/reopen")
@allow("secadmin")
@operation("核实身份后恢复封存的账号", status=204)
def reopen_account(user_id: int) -> None:
    with transaction():
        operations.unseal(accounts.account_for(actor(), user_id), actor=actor())
