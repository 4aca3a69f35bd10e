"""What a case refuses, each with its code."""

from __future__ import annotations

from app.errors import NotAllowed, Refused, Stale, WrongOffice
from app.students.rules.children import OpenCase
from app.students.rules.transfer import WindowClosed


class Unroutable(Refused):
    code = "E-ROUTE"
    text = "环节“{task}”没有可办理的机构（{role}），流程不能启动。"


class NotTheApplicant(WrongOffice, NotAllowed):
    text = "此项业务不由本机构提出。"


class OwnDraft(NotAllowed):
    code = "E-SOD-01"
    text = "经办人不得审核本人提交的业务。"


class ActedElsewhere(NotAllowed):
    """Nobody acts for two offices in one case (domain.md 1.2)."""

    code = "E-SOD-02"
    text = "您已代表其他机构办理过本件，不得再代表本机构办理，请转由本机构其他人员办理。"


class DelegateElsewhere(NotAllowed):
    """Nobody acts for a colleague in a case in which another office of theirs takes part (domain.md 1.2)."""

    code = "E-SOD-03"
    text = "您在本件所涉的其他机构任职，不得代{who}办理本件。"


class NotReviewed(NotAllowed):
    """An office, or the province for all, has set that its operator looks first (domain.md, Decisions)."""

    code = "E-REVIEW"
    text = "本机构规定此项业务须先由经办人初审：请提请初审，初审后再办理。"


class NotDelegated(NotAllowed):
    """What was given to a colleague, and what of it they may not do."""

    code = "E-DELEGATION"
    text = "受{who}委托不能办理：{why}。"


class NotGiven(Refused):
    """A post that is not given to a colleague, or not taken back."""

    code = "E-DELEGATE"
    text = "不能委托或撤销委托：{why}。"


class OtherDuty(Refused):
    """A post that is given to somebody to whom nobody has granted its duty."""

    code = "E-DELEGATE-02"
    text = (
        "{who}在本机构没有“{duty}”岗位，不能受此委托。只能委托本机构同一岗位的人员；"
        "确须由其办理的，先由负责人在“人员与岗位”提出任职（可定止日），经安全管理员同意。"
    )


class HandedOver(NotAllowed):
    code = "E-ASSIGNED"
    text = "本环节已转办给本机构指定人员，由其办理；确须改由他人办理的，请再次转办。"


class AdvicePending(Refused):
    """Who decides has asked a colleague, and waits for the answer."""

    code = "E-ADVICE"
    text = "本环节已加签或委派征求意见，尚未答复；不再等候的，请先减签。"


class NotAsked(Refused):
    """A colleague who is not asked, or who has nothing to answer."""

    code = "E-NOT-ASKED"
    text = "不能征求意见：{why}。"


class NotHandedOver(Refused):
    """A task that is not handed over to that colleague."""

    code = "E-HAND-OVER"
    text = "不能转办：{why}。"


class NotCopied(Refused):
    code = "E-COPY"
    text = "不能抄送：{why}。"


class AnsweredAlready(NotAllowed):
    """In a joint decision everybody answers once."""

    code = "E-JOINT"
    text = "您已对本件提出会签意见，尚待本机构其他人员办理。"


class PolicyNotHeld(Refused):
    """What a verb asks to have been decided before it writes is not on record."""

    code = "E-POLICY"
    text = "“{what}”的办理前提不足（{missing}），不能生效，本次办理没有保存。请与流程管理员联系。"


class CannotMove(Refused):
    """A case that does not go from where it waits to another task of its diagram."""

    code = "E-MOVE"
    text = "不能调整办理环节：{why}。"


class TooLate(Refused):
    code = "E-RECALL"
    text = "{why}，不能再撤回。"


class TaskEnded(Refused):
    """A task that another act has ended, which left its code and sentence with it: E-ENDED, E-DIR-03."""

    text = "{sentence}"

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence=sentence)
        self.code = code


class StruckOff(Refused):
    """An office struck one child off the list; the others go on."""

    code = "E-ROW"
    text = "经审核不予办理。"


class KeyReused(Refused):
    code = "E-KEY"
    text = "同一提交键已用于另一份内容，请刷新页面后重新提交。"


class DecisionTakenBack(Stale):
    """What is submitted again was done, and has been undone since."""

    code = "E-TAKEN-BACK-02"
    text = "该次办理已被收回或退回，不再有效，请重新打开办件办理。"


class NotYourTurn(NotAllowed):
    code = "E-TURN"
    text = "本件现在不在本机构办理，不能上传附件。"


class AcceptedAlready(Refused):
    code = "E-ACCEPT"
    text = "本件已受理，不必再次受理。"


class AcceptedByTime(AcceptedAlready):
    """Whoever is told nothing in time has been accepted on the day of handing in (行政许可法, article 32)."""

    text = "受理期限已过（{until}），本件自收到之日起即为受理，请直接办理。"


class UrgedAlready(Refused):
    code = "E-URGE"
    text = "该环节已于 {when} 催办过，每个工作日只能催办一次。"


class SupervisedAlready(UrgedAlready):
    text = "该环节已于 {when} 督办过，每个工作日只能督办一次。"


class RemindedAlready(UrgedAlready):
    text = "已于 {when} 提醒过本机构，尚未阅读。"


class NotOverdue(Refused):
    code = "E-NOT-OVERDUE"
    text = "该环节尚未超期，不能督办。"


class NothingToCome(Refused):
    code = "E-COMING"
    text = "本件没有待生效的变动，不能撤销核准。"


class AlreadyOpen(OpenCase):
    text = "该生有在办业务，办结后才能申请。"


class NotUndone(Refused):
    """A migration of one case that cannot be undone any more."""

    code = "E-UNDO"
    text = "不能撤销该件的迁移：{why}。"


class Halted(Refused):
    """A case, or its whole process, stands still: no decision is taken until somebody lets it go on."""

    code = "E-HALTED"
    text = "办理已挂起（{reason}），恢复之前不能作出决定。"


class Paused(Halted):
    """The office that has a case lets it stand still, and its clock with it."""

    text = "本件已暂停办理（{reason}），恢复之前不能办理。"


class NotPaused(Refused):
    """A case that is not paused, or that does not go on, by this office or now."""

    code = "E-PAUSE"
    text = "不能{what}：{why}。"


class NotTerminated(Refused):
    """A case that no office may end any more."""

    code = "E-TERMINATE"
    text = "不能终止：{why}。"


class CannotGoBack(Refused):
    """A decision that is not taken back, a step to which a case is not sent back."""

    code = "E-BACK"
    text = "不能收回或退回：{why}。"


class ProcessWindowClosed(WindowClosed):
    text = "当前不在“{process}”受理时段（{windows}）。"
