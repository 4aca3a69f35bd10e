"""委托 and 请假, for programs."""

from __future__ import annotations

from typing import Any

from app import clock
from app.access import actor, allow
from app.cases import operations
from app.cases.api.cases import bp
from app.cases.operations.delegations import REASON
from app.cases.presenters.delegations import DelegationJson, delegation_json, wish_of
from app.cases.presenters.task_json_types import PeopleJson
from app.cases.queries.delegations import delegations_of, people_to_delegate_to
from app.cases.transactions import work_leave
from app.database import db, transaction
from app.identity.models import Delegation
from app.web import Page, one_page, operation, read_json

DELEGATION: dict[str, Any] = {
    "type": "object",
    "properties": {
        "to": {"type": "integer", "title": "受委托人", "minimum": 1, "description": "本机构同一岗位在岗人员的编号"},
        "starts_on": {"type": "string", "title": "开始日期", "format": "date"},
        "ends_on": {"type": "string", "title": "结束日期", "format": "date", "description": "当日有效"},
        "processes": {
            "type": ["array", "null"],
            "title": "委托的事项",
            "items": {"type": "string", "maxLength": 40},
            "maxItems": 200,
            "description": "流程；不写则为全部",
        },
        "leave": {"type": "boolean", "title": "请假", "description": "开始当日把转办给本人的待办转由受委托人办理"},
        **REASON["properties"],
    },
    "required": ["to", "starts_on", "ends_on", "reason"],
}


@bp.get("/delegations")
@allow("operator", "approver")
@operation("本人在本机构委托他人的和受他人委托的，新的在前")
def list_delegations() -> Page[DelegationJson]:
    return one_page([delegation_json(each, clock.today()) for each in delegations_of(actor())])


@bp.get("/delegations/people")
@allow("operator", "approver")
@operation("可以委托的人员：本机构同一岗位在岗的其他人员")
def list_people_to_delegate_to() -> PeopleJson:
    return {"people": [{"id": each.id, "name": each.name} for each in people_to_delegate_to(actor())]}


@bp.post("/delegations")
@allow("operator", "approver")
@operation("委托本机构同一岗位的人员代为办理当前岗位的业务；受委托人以 X-Delegation 办理", body=DELEGATION, status=201)
def give_delegation() -> DelegationJson:
    typed, caller = read_json(DELEGATION), actor()
    wish = wish_of(typed, typed["to"])
    with transaction():
        given = operations.delegate(wish, actor=caller).id
    if wish.leave and wish.starts_on <= clock.today():
        work_leave(given, actor=caller)
    return delegation_json(db.session.get_one(Delegation, given), clock.today())


@bp.delete("/delegations/<int:delegation_id>")
@allow("operator", "approver")
@operation("撤销委托，立即生效", status=204)
def take_delegation_back(delegation_id: int) -> None:
    with transaction():
        operations.revoke_delegation(delegation_id, actor=actor())
