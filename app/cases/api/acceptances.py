"""受理, for programs: what was said of the papers of a case, and taking it in."""

from __future__ import annotations

from app.access import actor, allow
from app.cases import operations
from app.cases.api.cases import answer_of, bp
from app.cases.models import Acceptance, TaskStatus
from app.cases.presenters.json_types import CaseWithPapersJson
from app.cases.presenters.task_json_types import AcceptanceJson, AcceptancesJson
from app.cases.queries.acceptances import acceptances_of, accepted_until
from app.cases.transactions import read_and_seen, submit_once
from app.divisions.presenters import office_brief
from app.errors import Missing
from app.web import instant, operation


@bp.post("/tasks/<int:task_id>/acceptance")
@allow("operator", "approver")
@operation("受理：材料齐全，办理时限自此起算", refuses=(409,))
def accept_task(task_id: int) -> CaseWithPapersJson:
    caller = actor()
    case_id = submit_once(None, ["accept", task_id], lambda: operations.accept(task_id, actor=caller), actor=caller)
    return answer_of(caller, case_id)


@bp.get("/cases/<number>/acceptances")
@allow("operator", "approver")
@operation("受理、一次性告知与不予受理的记录，及须在何时之前受理")
def list_acceptances(number: str) -> AcceptancesJson:
    case, view = read_and_seen(actor(), number)
    if not view.whole:
        raise Missing()
    waiting = [accepted_until(each) for each in case.tasks if each.status is TaskStatus.OPEN]
    return {
        "until": instant(next((each for each in waiting if each is not None), None)),
        "said": [_json(each) for each in acceptances_of(case.id)],
    }


def _json(said: Acceptance) -> AcceptanceJson:
    return {
        "id": said.id,
        "kind": said.kind,
        "office": office_brief(said.office),
        "at": instant(said.at),
        "lacks": said.lacks,
        "reason": said.reason,
    }
