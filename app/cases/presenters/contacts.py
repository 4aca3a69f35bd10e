"""Who can act at the steps of a case that wait and that are to come, and whom to call there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.cases.models import Case, RouteStep, Task, TaskStatus
from app.cases.presenters.cases import state_of
from app.cases.presenters.task_json_types import ContactJson
from app.cases.queries import View
from app.cases.queries.colleagues import Colleague, people_at
from app.cases.queries.hand_overs import why_not_take_over
from app.divisions.models import Office
from app.divisions.presenters import office_brief
from app.identity.models import DUTY_NAMES, Duty

MOST_NAMED = 10  # people of a desk who are named


@dataclass(frozen=True)
class Contact:
    """One step with whom it waits for, or will.

    people -- their names, for those who read the opinions too; more -- how many there are beside them
    """

    key: str
    name: str
    state: str  # waiting, to come
    office: Office
    duty: str
    telephone: str  # of the office's service; nobody's own
    people: tuple[str, ...]
    more: int

    @property
    def duty_name(self) -> str:
        return DUTY_NAMES[Duty(self.duty)]


def contacts_of(case: Case, view: View) -> list[Contact]:
    """The steps that wait, then those to come, each with who may act there: whoever drafted the case is left out."""
    waiting = [each for each in case.tasks if each.status is TaskStatus.OPEN]
    coming = [each for each in case.route if state_of(each, case) == "to come"] if case.closed_at is None else []
    desks = {*(_desk(each) for each in waiting), *(_desk(each) for each in coming)} if view.whole else set()
    people = people_at(desks)
    return [
        *(_contact(each, "waiting", _able(each, people.get(_desk(each), ()))) for each in waiting),
        *(_contact(each, "to come", _may(each, case, people.get(_desk(each), ()))) for each in coming),
    ]


def _desk(step: Task | RouteStep) -> tuple[int, str]:
    return step.office_id, str(step.duty)


def _able(task: Task, people: Sequence[Colleague]) -> list[str]:
    """Who may decide an open task: the person to whom it was handed over, else whom nothing keeps from it."""
    if task.assignee_id is not None:
        return [each.name for each in people if each.id == task.assignee_id]
    return [each.name for each in people if why_not_take_over(task, each) is None]


def _may(step: RouteStep, case: Case, people: Sequence[Colleague]) -> list[str]:
    drafted = {case.opened_by} if step.duty == Duty.APPROVER else set()
    return [each.name for each in people if each.id not in drafted]


def _contact(step: Task | RouteStep, state: str, names: Sequence[str]) -> Contact:
    return Contact(
        key=step.key,
        name=step.name,
        state=state,
        office=step.office,
        duty=str(step.duty),
        telephone=step.office.telephone,
        people=tuple(names[:MOST_NAMED]),
        more=max(0, len(names) - MOST_NAMED),
    )


def contact_json(contact: Contact) -> ContactJson:
    """One step with whom to call, as programs read it."""
    return {
        "key": contact.key,
        "name": contact.name,
        "state": contact.state,
        "office": office_brief(contact.office),
        "duty": Duty(contact.duty),
        "telephone": contact.telephone or None,
        "people": list(contact.people),
        "more": contact.more,
    }
