"""May an office let a case stand still, go on, or end for good? Each answer is the refusal that says why not, or None.

暂停 and 恢复 are the office's that has the case; 终止 is its approver's, and final. What has come of a case already is
not ended so: a directive is revoked (撤销指令), a change of the record is taken back by a case of its own.
"""

from __future__ import annotations

from app.access import Actor
from app.cases.models import CaseStatus, TaskStatus
from app.cases.rules.ended_cases import too_late
from app.cases.rules.permissions import CaseFacts, Effects, TaskFacts, why_halted, why_it_waits, why_not_on_behalf
from app.cases.rules.refusals import ActedElsewhere, NotPaused, NotTerminated, OwnDraft
from app.errors import NotAllowed, Refused

PAUSE, RESUME = "暂停", "恢复"


def why_not_pause(task: TaskFacts, case: CaseFacts, effects: Effects, actor: Actor) -> Refused | None:
    """Against 暂停: people of an office that has the case, in the duty of the task that waits there.

    The applicant takes its application back instead: it stops nobody's clock.
    """
    mine = task.office_id == actor.office_id and task.duty == actor.duty
    if not mine or case.applicant_office_id == actor.office_id:
        return NotAllowed()
    if task.status != TaskStatus.OPEN:
        return too_late(case.outcome)
    if case.status == CaseStatus.REPAIRING:
        return NotPaused(what=PAUSE, why="本件正在补正，办理时限已经暂停")
    if case.status == CaseStatus.PAUSED:
        return NotPaused(what=PAUSE, why="本件已经暂停")
    if why := why_halted(case):
        return why
    return NotPaused(what=PAUSE, why=why_come) if (why_come := _come_of_it(effects)) else None


def why_not_resume(case: CaseFacts, actor: Actor, *, paused_by: int | None) -> Refused | None:
    """Against 恢复: people of the office that has paused it; paused_by -- that office's id, None where none has."""
    if actor.duty not in ("operator", "approver"):
        return NotAllowed()
    if case.status == CaseStatus.CLOSED:
        return too_late(case.outcome)
    if paused_by is None:
        return NotPaused(what=RESUME, why="本件没有暂停")
    return None if paused_by == actor.office_id else NotAllowed()


def why_not_terminate(
    task: TaskFacts,
    case: CaseFacts,
    effects: Effects,
    actor: Actor,
    *,
    drafted: bool,
    elsewhere: bool,
    joint: bool,
) -> Refused | None:
    """Against 终止: an approver of an office that has the case, who has not drafted it; the applicant takes it back.

    drafted, elsewhere -- as `why_not_decider`; joint -- whether several people answer the task, none of them alone
    """
    if task.office_id != actor.office_id or actor.duty != "approver" or case.applicant_office_id == actor.office_id:
        return NotAllowed()
    if task.status != TaskStatus.OPEN:
        return too_late(case.outcome)
    if drafted:
        return OwnDraft()
    if elsewhere and actor.office_kind != "school":
        return ActedElsewhere()
    if refusal := why_not_on_behalf(task, case, actor):
        return refusal
    if joint:
        return NotTerminated(why="会签环节由多人分别办理")
    if waits := why_it_waits(task, case):
        return waits
    return NotTerminated(why=why) if (why := _come_of_it(effects)) else None


def _come_of_it(effects: Effects) -> str:
    if effects.directive:
        return "指令已下达，须先由下达机关撤销指令"
    if effects.released:
        return "名单已核准办理"
    return "学籍已按本件变动" if effects.written else ""
