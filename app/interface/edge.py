"""The edge: security headers, cross-site protection, error pages and problems, what templates may use."""

from __future__ import annotations

import functools
import hashlib
import logging
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, current_app, g, jsonify, render_template, request, url_for
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFError, CSRFProtect
from jinja2 import StrictUndefined
from werkzeug.exceptions import HTTPException
from whitenoise import WhiteNoise

from app import audit, clock
from app.access import ANYONE, NotSignedIn, allow
from app.database import db, transaction
from app.errors import InvalidInput, Missing, NotAllowed, Objected, Refused, Stale, objections_of
from app.interface import checks, describing, display
from app.interface.output import day, instant, moment
from workflows import Refusal, RunBroken, TaskGone

log = logging.getLogger("xueji")
csrf = CSRFProtect()
SAFE = ("GET", "HEAD", "OPTIONS")
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'{style}; img-src 'self' data:; font-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


def prepare(app: Flask) -> None:
    """Make the edge of an application."""
    csrf.init_app(app)
    app.session_interface = Sessions()
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(asset=asset, qr=checks.qr, check_code=checks.code_of, check_url=checks.url_of)
    app.jinja_env.filters.update(day=day, moment=moment, instant=instant, row_of=row_of)
    app.context_processor(_of_every_page)
    app.before_request(_refuse_nul)
    app.before_request(_protect)
    app.after_request(_headers)
    app.register_error_handler(Refusal, _refused)
    app.register_error_handler(RunBroken, _stuck)
    app.register_error_handler(TaskGone, lambda _gone: _refused(Stale()))
    app.register_error_handler(CSRFError, _forged)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _broken)
    app.register_blueprint(describing.bp)
    app.register_blueprint(display.bp)
    app.register_blueprint(checks.bp)
    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readyz)
    static = Path(app.static_folder or "")
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app, root=str(static), prefix="static/", max_age=86400, add_headers_function=_headers_of_files
    )


class Sessions(SecureCookieSessionInterface):
    """A session's cookie that came over TLS never goes back without it; the embedded start has none."""

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


@allow(ANYONE)
def healthz() -> Any:
    """200 once the system can serve."""
    return jsonify(status="ok")


@allow(ANYONE)
def readyz() -> Any:
    """200 when the database answers too."""
    db.session.execute(sa.text("SELECT 1"))
    return jsonify(status="ok")


def asset(path: str) -> str:
    """The address of a static file, with its content's hash so that an old copy is never used."""
    return url_for("static", filename=path, v=_digest(current_app.static_folder or "", path))


@functools.lru_cache(maxsize=256)
def _digest(folder: str, path: str) -> str:
    return hashlib.sha256((Path(folder) / path).read_bytes()).hexdigest()[:10]


def _of_every_page() -> dict[str, Any]:
    """What the layout shows around every page."""
    return {
        "menu": menu(),
        "post": g.get("post"),
        "posts": g.get("posts", []),
        "opened_at": clock.now(),
        "font_size": display.font_size(),
        "font_sizes": display.FONT_SIZES,
    }


GROUPS = ("我的工作", "办事", "办件", "学籍")  # from the daily to the seldom; a group not named here comes after them
_menu: list[tuple[str, str, str, tuple[str, ...], Callable[[], int] | None, tuple[str, ...]]] = []


def add_menu(
    group: str,
    label: str,
    endpoint: str,
    duties: tuple[str, ...],
    count: Callable[[], int] | None = None,
    *,
    kinds: tuple[str, ...] = (),
) -> None:
    """Put a page into the side menu for these duties (at these kinds of office); `count` gives the number beside it."""
    entry = (group, label, endpoint, duties, count, kinds)
    if not any(each[:3] == entry[:3] for each in _menu):
        _menu.append(entry)


def menu() -> list[dict[str, Any]]:
    """The side menu of whoever acts."""
    actor = g.get("actor")
    groups: dict[str, list[dict[str, Any]]] = {}
    if actor is None:
        return []
    for group, label, endpoint, duties, count, kinds in _menu:
        if (actor.duty in duties or not duties) and (actor.office_kind in kinds or not kinds):
            groups.setdefault(group, []).append(
                {
                    "label": label,
                    "url": url_for(endpoint),
                    "count": count() if count else None,
                    "current": request.endpoint == endpoint,
                }
            )
    known = [title for title in GROUPS if title in groups]
    return [{"title": title, "items": groups[title]} for title in dict.fromkeys([*known, *groups])]


def row_of(field: str | None) -> str:
    """第 3 行： for a field within a table (`classes.2.teacher`), so that like sentences are told apart."""
    place = next((part for part in (field or "").split(".") if part.isdecimal()), None)
    return f"第 {int(place) + 1} 行：" if place else ""


def first_page() -> str:
    """Where the work of whoever acts begins: the first page of their menu, else their posts."""
    return next((item["url"] for group in menu() for item in group["items"]), url_for("identity.me"))


def _refuse_nul() -> None:
    """The one character that PostgreSQL cannot hold, and nobody can type."""
    typed = [request.path, *request.args.values()]
    if request.method not in SAFE and not request.path.startswith("/api/"):
        typed += request.form.values()
    if any("\x00" in each for each in typed):
        raise InvalidInput(sentence="请求中有不能识别的字符。")


def _protect() -> None:
    """Forged requests are refused, except where a bearer token, which no other site can send, signs the request."""
    largest = getattr(current_app.view_functions.get(request.endpoint or ""), "largest", None)
    if largest:
        request.max_content_length = largest  # before anything reads the form
    bearer = request.headers.get("Authorization", "").startswith("Bearer ")
    token_request = request.path == "/api/v1/session" and request.method == "POST"
    if request.method not in SAFE and not bearer and not token_request and not request.path.startswith("/api/"):
        csrf.protect()


def _headers(response: Response) -> Response:
    style = " 'unsafe-inline'" if g.get("editor_page") else ""
    response.headers.setdefault("Content-Security-Policy", POLICY.format(style=style))
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if not request.path.startswith("/static/"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _headers_of_files(headers: Any, path: str, url: str) -> None:
    for name, value in HEADERS.items():
        headers[name] = value


def status_of(refusal: Refusal) -> int:
    """The HTTP status a refusal answers with (contract.md)."""
    match refusal:
        case NotSignedIn():
            return 401
        case NotAllowed():
            return 403
        case Missing():
            return 404
        case Stale():
            return 409
    return {"E-KEY": 409, "E-PASSWORD": 401, "E-LOCKED": 423, "E-MANY": 429}.get(refusal.code, 422)


TITLES = {
    401: "请先登录",
    403: "不能办理",
    404: "没有找到",
    409: "已由他人办理",
    422: "不能办理",
    423: "已锁定",
    429: "请稍后再试",
}


def _refused(refusal: Refusal) -> Any:
    _remember(refusal)
    status = status_of(refusal)
    if request.path.startswith("/api/"):
        return problem(status, refusal.code, refusal.detail, objections_of(refusal))
    return render_template(
        "errors/error.html",
        title=TITLES.get(status, "不能办理"),
        code=refusal.code,
        sentences=[each.detail for each in objections_of(refusal)],
    ), status


class CannotGoOn(Refused):
    """A diagram that leads nowhere from here: nothing has been written, and the analyst must mend it."""

    code = "E-RUN"
    text = "流程图在此处无法继续（{why}）。本次办理没有生效，请联系流程管理员更正流程图后再办。"


def _stuck(broken: RunBroken) -> Any:
    return _refused(CannotGoOn(why=str(broken)))


def problem(status: int, code: str, detail: str, objections: list[Refusal]) -> Any:
    """application/problem+json (RFC 9457); a refusal by rule carries all its objections."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES.get(status, "请求有误"),
        "status": status,
        "code": objections[0].code if objections else code,
        "detail": detail if len(objections) != 1 else objections[0].detail,
    }
    if status == 422:
        body["objections"] = [{"code": each.code, "detail": each.detail, "field": each.field} for each in objections]
    response = jsonify(body)
    response.status_code, response.mimetype = status, "application/problem+json"
    return response


def _remember(refusal: Refusal) -> None:
    """A refused attempt goes into the audit in a transaction of its own."""
    actor = g.get("actor")
    typing_fault = isinstance(refusal, InvalidInput) or (
        isinstance(refusal, Objected) and all(isinstance(each, InvalidInput) for each in refusal.objections)
    )
    if actor is None or request.method in SAFE or typing_fault or isinstance(refusal, NotSignedIn):
        return
    codes = [each.code for each in objections_of(refusal)]
    with transaction():
        audit.record(
            f"refused/{request.endpoint}"[:60],
            f"request:{request.path}"[:80],
            actor=actor,
            after={"codes": codes, "detail": refusal.detail},
        )


def _forged(error: CSRFError) -> Any:
    sentence = "页面已过期或表单不是从本系统打开的，请返回并刷新页面后重新提交。"
    return render_template("errors/error.html", title="请刷新页面", code="E-CSRF", sentences=[sentence]), 400


SENTENCES = {
    404: Missing.text,
    405: "不支持这种请求方法。",
    413: "提交的内容过大。",
    400: "请求有误。",
    415: "请求正文的类型不对。",
}


def _http(error: HTTPException) -> Any:
    status = error.code or 500
    sentence = SENTENCES.get(status, "请求不能处理。")
    if request.path.startswith("/api/"):
        return problem(status, f"E-HTTP-{status}", sentence, [])
    if status < 400:
        return error
    return render_template(
        "errors/error.html", title=TITLES.get(status, "请求有误"), code=f"E-HTTP-{status}", sentences=[sentence]
    ), status


def _broken(error: Exception) -> Any:
    """A bug or a failing database: rolled back, logged under a number that the person can quote."""
    incident = secrets.token_hex(4)
    log.error("incident %s on %s", incident, request.endpoint, exc_info=error)
    if current_app.testing:
        raise error
    sentence = f"系统出现故障，您的操作没有生效。请稍后再试；如仍不行，请向管理员报告编号 {incident}。"
    if request.path.startswith("/api/"):
        return problem(500, "E-SYSTEM", sentence, [])
    return render_template("errors/error.html", title="系统故障", code="E-SYSTEM", sentences=[sentence]), 500
