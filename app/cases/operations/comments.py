"""留言: what somebody writes beside a case, for their own office or for all of its parties."""

from __future__ import annotations

from typing import Any

from app import audit, clock
from app.access import Actor
from app.cases.models.comments import CaseComment, CommentScope
from app.cases.queries.cases import case_for
from app.database import db
from app.errors import Missing, Objected
from app.web import canonical
from app.web import objections as form_objections

SCOPES = [
    {"const": CommentScope.OFFICE.value, "title": "仅本机构人员可见"},
    {"const": CommentScope.PARTIES.value, "title": "本件所涉机构可见"},
]
COMMENT: dict[str, Any] = {
    "type": "object",
    "properties": {
        "text": {"type": "string", "title": "留言", "minLength": 1, "maxLength": 500, "x-widget": "textarea"},
        "scope": {"type": "string", "title": "可见范围", "oneOf": SCOPES},
    },
    "required": ["text", "scope"],
}


def comment(number: str, text: str, scope: str, *, actor: Actor) -> CaseComment:
    """Write beside a case whose content the actor reads; for its parties only where they read its opinions too.

    Raises Missing, Objected.
    """
    text = canonical.text(text).strip()
    if faults := list(form_objections(COMMENT, {"scope": scope, **({"text": text} if text else {})})):
        raise Objected(list(faults))
    case, view = case_for(actor, number)
    if not view.content or (scope == CommentScope.PARTIES and not view.whole):
        raise Missing()
    said = {"case_id": case.id, "office_id": actor.office_id, "user_id": actor.user_id, "at": clock.now()}
    written = CaseComment(**said, scope=CommentScope(scope), text=text)
    db.session.add(written)
    db.session.flush()
    audit.record("cases/comment", f"case:{number}", actor=actor, after={"scope": scope})
    return written
