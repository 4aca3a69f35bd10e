"""Sessions and the caller's own posts, for programs."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, jsonify

from app.access import ANYONE, SIGNED_IN, actor, allow
from app.database import transaction
from app.errors import Refused
from app.identity import operations
from app.interface import instant, operation, read_json

bp = Blueprint("identity_api", __name__, url_prefix="/api/v1")

CREDENTIALS = {
    "type": "object",
    "properties": {
        "username": {"type": "string", "title": "用户名", "minLength": 1, "maxLength": 40},
        "password": {"type": "string", "title": "密码", "minLength": 1, "maxLength": 200},
    },
    "required": ["username", "password"],
}


@bp.post("/session")
@allow(ANYONE)
@operation("登录，取得令牌", body=CREDENTIALS, status=201)
def open_session() -> Any:
    typed = read_json(CREDENTIALS)
    with transaction():
        result = operations.sign_in(typed["username"], typed["password"], for_program=True)
    if isinstance(result, Refused):
        raise result
    _user, secret, expires_at = result
    return jsonify(token=secret, expires_at=instant(expires_at)), 201


@bp.delete("/session")
@allow(SIGNED_IN)
@operation("退出", status=204)
def close_session() -> Any:
    with transaction():
        operations.sign_out(g.sign_in, actor=actor())
    return "", 204


@bp.get("/me")
@allow(SIGNED_IN)
@operation("我是谁，有哪些岗位")
def me() -> Any:
    user = g.sign_in.user
    return jsonify(
        username=user.username,
        name=user.name,
        posts=[
            {
                "id": post.id,
                "office": {"code": post.office.code, "name": post.office.name, "kind": post.office.kind.value},
                "duty": post.duty.value,
            }
            for post in g.posts
        ],
    )
