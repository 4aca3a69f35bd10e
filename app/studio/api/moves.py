"""环节调整, for programs: where a case stands, propose where it is to wait, approve or return."""

from __future__ import annotations

from app.access import actor, allow
from app.database import transaction
from app.studio.api.drafts import bp
from app.studio.api.proposals import DECISION
from app.studio.operations import moves as operations
from app.studio.presenters.moves import MoveJson, PositionJson, move_json, position_json
from app.studio.queries import moves as queries
from app.studio.transactions import decide_move
from app.web import Asked, Page, one_page, operation, read_json

KEY = {"type": "string", "minLength": 1, "maxLength": 40}
BODY = {
    "type": "object",
    "properties": {
        "task": {**KEY, "title": "所停的环节"},
        "to": {**KEY, "title": "改办的环节"},
        "reason": {"type": "string", "title": "调整原因", "minLength": 1, "maxLength": 200},
    },
    "required": ["task", "to", "reason"],
}
CASE = {"type": "string", "maxLength": 24, "description": "办件编号"}


@bp.get("/cases/<number>/position")
@allow("analyst", "publisher")
@operation("办件所停的环节，以及可以调整到哪些环节")
def show_position(number: str) -> PositionJson:
    return position_json(queries.position_of(actor(), number))


@bp.post("/cases/<number>/moves")
@allow("analyst")
@operation("提出调整办理环节：写明原因，由其他人审批；不能调整的为 E-MOVE", body=BODY)
def propose_move(number: str) -> MoveJson:
    typed = read_json(BODY)
    with transaction():
        move_id = operations.propose(number, typed["task"], typed["to"], typed["reason"], actor=actor()).id
    return _move(move_id)


@bp.get("/moves")
@allow("analyst", "publisher")
@operation("环节调整，新的在前", query={"case": CASE})
def list_moves(asked: Asked) -> Page[MoveJson]:
    return one_page([move_json(each) for each in queries.moves(actor(), case=asked.get("case"))])


@bp.get("/moves/<int:move_id>")
@allow("analyst", "publisher")
@operation("一次环节调整")
def show_move(move_id: int) -> MoveJson:
    return _move(move_id)


@bp.post("/moves/<int:move_id>/decision")
@allow("publisher")
@operation("审批环节调整：agree 即行调整；send_back 退回（须有意见）；提出人不能审批（E-OWN）", body=DECISION)
def decide_on_move(move_id: int) -> MoveJson:
    typed = read_json(DECISION)
    return _move(decide_move(move_id, typed["outcome"], typed.get("opinion", ""), actor=actor()))


@bp.post("/moves/<int:move_id>/withdraw")
@allow("analyst")
@operation("撤回待审批的环节调整")
def withdraw_move(move_id: int) -> MoveJson:
    with transaction():
        operations.withdraw(move_id, actor=actor())
    return _move(move_id)


def _move(move_id: int) -> MoveJson:
    return move_json(queries.move_for(actor(), move_id))
