"""帮助: the guide of whoever acts, opened at what the page they come from is about."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, url_for

from app.access import SIGNED_IN, actor, allow
from app.errors import Missing
from app.help.labels import GUIDES
from app.identity.models import DUTY_NAMES, Duty
from app.web import read_query

bp = Blueprint("help", __name__, template_folder="templates", url_prefix="/help")
AT = {"at": {"type": "string", "maxLength": 60}}


@bp.get("")
@allow(SIGNED_IN)
def index() -> Any:
    """One's own guide, at the topic of the page that one comes from."""
    duty, at = Duty(actor().duty), read_query(AT).get("at", "")
    topic = next((each for each in GUIDES[duty] if each.endpoint == at), None)
    return redirect(url_for("help.guide", duty=duty.value, _anchor=topic.key if topic else None))


@bp.get("/<duty>")
@allow(SIGNED_IN)
def guide(duty: str) -> Any:
    if duty not in {each.value for each in Duty}:
        raise Missing()
    return render_template(
        "help/guide.html",
        duty=Duty(duty),
        names=DUTY_NAMES,
        topics=GUIDES[Duty(duty)],
        own=actor().duty == duty,
    )
