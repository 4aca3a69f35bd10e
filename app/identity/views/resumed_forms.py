"""A form that meets an expired session or token comes back, after signing in, to its page with its text.

The text lies sealed in the sign-in page, and after signing in, of the same user only, beside the session: never in an
address or a log.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import unquote, urlsplit

import sqlalchemy as sa
from flask import Blueprint, Flask, Response, g, redirect, render_template, request, session, url_for
from flask_wtf.csrf import CSRFError
from itsdangerous import BadSignature, URLSafeSerializer

from app import clock
from app.access import SIGNED_IN, NotSignedIn, allow
from app.database import db, transaction
from app.identity.models import SignIn, UnsentForm
from app.identity.queries import digest
from app.identity.rules import PostSwitched
from app.sequences import insert_for
from app.web import errors, first_page, refilled_forms
from app.web.refilled_forms import Unsent

bp = Blueprint("resuming", __name__)
KEPT_FOR = dt.timedelta(hours=24)
OWN = ("identity.open_session", "identity.sign_out", "display.choose_font_size")  # nothing typed there is worth keeping
EXPIRED = "登录已过期或已在别处退出。"
FORGED = "页面已过期或表单不是从本系统打开的。"
TOO_LONG = "过长的内容未能保留，请返回上一页复制后再登录。"


def install(app: Flask) -> None:
    """Answer expired sessions and tokens, and put text back into pages."""
    app.register_error_handler(CSRFError, token_expired)
    app.register_error_handler(NotSignedIn, session_expired)
    app.before_request(post_switched)
    app.jinja_env.globals.update(typed_by=typed_by, typed_as=typed_as)
    app.after_request(put_back)
    app.register_blueprint(bp)


def _signer() -> URLSafeSerializer:
    from flask import current_app

    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="typed by")


def typed_by() -> str:
    """Whose form it is, for the form itself: it outlives the session's cookie."""
    return _signer().dumps(g.sign_in.user_id) if g.get("sign_in") else ""


def typed_as() -> str:
    """In which post it is filled in: another window may have changed it by the time it is sent."""
    return _signer().dumps(["post", g.post.id]) if g.get("post") else ""


def post_switched() -> Any:
    """A form that was filled in for another post than the present one is not sent in this one's name; it is kept."""
    api = request.path.startswith("/api/")
    if request.method != "POST" or api or not g.get("post") or request.endpoint in (*OWN, "identity.choose_post"):
        return None
    try:
        _what, post_id = _signer().loads(request.form.get("typed_as", ""))
    except (BadSignature, ValueError, TypeError):
        return None
    if post_id == g.post.id:
        return None
    refusal, unsent = PostSwitched(), _unsent()
    errors.record_refused(refusal)
    if unsent is not None and unsent.user_id == g.sign_in.user_id:
        with transaction():
            keep(g.sign_in.id, refilled_forms.sealed(unsent))
    held = next((each for each in g.posts if each.id == post_id), None)
    return render_template("identity/post_switched.html", refusal=refusal, held=held), 409


def owner() -> int | None:
    """Who typed what this request sends: by the form, by the session that is over, by who signed out here."""
    if marked := request.form.get("typed_by"):
        try:
            return int(_signer().loads(marked))
        except (BadSignature, ValueError, TypeError):
            return None
    if secret := session.get("secret"):
        found = db.session.scalar(sa.select(SignIn.user_id).where(SignIn.secret_hash == digest(secret)))
        return int(found) if found is not None else None
    return session.get("was")


def _unsent() -> Unsent | None:
    if request.endpoint in OWN or request.url_rule is None:
        return None
    user_id = owner()
    return None if user_id is None else refilled_forms.captured(user_id, clock.now().timestamp())


def session_expired(refusal: NotSignedIn) -> Any:
    """A page sends a stranger to sign in; whoever sent a form does so at once, with what was typed."""
    if request.path.startswith("/api/"):
        return errors.refused(refusal)
    if request.method in errors.SAFE:
        return redirect(url_for("identity.sign_in", next=request.full_path))
    return _sign_in_again(EXPIRED, refusal.code), 401


def token_expired(_error: CSRFError) -> Any:
    """A form without the token of this session: what was typed is not lost, and not sent either."""
    from app.identity.views.account import recognise

    recognise()
    if request.path.startswith("/api/"):  # a script of a page of ours
        signed_in = g.sign_in is not None
        return errors.problem(400, "E-CSRF", FORGED, []) if signed_in else errors.refused(NotSignedIn())
    if g.sign_in is None:
        return _sign_in_again(FORGED if request.endpoint == "identity.open_session" else EXPIRED, "E-CSRF"), 400
    unsent = _unsent()
    mine = unsent is not None and unsent.user_id == g.sign_in.user_id
    if unsent is not None and mine:
        with transaction():
            keep(g.sign_in.id, refilled_forms.sealed(unsent))
    sentences = [f"{FORGED}本次没有提交。"]
    sentences.append("您填写的内容已保留：请回到原页面，核对后重新提交。" if mine else "请返回并刷新页面后重新提交。")
    if unsent is not None and mine and unsent.too_long:
        sentences.append(TOO_LONG)
    page = render_template(
        "errors/error.html",
        title="请重新提交",
        code="E-CSRF",
        sentences=sentences,
        back=url_for("resuming.resume") if mine else None,
    )
    return page, 400


def _sign_in_again(sentence: str, code: str) -> str:
    """The sign-in page, which carries what was typed until somebody has signed in."""
    from app.identity.views.account import sign_in_page

    unsent = _unsent()
    kept = refilled_forms.in_a_field(refilled_forms.sealed(unsent)) if unsent else request.form.get("kept", "")
    notice = sentence + ("您填写的内容已保留，登录后回到原页面。" if kept else "请重新登录。")
    if unsent is not None and (unsent.too_long or not kept):
        notice += TOO_LONG
    files = unsent.files if unsent else []
    page = unsent.page if unsent else refilled_forms.page_of_form()
    return sign_in_page(
        request.form.get("username", "")[:40] if request.endpoint == "identity.open_session" else "",
        None,
        notice=notice,
        code=code,
        kept=kept,
        files=files,
        wanted=request.form.get("next", "") if request.endpoint == "identity.open_session" else page or "",
    )


def keep(sign_in_id: int, content: bytes) -> None:
    """Keep a sealed form with a session, in place of one that was kept before."""
    now = clock.now()
    db.session.execute(sa.delete(UnsentForm).where(UnsentForm.at < now - KEPT_FOR))
    row = insert_for()(UnsentForm).values(sign_in_id=sign_in_id, content=content, at=now)
    values = {"content": content, "at": now}
    db.session.execute(row.on_conflict_do_update(index_elements=["sign_in_id"], set_=values))


def received(user_id: int) -> tuple[bytes, bool]:
    """The sealed form that the sign-in page carried, if it is this user's and of today; whether it is another's."""
    content = refilled_forms.from_a_field(request.form.get("kept", ""))
    unsent = refilled_forms.unsealed(content) if content else None
    if unsent is None or clock.now().timestamp() - unsent.at > KEPT_FOR.total_seconds():
        return b"", False
    return (content, False) if unsent.user_id == user_id else (b"", True)


def unsent_form() -> Unsent | None:
    """The form that lies beside the present session."""
    if not g.get("sign_in"):
        return None
    content = db.session.scalar(sa.select(UnsentForm.content).where(UnsentForm.sign_in_id == g.sign_in.id))
    return refilled_forms.unsealed(content) if content else None


@bp.get("/unsent")
@allow(SIGNED_IN)
def resume() -> Any:
    """To the page on which the form stood, where its text is put back."""
    unsent = unsent_form()
    if unsent is None:
        return redirect(first_page())
    page = refilled_forms.page_beside(unsent.path) or unsent.page or url_for("identity.me")
    session["unsent"] = page
    return redirect(page)


def put_back(response: Response) -> Response:
    """Put the text back where its page is opened; once the form was sent, it is done with."""
    page = session.get("unsent")
    if not page or not g.get("sign_in") or response.is_streamed or response.status_code >= 500:
        return response
    if request.method == "POST" and response.status_code < 400:
        unsent = unsent_form()
        if unsent is None or unsent.path == request.path:
            session.pop("unsent", None)
        return response
    is_page = request.method == "GET" and response.mimetype == "text/html" and response.status_code not in (302, 303)
    if not is_page or unquote(urlsplit(page).path) != request.path:
        return response
    unsent = unsent_form()
    if unsent is not None and unsent.user_id == g.sign_in.user_id:
        files = unsent.files

        def notice(unplaced: list[list[str]], found: bool) -> str:
            return render_template(
                "identity/unsent.html", unplaced=unplaced, found=found, files=files, action=unsent.path
            )

        response.set_data(refilled_forms.refilled(response.get_data(as_text=True), unsent, notice))
    return response
