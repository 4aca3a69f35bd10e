"""People, posts and what is proposed of them, for programs."""

from __future__ import annotations

from typing import Any, TypedDict

from flask import Blueprint

from app.access import actor, allow
from app.database import transaction
from app.divisions.presenters import OfficeBriefJson, office_brief
from app.identity.models import Duty, Post
from app.identity.operations import hashed
from app.personnel import operations, queries
from app.personnel.models import PostProposal, ProposalKind, ProposalStatus
from app.personnel.views import hand_on_tasks, new_password
from app.web import Asked, Day, Instant, Page, instant, operation, page_of, read_json

bp = Blueprint("personnel_api", __name__, url_prefix="/api/v1/people")
REASON = {"type": "string", "title": "事由", "minLength": 1, "maxLength": 200}
APPOINTMENT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "office": {"type": "string", "title": "机构代码", "maxLength": 12, "description": "本机构或直接下级机构"},
        "name": {"type": "string", "title": "姓名", "minLength": 1, "maxLength": 40},
        "username": {"type": "string", "title": "用户名", "minLength": 1, "maxLength": 40},
        "duty": {"type": "string", "title": "岗位", "enum": list(Duty)},
        "starts_on": {"type": "string", "title": "任职起日", "format": "date"},
        "ends_on": {"type": ["string", "null"], "title": "任职止日", "format": "date"},
        "reason": REASON,
    },
    "required": ["office", "name", "username", "duty", "starts_on", "reason"],
    "additionalProperties": False,
}
END: dict[str, Any] = {
    "type": "object",
    "properties": {
        "ends_on": {"type": "string", "title": "最后一日", "format": "date"},
        "to": {"type": ["integer", "null"], "title": "名下待办移交给", "minimum": 1},
        "reason": REASON,
    },
    "required": ["ends_on", "reason"],
    "additionalProperties": False,
}
HANDING: dict[str, Any] = {
    "type": "object",
    "properties": {
        "to": {"type": "integer", "title": "移交给", "minimum": 1},
        "reason": {**REASON, "title": "移交原因"},
    },
    "required": ["to", "reason"],
}
ANSWER: dict[str, Any] = {
    "type": "object",
    "properties": {
        "outcome": {"type": "string", "title": "审批结果", "enum": ["agree", "refuse"]},
        "opinion": {"type": "string", "title": "不同意的理由", "maxLength": 200},
    },
    "required": ["outcome"],
}


class NamedPersonJson(TypedDict):
    """Somebody who is named in a proposal or holds a post."""

    username: str
    name: str


class HeldPostJson(TypedDict):
    """岗位: who holds which duty at the office, from a day until a day."""

    id: int
    person: NamedPersonJson
    office: OfficeBriefJson
    duty: Duty
    starts_on: Day
    ends_on: Day | None


class PostProposalJson(TypedDict):
    """任职申请: a post that is to begin or to end; `new_account` where the grant makes the account."""

    id: int
    kind: ProposalKind
    status: ProposalStatus
    person: NamedPersonJson
    new_account: bool
    office: OfficeBriefJson
    duty: Duty
    starts_on: Day
    ends_on: Day | None
    reason: str
    proposed_by: str
    proposed_at: Instant
    decided_at: Instant | None
    opinion: str


class DecidedPostProposalJson(TypedDict):
    """A proposal that was just decided; the first password of an account that it made, said this once."""

    proposal: PostProposalJson
    first_password: str | None


class HandedOnJson(TypedDict):
    """How many tasks the colleague has now, and how many went back to the office."""

    handed_on: int
    returned: int


OFFICE = {"office": {"type": "string", "maxLength": 12, "description": "本机构（默认）或直接下级机构的代码"}}


@bp.get("/posts")
@allow("approver")
@operation("一个机构现有的岗位", query=OFFICE, cursor=(int,))
def list_posts(asked: Asked) -> Page[HeldPostJson]:
    office, limit = queries.office_led(actor(), asked.get("office") or actor().office_code), asked["limit"]
    found = queries.posts_at(office.id, after=asked["after"] or 0, limit=limit + 1)
    return page_of(found, limit, _post, lambda each: [each.id])


@bp.post("/posts/<int:post_id>/end")
@allow("approver")
@operation("提出离任：岗位的最后一日，名下待办移交给谁", body=END, status=201)
def propose_post_end(post_id: int) -> PostProposalJson:
    typed = read_json(END)
    with transaction():
        held = queries.post_led(actor(), post_id)
        return _proposal(operations.propose_end(held, {**typed, "to_user": typed.get("to")}, actor=actor()))


@bp.post("/posts/<int:post_id>/hand-on")
@allow("approver")
@operation("将该岗位名下的全部待办移交给同岗位人员，每件一个事务", body=HANDING)
def hand_on_tasks_of_post(post_id: int) -> HandedOnJson:
    typed = read_json(HANDING)
    taken = hand_on_tasks(queries.post_led(actor(), post_id), typed["to"], typed["reason"], actor())
    return {"handed_on": sum(taken), "returned": len(taken) - sum(taken)}


@bp.get("/proposals")
@allow("approver", "secadmin")
@operation(
    "任职与离任的申请：负责人看一个机构的，新的在前；安全管理员看等待审批的，早的在前", query=OFFICE, cursor=(int,)
)
def list_post_proposals(asked: Asked) -> Page[PostProposalJson]:
    caller, limit, place = actor(), asked["limit"], asked["after"] or 0
    if caller.duty == "secadmin":
        found = queries.open_proposals(caller, after=place, limit=limit + 1)
    else:
        office = queries.office_led(caller, asked.get("office") or caller.office_code)
        found = queries.proposals_of(office.id, before=place, limit=limit + 1)
    return page_of(found, limit, _proposal, lambda each: [each.id])


@bp.post("/proposals")
@allow("approver")
@operation("提出任职，由安全管理员审批", body=APPOINTMENT, status=201)
def propose_post() -> PostProposalJson:
    typed, caller = read_json(APPOINTMENT), actor()
    with transaction():
        office = queries.office_led(caller, typed["office"])
        return _proposal(operations.propose(office, typed, actor=caller))


@bp.post("/proposals/<int:proposal_id>/decision")
@allow("secadmin")
@operation("审批任职或离任的申请；新账号的初始密码只在此回答一次", body=ANSWER)
def decide_post_proposal(proposal_id: int) -> DecidedPostProposalJson:
    typed, caller = read_json(ANSWER), actor()
    agrees, first = typed["outcome"] == "agree", new_password()
    password_hash = hashed(first) if agrees else ""
    with transaction():
        proposal = queries.proposal_for(caller, proposal_id)
        if not agrees:
            operations.refuse(proposal, typed.get("opinion", ""), actor=caller)
        granted = operations.grant(proposal, password_hash, actor=caller) if agrees else None
        shown = first if granted is not None and granted.is_new else None
        return {"proposal": _proposal(proposal), "first_password": shown}


@bp.post("/proposals/<int:proposal_id>/withdraw")
@allow("approver")
@operation("撤回任职或离任的申请")
def withdraw_post_proposal(proposal_id: int) -> PostProposalJson:
    with transaction():
        proposal = queries.proposal_for(actor(), proposal_id)
        operations.withdraw(proposal, actor=actor())
        return _proposal(proposal)


def _post(each: Post) -> HeldPostJson:
    return {
        "id": each.id,
        "person": {"username": each.user.username, "name": each.user.name},
        "office": office_brief(each.office),
        "duty": each.duty,
        "starts_on": each.starts_on.isoformat(),
        "ends_on": each.ends_on.isoformat() if each.ends_on else None,
    }


def _proposal(each: PostProposal) -> PostProposalJson:
    return {
        "id": each.id,
        "kind": each.kind,
        "status": each.status,
        "person": {"username": each.username, "name": each.name},
        "new_account": each.kind is ProposalKind.APPOINT and each.user_id is None,
        "office": office_brief(each.office),
        "duty": each.duty,
        "starts_on": each.starts_on.isoformat(),
        "ends_on": each.ends_on.isoformat() if each.ends_on else None,
        "reason": each.reason,
        "proposed_by": each.proposed_by.name,
        "proposed_at": instant(each.proposed_at),
        "decided_at": instant(each.decided_at),
        "opinion": each.opinion,
    }
