"""What is answered instead of what was asked: refusals and faults, as a page or as a problem (RFC 9457)."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask, current_app, g, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError

from app import audit
from app.access import Actor, NotSignedIn
from app.database import db, transaction
from app.errors import InvalidInput, Missing, NotAllowed, Objected, Refused, Stale, objections_of
from app.web import unavailable
from workflows import Refusal, RunBroken, TaskGone

log = logging.getLogger("xueji")
SAFE = ("GET", "HEAD", "OPTIONS")


def install(app: Flask) -> None:
    """Answer refusals and faults of every kind."""
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(RunBroken, _stuck)
    app.register_error_handler(TaskGone, lambda _gone: refused(Stale()))
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _broken)
    app.register_error_handler(InternalServerError, _broken_meanwhile)
    app.config["PROPAGATE_EXCEPTIONS"] = False  # whoever tests is told by `_broken`


STATUSES = {
    "E-KEY": 409,
    "E-FORM-DRAFT": 409,
    "E-PASSWORD": 401,
    "E-LOCKED": 423,
    "E-RESTRICTED": 423,
    "E-MANY": 429,
    "E-BUSY": 503,
    "E-REHEARSAL-BUSY": 503,
    "E-HOST": 400,
    "E-CHANGED": 412,
    "E-PRECONDITION": 428,
}


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
    return STATUSES.get(refusal.code, 422)


TITLES = {
    400: "请求有误",
    401: "请先登录",
    403: "不能办理",
    404: "没有找到",
    409: "已由他人办理",
    422: "不能办理",
    412: "已由他人修改",
    423: "已锁定",
    428: "须先读取",
    429: "请稍后再试",
    503: "请稍后再试",
}


def refused(refusal: Refusal) -> Any:
    """The answer to a refused request, once the attempt is in the audit: a page, or a problem for programs."""
    try:
        record_refused(refusal)
    except Exception as error:  # what is raised while answering is answered by nobody else
        return _broken(error)
    status = status_of(refusal)
    if seconds := refusal.values.get("seconds"):
        g.retry_after = seconds
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
    return refused(CannotGoOn(why=str(broken)))


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
    if status in (429, 503):
        response.headers["Retry-After"] = str(g.get("retry_after", 5))
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"  # RFC 9110: the answer says how to sign in
    return response


#: what counts refused attempts, asked in the transaction that writes them down; the packages above add theirs
ATTEMPTS: list[Callable[[Sequence[str], Actor], None]] = []


def record_refused(refusal: Refusal) -> None:
    """A refused attempt goes into the audit and is counted, in a transaction of its own.

    Of a request, or of one act of several; a page that says itself what stands against it tells so too.
    """
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
        for count in ATTEMPTS:
            count(codes, actor)


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


def _broken(error: BaseException) -> Any:
    """A bug or a failing database: rolled back, logged under a number that the person can quote."""
    if unavailable.is_unavailable(error):
        db.session.rollback()
        if request.path.startswith("/api/"):
            log.error("unavailable on %s", request.endpoint, exc_info=error)
            g.retry_after = unavailable.RETRY_AFTER
            return problem(503, "E-UNAVAILABLE", unavailable.SENTENCE, [])
        return unavailable.answer(error)
    incident = secrets.token_hex(4)
    log.error("incident %s on %s", incident, request.endpoint, exc_info=error)
    if current_app.testing:
        raise error
    sentence = f"系统出现故障，您的操作没有生效。请稍后再试；如仍不行，请向管理员报告编号 {incident}。"
    if request.path.startswith("/api/"):
        return problem(500, "E-SYSTEM", sentence, [])
    return render_template("errors/error.html", title="系统故障", code="E-SYSTEM", sentences=[sentence]), 500


def _broken_meanwhile(error: InternalServerError) -> Any:
    """What was raised while a refusal was answered or an answer finished, where no other handler is asked."""
    return _broken(error.original_exception or error)
