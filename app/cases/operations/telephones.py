"""The service telephone that an office gives to whoever asks about a case."""

from __future__ import annotations

from typing import Any

from app import audit
from app.access import Actor
from app.database import db
from app.divisions.models import Office
from app.errors import NotAllowed, Objected
from app.web import objections

TELEPHONE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "telephone": {
            "type": "string",
            "title": "服务电话",
            "maxLength": 30,
            "pattern": "^([0-9]{3,4}-)?[0-9]{5,8}(-[0-9]{1,6})?$|^$",
        }
    },
    "required": ["telephone"],
}


def set_telephone(telephone: str, *, actor: Actor) -> None:
    """Set the number at which the actor's office answers questions about cases, empty for none.

    Raises NotAllowed for whoever is no approver of the office, Objected where it is no number of a landline.
    """
    if actor.duty != "approver":
        raise NotAllowed()
    if faults := objections(TELEPHONE, {"telephone": telephone}):
        raise Objected([*faults])
    office = db.session.get_one(Office, actor.office_id, with_for_update=True)
    if office.telephone == telephone:
        return
    before, office.telephone = office.telephone, telephone
    audit.record(
        "offices/telephone",
        f"office:{actor.office_code}",
        actor=actor,
        before={"telephone": before},
        after={"telephone": telephone},
    )
