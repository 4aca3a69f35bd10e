"""Sign-in, posts, password."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Flask, current_app, flash, g, redirect, render_template, request, session, url_for
from flask_login import LoginManager

from app import clock
from app.access import ANYONE, SIGNED_IN, NotSignedIn, actor, allow
from app.database import transaction
from app.errors import InvalidInput, Refused
from app.identity import operations, presenters, queries
from app.identity.rules import FirstPassword, NoPost
from app.identity.views import resumed_forms
from app.web import first_page, local_address, refilled_forms
from app.web.application import by_own_page
from app.web.errors import status_of
from app.web.sign_in_places import Place, new_mark, place

bp = Blueprint("identity", __name__, template_folder="../templates")
login = LoginManager()
MARK = "xueji_browser"  # the cookie by which a browser is known again when somebody signs in
ONE_YEAR = 365 * 24 * 3600  # seconds
SEEN_EVERY = dt.timedelta(minutes=1)
DEMO_PASSWORD = "Xueji-demo-2026"


def install(app: Flask) -> None:
    """Let every request know who acts."""
    login.init_app(app)
    login.request_loader(lambda _request: g.sign_in.user if g.get("sign_in") else None)
    app.before_request(recognise)
    app.before_request(ask_for_own_password)
    resumed_forms.install(app)


def recognise() -> None:
    """Set g.actor, g.post, g.posts, g.sign_in from the bearer token, else from the browser's session.

    The programming interface knows a browser's session only where our own pages call it, with their token beside it.
    """
    g.actor = g.post = g.sign_in = None
    g.posts, g.delegations = [], []
    if request.path.startswith("/static/"):
        return
    header = request.headers.get("Authorization", "")
    api = request.path.startswith("/api/")
    secret = header.removeprefix("Bearer ") if header.startswith("Bearer ") else None
    if not header.startswith("Bearer ") and (not api or by_own_page()):
        secret = session.get("secret")
    known = queries.signed_in(secret) if secret else None
    if known is None:
        return
    g.sign_in, g.posts = known
    if g.sign_in.delegations:
        g.delegations = queries.delegated_posts(g.posts, g.sign_in.user)
    g.post = _chosen_post(api)
    g.actor = g.post.actor() if g.post else None
    called = current_app.view_functions.get(request.endpoint or "")
    if clock.now() - g.sign_in.seen_at > SEEN_EVERY and not getattr(called, "unattended", False):
        with transaction():
            operations.seen(g.sign_in.id)


FREE = ("identity.password", "identity.change_password", "identity.sign_out", "identity_api.close_session")


def ask_for_own_password() -> Any:
    """Whoever signed in with a password that somebody else has set changes it first."""
    if not g.get("sign_in") or not g.sign_in.first_password or request.endpoint in FREE:
        return None
    if request.path.startswith("/api/"):
        raise FirstPassword()
    flash("您用的是别人设置的初始密码，请先修改密码。", "error")
    return redirect(url_for("identity.password"))


def _delegated_post(api: bool) -> queries.HeldPost | None:
    """The colleague's post in which this request acts; a browser whose delegation is over goes on in one of its own."""
    given = request.headers.get("X-Delegation") if api else g.sign_in.delegation_id
    if api and not given and not request.headers.get("X-Post") and by_own_page():
        given = g.sign_in.delegation_id
    if not given:
        return None
    found = next((post for post in g.delegations if str(post.on_behalf.id) == str(given)), None)
    if found is None and api:
        raise NoPost()
    return found


def _chosen_post(api: bool) -> queries.HeldPost | None:
    if chosen := _delegated_post(api):
        return chosen
    wanted = request.headers.get("X-Post") if api else g.sign_in.post_id
    if api and not wanted and by_own_page():
        wanted = g.sign_in.post_id
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
        return redirect(first_page())
    return sign_in_page(request.args.get("as", ""), None), 200


def here() -> Place:
    """From where this request comes."""
    return place(request.remote_addr, request.cookies.get(MARK))


def sign_in_page(
    username: str,
    refusal: Refused | None,
    *,
    notice: str = "",
    code: str = "",
    kept: str | None = None,
    files: list[str] | None = None,
    wanted: str | None = None,
) -> str:
    """The page on which one signs in; `kept` is what was typed before, sealed, and goes along until one has."""
    return render_template(
        "identity/sign_in.html",
        username=username,
        refusal=refusal,
        notice=notice,
        code=code,
        kept=request.form.get("kept", "") if kept is None else kept,
        files=files or [],
        next=request.values.get("next", "") if wanted is None else wanted,
        demo_users=queries.demo_users(),
        demo_password=DEMO_PASSWORD,
    )


def _refused(username: str, refusal: Refused) -> Any:
    return sign_in_page(username, refusal), status_of(refusal) if status_of(refusal) >= 500 else 422


@bp.post("/sign-in")
@allow(ANYONE)
def open_session() -> Any:
    username, password = request.form.get("username", "").strip(), request.form.get("password", "")
    try:
        attempt = operations.try_password(username[:40], password[:200], here())
    except operations.Busy as refusal:
        return _refused(username, refusal)
    known = here() if queries.is_known_mark(here()) else place(request.remote_addr, new_mark())
    with transaction():
        # a mark that somebody else put into the browser is worth nothing: what is not ours is replaced
        result = operations.sign_in(attempt, known, for_program=False)
        if g.sign_in and not isinstance(result, Refused):
            operations.sign_out(g.sign_in, actor=operations.acting(queries.user_of(g.sign_in)))
        if not isinstance(result, Refused):
            told = presenters.failure_notes(result.failures)
            kept, anothers = resumed_forms.received(result.user.id)
            if kept:
                resumed_forms.keep(result.sign_in_id, kept)
    if isinstance(result, Refused):
        return _refused(username, result)
    session.clear()  # a session fixed by somebody else before signing in is worth nothing afterwards
    session["secret"] = result.secret
    if anothers:
        flash("登录前填写的内容属于另一位用户，没有带回。", "error")
    if told:
        flash(told, "error")
    wanted = local_address(request.form.get("next"))
    if not refilled_forms.opens(urlsplit(wanted).path):  # an address that only takes forms
        wanted = first_page()
    response = redirect(url_for("resuming.resume") if kept else wanted)
    response.set_cookie(MARK, known.mark, max_age=ONE_YEAR, httponly=True, samesite="Lax", secure=request.is_secure)
    return response


@bp.post("/sign-out")
@allow(ANYONE)
def sign_out() -> Any:
    if g.sign_in:
        with transaction():
            operations.sign_out(g.sign_in, actor=operations.acting(queries.user_of(g.sign_in)))
    was = g.sign_in.user_id if g.sign_in else None
    session.clear()
    if was is not None:
        session["was"] = was  # a form that stands open in another window is still this user's
    return redirect(url_for("identity.sign_in"))


@bp.get("/me")
@allow(SIGNED_IN)
def me() -> Any:
    user = queries.user_of(g.sign_in)
    return render_template("identity/me.html", user=user, failures=queries.recent_failures(user))


@bp.post("/me/post")
@allow(SIGNED_IN)
def choose_post() -> Any:
    wanted = request.form.get("post", "")
    chosen = next((post for post in g.posts if str(post.id) == wanted), None)
    chosen = chosen or next((post for post in g.delegations if f"for-{post.on_behalf.id}" == wanted), None)
    if chosen is None:
        raise NoPost()
    with transaction():
        operations.choose_post(g.sign_in, chosen)
    behalf = f"代{chosen.on_behalf.name}" if chosen.on_behalf else ""
    flash(f"现{behalf}以{chosen.office.name}“{chosen.duty_name}”身份办理。", "success")
    return redirect(local_address(request.form.get("next")))


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
        attempt = operations.try_password(g.sign_in.user.username, old[:200], here())
        new_hash = operations.new_password(attempt.username, old, new) if attempt.right else ""
        with transaction():
            refusal = operations.change_password(g.sign_in, attempt, new_hash, here(), actor=actor())
        if refusal is not None:
            raise refusal
    except Refused as refusal:
        if isinstance(refusal, NotSignedIn):
            raise
        errors = getattr(refusal, "objections", None) or [refusal]
        return render_template("identity/password.html", errors=errors), 422
    flash("密码已修改，其他设备上的登录已退出。", "success")
    return redirect(url_for("identity.me"))


class _Different(InvalidInput):
    text = "两次输入的新密码不一致。"
