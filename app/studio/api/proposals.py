"""Proposing and publishing, for programs."""

from __future__ import annotations

from app.access import actor, allow
from app.database import transaction
from app.studio.api.drafts import bp
from app.studio.models import ProposalStatus
from app.studio.operations import proposals as operations
from app.studio.presenters.drafts import proposal_brief
from app.studio.presenters.json_types import ProposalBriefJson, ProposalJson
from app.studio.presenters.proposals import proposal_json
from app.studio.queries import drafts as queries
from app.studio.transactions import decide_proposal, propose_draft
from app.web import Asked, Page, one_page, operation, read_json

NOTE = {
    "type": "object",
    "properties": {
        "note": {"type": "string", "title": "修改说明", "minLength": 1, "maxLength": 2000, "x-widget": "textarea"}
    },
    "required": ["note"],
}
DECISION = {
    "type": "object",
    "properties": {
        "outcome": {"type": "string", "title": "结果", "enum": ["agree", "send_back"]},
        "opinion": {"type": "string", "title": "意见", "maxLength": 2000, "x-widget": "textarea"},
    },
    "required": ["outcome"],
}
STATUS = {"type": "string", "enum": [each.value for each in ProposalStatus], "description": "状态"}
PROCESS = {"type": "string", "maxLength": 40, "description": "流程编号"}


@bp.post("/drafts/<int:draft_id>/propose")
@allow("analyst")
@operation("提出发布申请；有错误或未能判定的为 422（E-FINDING）", body=NOTE, status=201)
def propose_process_draft(draft_id: int) -> ProposalJson:
    typed = read_json(NOTE)
    return _proposal(propose_draft(draft_id, typed["note"], actor=actor()))


@bp.get("/proposals")
@allow("analyst", "publisher")
@operation("发布申请，新的在前", query={"status": STATUS, "process": PROCESS})
def list_proposals(asked: Asked) -> Page[ProposalBriefJson]:
    status = ProposalStatus(asked["status"]) if "status" in asked else None
    found = queries.proposals_of(actor(), status=status, process=asked.get("process"))
    return one_page([proposal_brief(each) for each in found])


@bp.get("/proposals/<int:proposal_id>")
@allow("analyst", "publisher")
@operation("一份发布申请：与上一版的差别、检查结果")
def show_proposal(proposal_id: int) -> ProposalJson:
    return _proposal(proposal_id)


@bp.post("/proposals/<int:proposal_id>/decision")
@allow("publisher")
@operation("审批发布申请：agree 发布，send_back 退回（须有意见）；提出或修改过草稿的人不能审批（E-OWN）", body=DECISION)
def decide_on_proposal(proposal_id: int) -> ProposalJson:
    typed = read_json(DECISION)
    return _proposal(decide_proposal(proposal_id, typed["outcome"], typed.get("opinion", ""), actor=actor()))


@bp.post("/proposals/<int:proposal_id>/withdraw")
@allow("analyst")
@operation("撤回待审批的发布申请")
def withdraw_proposal(proposal_id: int) -> ProposalJson:
    with transaction():
        operations.withdraw(proposal_id, actor=actor())
    return _proposal(proposal_id)


def _proposal(proposal_id: int) -> ProposalJson:
    return proposal_json(queries.proposal_for(actor(), proposal_id))
