"""Routing and clocks: which office a lane means in this case, and why; how late a task is. Pure answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from app import clock
from app.access import Actor
from app.cases.models import Case, Task
from app.divisions.models import Office, OfficeKind
from app.errors import NotAllowed, Refused
from workflows import Diagrams, TaskSpec

ROLE_NAMES = {
    "receiving_school": "转入学校",
    "receiving_bureau": "转入学校上级教育行政部门",
    "receiving_superior": "转入学校上级的上一级教育行政部门",
    "releasing_school": "转出学校",
    "releasing_bureau": "转出学校上级教育行政部门",
    "releasing_superior": "转出学校上级的上一级教育行政部门",
    "lowest_common_superior": "双方共同的上级教育行政部门",
    "province": "省教育行政部门",
    "applicant": "申请单位",
    "applicant_bureau": "申请单位上级教育行政部门",
    "applicant_superior": "申请单位上级的上一级教育行政部门",
    "local_bureau": "学校所在县（市、区）教育行政部门",
    "local_county": "学校所在县（市、区）教育行政部门，意见供参考",
    "local_city": "学校所在设区市教育行政部门",
    "source_bureau": "生源所在县（市、区）教育行政部门",
    "source_county": "生源所在县（市、区）教育行政部门，意见供参考",
    "source_city": "生源所在设区市教育行政部门",
    "filing_bureau": "备案机关",
}


class Unroutable(Refused):
    code = "E-ROUTE"
    text = "环节“{task}”没有可办理的机构（{role}），流程不能启动。"


class NotTheApplicant(NotAllowed):
    code = "E-OFFICE"
    text = "此项业务不由本机构提出。"


class OwnDraft(NotAllowed):
    code = "E-SOD-01"
    text = "经办人不得审核本人提交的业务。"


class TooLate(Refused):
    code = "E-RECALL"
    text = "{why}，不能再撤回。"


class StruckOff(Refused):
    """An office struck one child off the list; the others go on."""

    code = "E-ROW"
    text = "经审核不予办理。"


class NoRoster(Refused):
    code = "E-PLAN-01"
    text = "本件不是按备案的跨区域招生方案上传的名单，不能办理。"


class PlanNotFiled(Refused):
    code = "E-PLAN-01"
    text = "跨区域招生方案未备案：没有找到本校备案号为 {number} 的方案，不能上传名单。"


class OutsideThePlan(Refused):
    code = "E-PLAN-02"
    text = "该生的电子学籍档案不在方案备案的生源地（{source}），超出备案的招生范围。"


class NotTheConfirmer(NotAllowed):
    code = "E-OFFICE"
    text = "名单由学校上级与生源地教育行政部门各自的审核人员确认，本机构不能代为办理。"


class NotConfirmed(Refused):
    code = "E-CONSENT"
    text = "学校上级与生源地教育行政部门尚未都确认名单，不能下达指令或注册。"


class NotThere(Refused):
    code = "E-STEP"
    text = "名单上有学生尚未办到此环节，不能办理。"


class KeyReused(Refused):
    code = "E-KEY"
    text = "同一提交键已用于另一份内容，请刷新页面后重新提交。"


class NotYourTurn(NotAllowed):
    code = "E-TURN"
    text = "本件现在不在本机构办理，不能上传附件。"


class UrgedAlready(Refused):
    code = "E-URGE"
    text = "该环节已于 {when} 催办过，每个工作日只能催办一次。"


class NotOverdue(Refused):
    code = "E-NOT-OVERDUE"
    text = "该环节尚未超期，不能督办。"


class AlreadyOpen(Refused):
    code = "E-CASE-01"
    text = "该生有在办业务，办结后才能申请。"


def task_at(tasks: Iterable[Task], actor: Actor) -> Task | None:
    """The open task that waits at the actor's office, whichever of its people decides it."""
    return next((each for each in tasks if each.status == "open" and each.office_id == actor.office_id), None)


def may_urge_again(last: dt.datetime, now: dt.datetime) -> bool:
    """True once a working day has begun since the last time (催办, once per working day)."""
    return clock.working_days_between(clock.local(last).date(), clock.local(now).date()) >= 1


def may_urge(task: Task, case: Case, actor: Actor) -> bool:
    """True for the applicant's operator, where another office holds the task."""
    mine = case.applicant_office_id == actor.office_id and actor.duty == "operator"
    return mine and task.status == "open" and task.office_id != actor.office_id


def may_supervise(task: Task, actor: Actor) -> bool:
    """True for an approver of the office's own superior; a tier further up reads, and supervises its own."""
    return actor.duty == "approver" and task.office.superior_id == actor.office_id


def resolve(role: str, *, receiving: Office | None, releasing: Office | None, applicant: Office) -> Office | None:
    """The office a lane's role means in a case; None when it means nobody.

    A county unit that acts as a city has the province above it (义乌), whatever its division's code says.
    """
    match role:
        case "receiving_school":
            return receiving
        case "releasing_school":
            return releasing
        case "applicant":
            return applicant
        case "receiving_bureau":
            return receiving and receiving.superior
        case "releasing_bureau":
            return releasing and releasing.bureau
        case "applicant_bureau":
            return next_tier(applicant) if applicant.is_bureau else applicant.superior
        case "receiving_superior":
            return receiving and receiving.superior and next_tier(receiving.superior)
        case "releasing_superior":
            return releasing and releasing.bureau and next_tier(releasing.bureau)
        case "applicant_superior":
            return applicant.superior and next_tier(applicant.superior)
        case "lowest_common_superior":
            return lowest_common_superior(receiving or applicant, releasing) if releasing else None
        case "province":
            return _top(applicant)
    return None


def next_tier(bureau: Office) -> Office | None:
    """The bureau one tier up: the province above a city and above a county unit that acts as one."""
    if bureau.kind is OfficeKind.COUNTY and bureau.acts_as_city:
        return _top(bureau)
    return bureau.superior


def _top(office: Office) -> Office:
    while office.superior is not None:
        office = office.superior
    return office


def _chain(office: Office) -> list[Office]:
    chain = []
    bureau = office.superior
    while bureau is not None:
        chain.append(bureau)
        bureau = next_tier(bureau)
    return chain


def lowest_common_superior(one: Office, other: Office) -> Office | None:
    """The lowest bureau that answers for both."""
    theirs = {bureau.id for bureau in _chain(other)}
    return next((bureau for bureau in _chain(one) if bureau.id in theirs), None)


@dataclass(frozen=True)
class Step:
    """One step of a route: which office, and the reason in the user's words."""

    key: str
    name: str
    role: str
    duty: str
    office: Office
    reason: str
    skipped: bool


def parties(
    diagrams: Diagrams,
    *,
    receiving: Office | None,
    releasing: Office | None,
    applicant: Office,
    known: Mapping[str, Office] | None = None,
) -> dict[str, Office]:
    """The office of every role that a lane of the diagram names; known -- what the opening has found out already.

    Raises Unroutable when a task would be nobody's: never an orphan task.
    """
    found: dict[str, Office] = {}
    for task in diagrams.tasks.values():
        if task.role not in found:
            office = (known or {}).get(task.role) or resolve(
                task.role, receiving=receiving, releasing=releasing, applicant=applicant
            )
            if office is None and task.key in diagrams.route and _may_be_skipped(task):
                continue
            if office is None:
                raise Unroutable(task=task.name, role=ROLE_NAMES.get(task.role, task.role))
            found[task.role] = office
    return found


SOMETIMES_NOBODY = (
    "receiving_superior",
    "releasing_school",
    "releasing_bureau",
    "releasing_superior",
    "applicant_bureau",
    "applicant_superior",
    "lowest_common_superior",
    "local_county",
    "source_county",
)


def _may_be_skipped(task: TaskSpec) -> bool:
    """A lane that only some cases use (city review above a city-run school) may mean nobody in the others.

    A task that a case does pass is refused in `route`.
    """
    return task.role in SOMETIMES_NOBODY


def route(diagrams: Diagrams, offices: Mapping[str, Office], visited: tuple[str, ...]) -> list[Step]:
    """The steps of a case's route in order, each with its reason.

    visited -- keys of the tasks the run passes when everybody agrees; the others are skipped, and say why.
    """
    steps = []
    for key in diagrams.route:
        task = diagrams.tasks[key]
        office = offices.get(task.role)
        if office is None:
            if key in visited:
                raise Unroutable(task=task.name, role=ROLE_NAMES.get(task.role, task.role))
            continue
        skipped = key not in visited
        reason = reason_for(task.role, office, skipped, other_side=other_side(diagrams))
        steps.append(Step(key, task.name, task.role, task.duty, office, reason, skipped))
    return steps


def other_side(diagrams: Diagrams) -> str:
    """What a process calls the school that is not the applicant's."""
    return diagrams.properties.get("releasing_as", "转出学校")


def reason_for(role: str, office: Office, skipped: bool, *, other_side: str = "转出学校") -> str:
    """Why this office: 转出学校上级教育行政部门：宁波市鄞州区教育局.

    other_side -- what the diagram calls the school that is not the applicant's (its property `releasing_as`).
    """
    reason = f"{ROLE_NAMES[role].replace('转出学校', other_side)}：{office.name}"
    if skipped and role == "receiving_bureau":
        return f"{reason}（双方学校同属该上级，由其一并核办）"
    return f"{reason}（本件不须此环节）" if skipped else reason


def light(deadline: dt.datetime, now: dt.datetime, *, paused: bool = False) -> str:
    """green, yellow (the last 3 working days), red (overdue) or paused."""
    if paused:
        return "paused"
    if now > deadline:
        return "red"
    return "yellow" if days_left(deadline, now) <= 3 else "green"


def days_left(deadline: dt.datetime, now: dt.datetime) -> int:
    """Whole working days until the deadline's day; negative when it has passed."""
    return clock.working_days_between(clock.local(now).date(), clock.local(deadline).date())


def time_left(deadline: dt.datetime, now: dt.datetime, *, paused: bool = False) -> str:
    """剩 3 个工作日, 今日到期, 超期 2 个工作日, 暂停计时."""
    if paused:
        return "暂停计时"
    left = days_left(deadline, now)
    if now > deadline:
        return f"超期 {max(1, -left)} 个工作日"
    return f"剩 {left} 个工作日" if left else "今日到期"
