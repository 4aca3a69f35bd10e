"""The same tables for programs."""

from __future__ import annotations

import datetime as dt
from typing import TypedDict

from flask import Blueprint, Response

from app import clock
from app.access import actor, allow, require
from app.cases.models import Task
from app.divisions.models import BUREAUS, WATCHES
from app.divisions.presenters import OfficeBriefJson, office_brief
from app.errors import Missing
from app.reports.presenters.event_log import MEDIA_TYPE
from app.reports.queries import tables as queries
from app.reports.queries.day import KINDS, place_of, tasks_of
from app.reports.queries.periods import KEYS, PERIODS, asked_for
from app.reports.views.events import QUERY, READS, event_log_of
from app.schools.api import OFFICE_CODE, YEAR
from app.schools.arguments import STAGE, this_year
from app.schools.models import Stage
from app.students.rules.small_cells import shown
from app.web import Asked, Day, Instant, Page, instant, one_page, operation, page_of

bp = Blueprint("reports_api", __name__, url_prefix="/api/v1")


class PlanLineJson(TypedDict):
    """What an office was given, and what of it is used; very few children who were refused are said in words."""

    office: OfficeBriefJson
    total: int
    used: int
    reserved: int
    free: int
    refused: int | str


class GuardianBriefJson(TypedDict):
    """Whom to call."""

    name: str
    phone: str


class RefusedChildJson(TypedDict):
    """A child that could not be registered, to be placed by its bureau."""

    case: str
    position: int
    name: str
    main_number: str
    school: str
    guardian: GuardianBriefJson
    code: str
    detail: str
    at: Instant
    placed_at: str | None


@bp.get("/registrations/plan")
@allow("operator", "approver")
@operation("核定数与注册数：下级各机构", query={"office": OFFICE_CODE, "stage": STAGE, "year": YEAR})
def list_plan_and_registered(asked: Asked) -> Page[PlanLineJson]:
    require(actor().office_kind in WATCHES)
    office = queries.office_to_watch(actor(), asked.get("office"))
    stage = Stage(asked.get("stage", Stage.PRIMARY))
    lines = queries.plan_and_registered(office, stage, asked.get("year") or this_year())
    return one_page([_plan_line_json(each) for each in lines])


def _plan_line_json(each: queries.Line) -> PlanLineJson:
    return {
        "office": office_brief(each.office),
        "total": each.total,
        "used": each.used,
        "reserved": each.reserved,
        "free": each.free,
        "refused": shown(each.refused),
    }


@bp.get("/registrations/refused")
@allow("operator", "approver")
@operation(
    "未能注册的学生",
    query={"year": YEAR, "all": {"type": "boolean", "description": "true 则连同已安置的"}},
    cursor=(int, int),
)
def list_refused_children(asked: Asked) -> Page[RefusedChildJson]:
    require(actor().office_kind in BUREAUS)
    rows = queries.refused_children(
        actor(),
        year=asked.get("year") or this_year(),
        unplaced=not asked.get("all", False),
        after=asked["after"],
        limit=asked["limit"] + 1,
    )
    return page_of(rows, asked["limit"], _refused_json, lambda each: queries.place_of(each.case, each.position))


def _refused_json(each: queries.RefusedChild) -> RefusedChildJson:
    return {
        "case": each.case,
        "position": each.position,
        "name": each.name,
        "main_number": each.number,
        "school": each.school,
        "guardian": {"name": each.guardian, "phone": each.phone},
        "code": each.code,
        "detail": each.detail,
        "at": instant(each.at),
        "placed_at": each.placed_at or None,
    }


class ColumnJson(TypedDict):
    """A column of a table."""

    key: str
    label: str


class FigureLineJson(TypedDict):
    """A line of a table: its office where it has one to go on to, its cells in the order of the columns."""

    office: OfficeBriefJson | None
    cells: list[int | str | None]


class DashboardJson(TypedDict):
    """A table of figures over what an office governs, as the page shows it."""

    office: OfficeBriefJson
    since: Day
    until: Day
    title: str
    note: str
    columns: list[ColumnJson]
    lines: list[FigureLineJson]


@bp.get("/dashboards/<key>")
@allow("operator", "approver")
@operation(
    f"监测看板的一张表：{'、'.join(KEYS)}",
    query={"office": OFFICE_CODE, "days": {"type": "integer", "enum": list(PERIODS), "description": "天数，默认 30"}},
)
def show_dashboard(key: str, asked: Asked) -> DashboardJson:
    if key not in KEYS:
        raise Missing()
    wanted = asked_for(actor(), asked.get("office"), asked.get("days"))
    table = wanted.table(key)
    return {
        "office": office_brief(wanted.office),
        "since": wanted.since.isoformat(),
        "until": clock.local(wanted.now).date().isoformat(),
        "title": table.title,
        "note": table.note,
        "columns": [{"key": each.key, "label": each.label} for each in table.columns],
        "lines": [
            {"office": office_brief(line.office) if line.office else None, "cells": list(line.cells)}
            for line in table.lines
        ],
    }


class FigureTaskJson(TypedDict):
    """A task behind a figure: of its case the number, never the child."""

    id: int
    key: str
    name: str
    case: str
    process: str
    office: OfficeBriefJson
    arrived_at: Instant
    deadline: Instant
    ended_at: Instant | None


@bp.get("/dashboards/tasks/<what>")
@allow("operator", "approver")
@operation(
    "看板数字背后的环节：arrived 本机构今天到达，decided 本机构本周办理，waiting 下级待办",
    query={"office": {**OFFICE_CODE, "description": "waiting：只列该下级机构及其下级"}},
    cursor=(dt.datetime, int),
)
def list_tasks_behind_figure(what: str, asked: Asked) -> Page[FigureTaskJson]:
    if what not in KINDS:
        raise Missing()
    require(what != "waiting" or actor().office_kind in WATCHES)
    rows = tasks_of(actor(), what, office=asked.get("office"), after=asked["after"], limit=asked["limit"] + 1)
    return page_of(rows, asked["limit"], _figure_task_json, lambda each: place_of(what, each))


def _figure_task_json(task: Task) -> FigureTaskJson:
    return {
        "id": task.id,
        "key": task.key,
        "name": task.name,
        "case": task.case.number,
        "process": task.case.process_key,
        "office": office_brief(task.office),
        "arrived_at": instant(task.arrived_at),
        "deadline": instant(task.deadline),
        "ended_at": instant(task.ended_at),
    }


@bp.get("/event-log")
@allow(*READS)
@operation("一个流程的事件日志（XES）", query=QUERY, gives=MEDIA_TYPE)
def show_event_log(asked: Asked) -> Response:
    return event_log_of(asked)
