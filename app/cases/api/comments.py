"""留言 beside a case, for programs."""

from __future__ import annotations

from typing import TypedDict

from app.access import actor, allow
from app.cases.api.cases import bp
from app.cases.models.comments import CaseComment, CommentScope
from app.cases.operations.comments import COMMENT, comment
from app.cases.queries.comments import comments_of
from app.cases.transactions import read_and_seen
from app.database import transaction
from app.divisions.presenters import OfficeBriefJson, office_brief
from app.errors import Missing
from app.web import Asked, Instant, Page, instant, operation, page_of, read_json


class CommentJson(TypedDict):
    """留言: what somebody wrote beside the case, for their own office or for all parties."""

    id: int
    by: str
    office: OfficeBriefJson
    scope: CommentScope
    text: str
    at: Instant


@bp.get("/cases/<number>/comments")
@allow("operator", "approver")
@operation("办件的留言，新的在前：本机构的，以及写给所涉机构的", cursor=(int,))
def list_comments(number: str, asked: Asked) -> Page[CommentJson]:
    case, view = read_and_seen(actor(), number)
    if not view.content:
        raise Missing()
    limit = asked["limit"]
    found = comments_of(case.id, actor(), view, before=asked["after"] or 0, limit=limit + 1)
    return page_of(found, limit, _json, lambda each: [each.id])


@bp.post("/cases/<number>/comments")
@allow("operator", "approver")
@operation("在办件上留言", body=COMMENT, status=201)
def write_comment(number: str) -> CommentJson:
    typed = read_json(COMMENT)
    with transaction():
        return _json(comment(number, typed["text"], typed["scope"], actor=actor()))


def _json(each: CaseComment) -> CommentJson:
    return {
        "id": each.id,
        "by": each.user.name,
        "office": office_brief(each.office),
        "scope": each.scope,
        "text": each.text,
        "at": instant(each.at),
    }
