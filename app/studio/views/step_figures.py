"""办理情况: the diagram with what stands at each step and how long it takes, and the cases behind each figure."""

from __future__ import annotations

import json
from typing import Any

from flask import render_template, url_for

from app import clock
from app.access import actor, allow
from app.cases.api.deadlines import deadline_place
from app.cases.queries import step_figures as queries
from app.cases.rules import light, time_left
from app.cases.rules.deadlines import LIGHT_NAMES
from app.cases.rules.durations import times_of
from app.definitions.operations import content_of
from app.studio.presenters.step_figures import HEADINGS, badges, days, open_of, sheet_rows
from app.studio.queries.catalogue import version_of, versions_of
from app.studio.queries.drafts import line_of
from app.studio.queries.step_figures import ProcessSteps, steps_of, with_figures
from app.studio.views.catalogue import bp
from app.web import encode_cursor, read_query
from app.web.formatting import given_out, moment
from app.web.workbooks import MEDIA_TYPE, workbook

PAGE = 50
VERSION = {
    "version": {"type": "integer", "title": "版本", "minimum": 1},
    "office": {"type": "string", "title": "本地版本的机构", "maxLength": 10},
}
LIGHT = {"light": {"type": "string", "title": "时限", "enum": list(LIGHT_NAMES)}}


def _asked(key: str) -> ProcessSteps:
    asked, caller = read_query(VERSION), actor()
    own = caller.office_code if line_of(caller) is not None else None  # a bureau has no other figures than its own
    return steps_of(caller, key, asked.get("version"), asked.get("office", own))


def _of(shown: ProcessSteps) -> dict[str, Any]:
    """What the pages of its figures say of a process alike, and where they lead."""
    office = shown.office.code if shown.office else None
    number = shown.version.number if shown.version else None
    about = {"key": shown.process.key, "office": office, "version": number}
    home = url_for("studio.variant", key=shown.process.key, office=office) if office else None
    return {
        "shown": shown,
        "number": number,
        "about": about,
        "home": home or url_for("studio.process", key=shown.process.key),
        "all_versions": _all_versions(shown),
        "opens": line_of(actor()) is None,
    }


def _all_versions(shown: ProcessSteps) -> str:
    return f"{shown.office.name}本地各版本合计" if shown.office else "省级各版本合计"


@bp.get("/processes/<key>/figures")
@allow("analyst", "publisher")
def figures(key: str) -> Any:
    shown, now = _asked(key), clock.now()
    lines = with_figures(actor(), shown, now)
    line = shown.office.id if shown.office else None
    texts = content_of(version_of(key, shown.shown.number, line)).texts()
    return render_template(
        "studio/figures.html",
        **_of(shown),
        lines=lines,
        badges=json.dumps(badges(lines), ensure_ascii=False),
        diagrams=[name for name in texts if name.endswith(".bpmn")],
        versions=versions_of(key, line),
        lights=LIGHT_NAMES,
        open_of=open_of,
        days=days,
        sample=queries.SAMPLE,
        recent=queries.RECENT,
        now=now,
    )


@bp.get("/processes/<key>/figures/workbook.xlsx")
@allow("analyst", "publisher")
def figures_workbook(key: str) -> Any:
    """The table, as a spreadsheet."""
    shown, caller = _asked(key), actor()
    title = f"{shown.process.name}办理情况"
    of = f"第 {shown.version.number} 版" if shown.version else _all_versions(shown)
    note = f"{of}　{caller.office_name} {caller.name} 导出于 {moment(clock.now())}"
    return given_out(
        f"{title}.xlsx",
        MEDIA_TYPE,
        workbook(title, note, HEADINGS, sheet_rows(with_figures(caller, shown, clock.now()))),
    )


@bp.get("/processes/<key>/figures/<step>")
@allow("analyst", "publisher")
def figures_of_step(key: str, step: str) -> Any:
    """The cases that wait at a step, by light."""
    shown, now = _asked(key), clock.now()
    wanted = read_query(LIGHT).get("light")
    rows = queries.waiting_at(actor(), shown.ids, step, now, light=wanted, after=deadline_place(), limit=PAGE + 1)
    last = rows[PAGE - 1] if len(rows) > PAGE else None
    following = encode_cursor([last.deadline, last.task_id]) if last else None
    of = _of(shown)
    return render_template(
        "studio/figures_step.html",
        **of,
        step=shown.step(step),
        wanted=wanted,
        lights=LIGHT_NAMES,
        rows=[
            (each, light(each.deadline, now, paused=each.paused), time_left(each.deadline, now, paused=each.paused))
            for each in rows[:PAGE]
        ],
        next=url_for("studio.figures_of_step", **of["about"], step=step, light=wanted, cursor=following)
        if following
        else None,
    )


@bp.get("/processes/<key>/figures/<step>/decided")
@allow("analyst", "publisher")
def figures_of_decided(key: str, step: str) -> Any:
    """The decided tasks of which its times are said."""
    shown = _asked(key)
    named = shown.step(step)
    rows = queries.decided_at(actor(), shown.ids, step)
    times = times_of((each.days, 1) for each in rows)
    return render_template("studio/figures_decided.html", **_of(shown), step=named, rows=rows, times=times, days=days)
