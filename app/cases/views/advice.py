"""加签, 减签, 委派: asked and answered on the page of the case; what an official is asked; 意见常用语."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app.access import actor, allow
from app.cases import operations, queries
from app.cases.models import Advice, AdviceRule
from app.cases.queries.advice import KIND_NAMES, asked_of, phrases_for
from app.cases.views.blueprint import bp
from app.cases.views.case import do_once
from app.database import db, end_reading, transaction
from app.errors import InvalidInput, Missing, objections_of
from app.web import encode_cursor, typed_text, whole_number
from app.web.pagination import decode_cursor
from app.web.refilled_forms import written_on

PAGE = 20


@bp.post("/tasks/<int:task_id>/advice")
@allow("operator", "approver")
def ask_advice(task_id: int) -> Any:
    caller, question = actor(), typed_text("question")
    kind, of = request.form.get("kind", ""), request.form.getlist("of_user")
    rule = AdviceRule.ANY if request.form.get("rule") == "any" else AdviceRule.ALL
    number = queries.task_for(caller, task_id).case.number
    end_reading()
    people = [whole_number(each, least=1) or 0 for each in of]
    return do_once(
        number,
        ["ask-advice", task_id, kind, people, question, rule],
        lambda: operations.ask_advice(task_id, kind, people, question, rule=rule, actor=caller),
        "已征求意见。",
    )


@bp.post("/advice/<int:advice_id>/answer")
@allow("operator", "approver")
def give_advice(advice_id: int) -> Any:
    caller, opinion, number = actor(), typed_text("opinion"), _number_of(advice_id)
    return do_once(
        number,
        ["advice", advice_id, opinion],
        lambda: operations.give_advice(advice_id, opinion, actor=caller),
        "意见已提出。",
    )


@bp.post("/advice/<int:advice_id>/withdraw")
@allow("operator", "approver")
def withdraw_advice(advice_id: int) -> Any:
    caller, number = actor(), _number_of(advice_id)
    return do_once(
        number,
        ["withdraw-advice", advice_id],
        lambda: operations.withdraw_advice(advice_id, actor=caller),
        "已减签。",
    )


def _number_of(advice_id: int) -> str:
    """The case of what somebody of the actor's office was asked. Raises Missing."""
    advice = db.session.get(Advice, advice_id)
    if advice is None or advice.task.office_id != actor().office_id:
        raise Missing()
    number: str = advice.task.case.number
    end_reading()
    return number


@written_on("cases.give_advice")
def page_of_advice(advice_id: int) -> str:
    """Where what one thinks is typed: the page of its case."""
    return url_for("cases.show", number=_number_of(advice_id))


@bp.get("/advice")
@allow("operator", "approver")
def advice() -> Any:
    """What the reader is asked."""
    place = decode_cursor(int)
    rows = asked_of(actor(), before=place[0] if place else None, limit=PAGE + 1)
    following = encode_cursor([rows[PAGE - 1].id]) if len(rows) > PAGE else None
    return render_template(
        "cases/advice.html",
        rows=rows[:PAGE],
        kinds=KIND_NAMES,
        next=url_for("cases.advice", cursor=following) if following else None,
    )


@bp.get("/phrases")
@allow("operator", "approver")
def phrases() -> Any:
    return _phrases()


@bp.post("/phrases")
@allow("operator", "approver")
def keep_phrase() -> Any:
    text, of_office = typed_text("text"), request.form.get("of_office") == "1"
    try:
        with transaction():
            operations.keep_phrase(text, of_office=of_office, actor=actor())
    except InvalidInput as refusal:
        return _phrases(errors=objections_of(refusal), typed=text), 422
    flash("常用语已保存。", "success")
    return redirect(url_for("cases.phrases"))


@bp.post("/phrases/<int:phrase_id>/delete")
@allow("operator", "approver")
def forget_phrase(phrase_id: int) -> Any:
    with transaction():
        operations.forget_phrase(phrase_id, actor=actor())
    flash("常用语已删除。", "success")
    return redirect(url_for("cases.phrases"))


def _phrases(*, errors: Any = (), typed: str = "") -> str:
    return render_template("cases/phrases.html", rows=phrases_for(actor()), errors=errors, typed=typed, caller=actor())
