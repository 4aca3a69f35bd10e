"""Sign-in, posts, password."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, Flask, flash, g, redirect, render_template, request, session, url_for
from flask_login import LoginManager

from app import clock
from app.access import ANYONE, SIGNED_IN, NotSignedIn, actor, allow
from app.database import transaction
from app.errors import Refused
from app.identity import operations, queries
from app.identity.models import Post
from app.identity.rules import NoPost
from app.interface import local_address

bp = Blueprint("identity", __name__, template_folder="templates")
login = LoginManager()
SEEN_EVERY = dt.timedelta(minutes=1)
DEMO_PASSWORD = "Xueji-demo-2026"


def install(app: Flask) -> None:
    """Let every request know who acts."""
    login.init_app(app)
    login.request_loader(lambda _request: g.sign_in.user if g.get("sign_in") else None)
    app.before_request(recognise)


def recognise() -> None:
    """Set g.actor, g.post, g.posts, g.sign_in from the bearer token, else from the browser's session."""
    g.actor = g.post = g.sign_in = None
    g.posts = []
    if request.path.startswith("/static/"):
        return
    header = request.headers.get("Authorization", "")
    api = request.path.startswith("/api/")
    secret = header.removeprefix("Bearer ") if header.startswith("Bearer ") else None if api else session.get("secret")
    known = queries.signed_in(secret) if secret else None
    if known is None:
        return
    g.sign_in, g.posts = known
    g.post = _chosen_post(api)
    g.actor = g.post.actor() if g.post else None
    if clock.now() - g.sign_in.seen_at > SEEN_EVERY:
        with transaction():
            operations.seen(g.sign_in.id)


def _chosen_post(api: bool) -> Post | None:
    wanted = request.headers.get("X-Post") if api else g.sign_in.post_id
    if wanted:
        for post in g.posts:
            if str(post.id) == str(wanted):
                return post
        if api:
            raise NoPost()
    return g.posts[0] if g.posts else None


@bp.get("/sign-in")
@allow(ANYONE)
def sign_in() -> Any:
    if g.actor:
        return redirect(url_for("inbox.index"))
    return _sign_in_page(request.args.get("as", ""), None)


def _sign_in_page(username: str, refusal: Refused | None) -> Any:
    page = render_template(
        "identity/sign_in.html",
        username=username,
        refusal=refusal,
        next=request.values.get("next", ""),
        demo_users=queries.demo_users(),
        demo_password=DEMO_PASSWORD,
    )
    return page, 422 if refusal else 200


@bp.post("/sign-in")
@allow(ANYONE)
def open_session() -> Any:
    username, password = request.form.get("username", "").strip(), request.form.get("password", "")
    with transaction():
        result = operations.sign_in(username[:40], password[:200], for_program=False)
        if g.sign_in and not isinstance(result, Refused):
            operations.sign_out(g.sign_in, actor=operations.acting(g.sign_in.user))
    if isinstance(result, Refused):
        return _sign_in_page(username, result)
    session.clear()  # a session fixed by somebody else before signing in is worth nothing afterwards
    session["secret"] = result[1]
    return redirect(local_address(request.form.get("next")))


@bp.post("/sign-out")
@allow(ANYONE)
def sign_out() -> Any:
    if g.sign_in:
        with transaction():
            operations.sign_out(g.sign_in, actor=operations.acting(g.sign_in.user))
    session.clear()
    return redirect(url_for("identity.sign_in"))


@bp.get("/me")
@allow(SIGNED_IN)
def me() -> Any:
    return render_template("identity/me.html", user=g.sign_in.user)


@bp.post("/me/post")
@allow(SIGNED_IN)
def choose_post() -> Any:
    chosen = next((post for post in g.posts if str(post.id) == request.form.get("post")), None)
    if chosen is None:
        raise NoPost()
    with transaction():
        operations.choose_post(g.sign_in, chosen)
    flash(f"现以{chosen.office.name}“{chosen.duty_name}”身份办理。", "success")
    return redirect(url_for("inbox.index"))


@bp.get("/me/password")
@allow(SIGNED_IN)
def password() -> Any:
    return render_template("identity/password.html", errors=[])


@bp.post("/me/password")
@allow(SIGNED_IN)
def change_password() -> Any:
    old, new = request.form.get("old_password", ""), request.form.get("new_password", "")
    try:
        if new != request.form.get("again", ""):
            raise _Different(field="again")
        with transaction():
            refusal = operations.change_password(g.sign_in, old, new, actor=actor())
        if refusal is not None:
            raise refusal
    except Refused as refusal:
        if isinstance(refusal, NotSignedIn):
            raise
        errors = getattr(refusal, "objections", None) or [refusal]
        return render_template("identity/password.html", errors=errors), 422
    flash("密码已修改，其他设备上的登录已退出。", "success")
    return redirect(url_for("identity.me"))


class _Different(Refused):
    code = "E-INPUT"
    text = "两次输入的新密码不一致。"
