"""Directives, for programs: those one may see, and revoking one."""

from __future__ import annotations

from app.access import actor, allow, found
from app.cases import operations
from app.cases.api.cases import REASON, bp
from app.cases.presenters.cases import directive_json
from app.cases.presenters.json_types import DirectiveJson
from app.cases.transactions import submit_once
from app.database import db
from app.students.models import DirectiveStatus
from app.students.queries import directives
from app.web import Asked, Page, operation, page_of, read_json
from app.web.integers import LARGEST


@bp.get("/directives")
@allow("operator", "approver")
@operation(
    "指令",
    query={
        "student": {"type": "integer", "minimum": 1, "maximum": LARGEST, "description": "学生的编号（id）"},
        "status": {"type": "string", "enum": list(DirectiveStatus)},
    },
    cursor=(int,),
)
def list_directives(asked: Asked) -> Page[DirectiveJson]:
    rows = directives.directives_for(
        actor(),
        student=asked.get("student"),
        status=asked.get("status"),
        after=asked["after"] or 0,
        limit=asked["limit"] + 1,
    )
    return page_of(rows, asked["limit"], directive_json, lambda each: [each.id])


@bp.post("/directives/<number>/revoke")
@allow("operator", "approver")
@operation("撤销指令", body=REASON)
def revoke_directive(number: str) -> DirectiveJson:
    typed, caller = read_json(REASON), actor()

    def revoke() -> int:
        directive = directives.directive_for(caller, number)
        operations.revoke_directive(directive, typed["reason"], actor=caller)
        return int(directive.case_id)

    submit_once(None, ["revoke", number, typed], revoke, actor=caller)
    directive = found(directives.directive_by_number(number))
    db.session.refresh(directive)
    return directive_json(directive)
