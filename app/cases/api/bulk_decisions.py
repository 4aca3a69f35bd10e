"""Tasks that are decided together, for programs."""

from __future__ import annotations

from flask import request

from app.access import actor, allow
from app.cases.api.cases import bp
from app.cases.operations import Answer
from app.cases.operations.answers import LONGEST_OPINION
from app.cases.presenters.bulk_decisions import BulkDecisionJson, BulkDecisionsJson
from app.cases.rules.bulk_decisions import IN_BULK, MOST_AT_ONCE
from app.cases.transactions import DecidedInBulk, decide_each
from app.web import operation, read_json

BULK = {
    "type": "object",
    "properties": {
        "tasks": {
            "type": "array",
            "title": "环节",
            "minItems": 1,
            "maxItems": MOST_AT_ONCE,
            "uniqueItems": True,
            "items": {"type": "integer", "title": "环节编号"},
        },
        "outcome": {"title": "办理结果", "enum": list(IN_BULK)},
        "opinion": {"type": ["string", "null"], "title": "意见", "maxLength": LONGEST_OPINION, "x-widget": "textarea"},
    },
    "required": ["tasks", "outcome"],
}


@bp.post("/tasks/bulk")
@allow("operator", "approver")
@operation("批量办理：同一事项同一环节的多件，逐件办理、逐件给出结果", body=BULK, idempotent=True)
def decide_in_bulk() -> BulkDecisionsJson:
    typed, caller = read_json(BULK), actor()
    answer = Answer(typed["outcome"], opinion=typed.get("opinion") or "")
    results = decide_each(typed["tasks"], answer, request.headers.get("Idempotency-Key"), actor=caller)
    return {"results": [_result(each) for each in results], "decided": sum(each.refusal is None for each in results)}


def _result(each: DecidedInBulk) -> BulkDecisionJson:
    refusal = each.refusal
    return {
        "task": each.task_id,
        "case": each.number,
        "ok": refusal is None,
        "code": refusal.code if refusal else None,
        "detail": refusal.detail if refusal else None,
    }
