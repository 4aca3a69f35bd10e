"""The auditor's pages: search, and verify."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request, url_for

from app import audit, clock
from app.access import Actor, actor, allow
from app.auditing import labels, queries
from app.auditing.queries import Wanted
from app.cases.queries import process_names
from app.database import snapshot
from app.errors import InvalidInput
from app.identity.models import DUTY_NAMES
from app.web import add_menu, canonical, cursor_after, decode_cursor
from app.web.home import Tile, add_tiles
from app.web.instants import read_day

bp = Blueprint("auditing", __name__, template_folder="templates")
add_menu("审计", "日志检索", "auditing.index", ("auditor",))
add_menu("审计", "日志链校验", "auditing.verify", ("auditor",))
PAGE = 30


def _tiles(_caller: Actor) -> Iterator[Tile]:
    yield Tile("audit", "日志检索", url_for("auditing.index"), text="检索", note="谁在何时对什么做了什么")
    yield Tile("verify", "日志链校验", url_for("auditing.verify"), text="校验", note="核对日志和业务数据有没有被改动")


add_tiles(_tiles, ("auditor",))
FIELDS = ("person", "office", "verb", "subject", "since", "until")
DUTIES = {duty.value: name for duty, name in DUTY_NAMES.items()} | {"clock": "系统"}


@bp.get("/audit")
@allow("auditor")
def index() -> Any:
    typed = {name: request.args.get(name, "").strip()[:80] for name in FIELDS}
    faults: list[InvalidInput] = []
    since, until = (_day(typed[name], name, faults) for name in ("since", "until"))
    wanted = Wanted(
        **{name: typed[name] for name in ("subject", "person", "office", "verb")},
        since=_midnight(since) if since else None,
        until=_midnight(until + dt.timedelta(days=1)) if until else None,
    )
    after: Any = decode_cursor(dt.datetime, str, int)
    found = queries.lines(wanted, actor=actor(), after=after, limit=PAGE + 1) if not faults else []
    following = {**typed, "cursor": cursor_after(found, PAGE, lambda line: [line.at, line.chain, line.place])}
    page = render_template(
        "auditing/index.html",
        lines=found[:PAGE],
        wanted=typed,
        errors=faults,
        words=labels,
        processes=process_names(),
        codes=queries.codes_of({line.subject for line in found[:PAGE]}),
        offices=queries.office_names({line.office for line in found[:PAGE]}),
        duties=DUTIES,
        next=f"{url_for('auditing.index')}?{urlencode(following)}" if following["cursor"] else None,
    )
    return page, 422 if faults else 200


def _day(text: str, field: str, faults: list[InvalidInput]) -> dt.date | None:
    day = None
    with contextlib.suppress(ValueError):
        day = read_day(canonical.day(text))
    if text and day is None:
        faults.append(InvalidInput(sentence="日期须写作 2026-09-01 的样子。", field=field))
    return day


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), clock.ZONE)


@bp.get("/audit/verify")
@allow("auditor")
def verify() -> Any:
    """The verdict on every chain, when asked for (`?now=1`): it reads the whole audit."""
    faults = None
    if request.args.get("now"):
        with snapshot():
            faults = list(audit.verify())
    return render_template("auditing/verify.html", faults=faults)
