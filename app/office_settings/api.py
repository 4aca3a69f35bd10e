"""办理设置, for programs."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint

from app.access import actor, allow
from app.database import transaction
from app.office_settings import operations
from app.office_settings.presenters import SettingJson, kind_of, profile, settable_version, setting_json
from app.office_settings.rules import WINDOWS, form_of
from app.web import operation, read_json

bp = Blueprint("office_settings_api", __name__, url_prefix="/api/v1/office-settings")
CHANGE: dict[str, Any] = form_of(WINDOWS)
CHANGE["properties"]["lines"] = {
    **CHANGE["properties"]["lines"],
    "title": "内容",
    "description": "每项一行，写法同设置页",
}


@bp.get("/<kind>/<process>")
@allow("approver")
@operation("一个流程的一项办理设置：对本机构现行的、随系统提供的和历次变更")
def show_setting(kind: str, process: str) -> SettingJson:
    asked, caller = kind_of(kind), actor()
    allowed = operations.why_not_set(asked, caller) is None
    return setting_json(asked, settable_version(asked, process), caller, may_set=allowed)


@bp.post("/<kind>/<process>")
@allow("approver")
@operation("自某日起变更一项办理设置；内容为空即不再单独设定", body=CHANGE, status=201)
def change_setting(kind: str, process: str) -> SettingJson:
    asked, caller, typed = kind_of(kind), actor(), read_json(CHANGE)
    version, starts_on = settable_version(asked, process), dt.date.fromisoformat(typed["starts_on"])
    with transaction():
        operations.change(
            asked, version, typed.get("lines", []), starts_on, typed["note"], profile=profile(), actor=caller
        )
    return setting_json(asked, version, caller, may_set=True)
