"""What a requirement that does not hold lacks, as a sentence: of what is not there, and of what stands against it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from workflows.policies.policy import Answer, Requirement
from workflows.routing import ROLES
from workflows.translation import gettext, gettext_noop, quoted
from workflows.vocabulary import Kind

AGREED = {
    "approver": gettext_noop("{office}尚未审批同意"),
    "operator": gettext_noop("{office}尚未经办同意"),
}
AGREED_IN_ORDER = {
    "approver": gettext_noop("{office}尚未按次序审批同意"),
    "operator": gettext_noop("{office}尚未按次序经办同意"),
}
OTHERWISE = {
    "acknowledge": gettext_noop("{office}尚未确认"),
    "refuse": gettext_noop("{office}没有不同意"),
    "send_back": gettext_noop("{office}没有退回"),
}
OF_KINDS = {
    Kind.REPAIR: gettext_noop("{office}尚未补正"),
    Kind.PULL: gettext_noop("{office}尚未调档"),
    Kind.FILING: gettext_noop("{office}尚未备案"),
    Kind.IDENTITY: gettext_noop("{office}尚未核对身份"),
    Kind.CONFIRMATION: gettext_noop("{office}尚未确认名单"),
    Kind.GUARDIAN_NOTICE: gettext_noop("{office}尚未告知监护人"),
    Kind.OBJECTION_PERIOD: gettext_noop("{office}尚未结束监护人异议期"),
}
#: where any office would do, and none has
BY_NOBODY = {
    "approver": gettext_noop("没有任何机构审批同意"),
    "operator": gettext_noop("没有任何机构经办同意"),
}
BY_NOBODY_IN_ORDER = {
    "approver": gettext_noop("没有任何机构按次序审批同意"),
    "operator": gettext_noop("没有任何机构按次序经办同意"),
}
OTHERWISE_BY_NOBODY = {
    "acknowledge": gettext_noop("没有任何机构确认"),
    "refuse": gettext_noop("尚无机构作出不同意的决定"),
    "send_back": gettext_noop("没有任何机构退回"),
}
OF_KINDS_BY_NOBODY = {
    Kind.REPAIR: gettext_noop("没有任何机构补正"),
    Kind.PULL: gettext_noop("没有任何机构调档"),
    Kind.FILING: gettext_noop("没有任何机构备案"),
    Kind.IDENTITY: gettext_noop("没有任何机构核对身份"),
    Kind.CONFIRMATION: gettext_noop("没有任何机构确认名单"),
    Kind.GUARDIAN_NOTICE: gettext_noop("没有任何机构告知监护人"),
    Kind.OBJECTION_PERIOD: gettext_noop("没有任何机构结束监护人异议期"),
}


def unmet(requirements: Iterable[Requirement], titles: Mapping[str, str]) -> str:
    """All that these lack, in one sentence without its full stop.

    titles -- what the policies call their verbs (`Rules.titles`); one without a title is called by its key.
    """
    return gettext("；").join(dict.fromkeys(unmet_words(each, titles) for each in requirements))


def unmet_words(requirement: Requirement, titles: Mapping[str, str]) -> str:
    """What one of them lacks; of one that counts for one time only, also that."""
    words = _lacking(requirement, titles)
    return gettext("{words}（每次都须重新办理）", words=words) if requirement.each_time else words


def _lacking(requirement: Requirement, titles: Mapping[str, str]) -> str:
    if requirement.answer is not None:
        return _of_answer(requirement.answer, in_order=requirement.in_order)
    if requirement.verb is not None:
        if requirement.in_order:
            return gettext("尚未按次序办理{verb}", verb=_called(requirement.verb, titles))
        return gettext("尚未办理{verb}", verb=_called(requirement.verb, titles))
    if requirement.never is not None:
        return gettext("{verb}已经办理过", verb=_called(requirement.never, titles))
    if requirement.fact is not None:
        return gettext("不符合条件 {fact}", fact=requirement.fact)
    if requirement.negatives is False:
        return gettext("有机构不同意或者退回，还没有改为同意")
    return gettext("尚无机构作出不同意的决定")


def _called(verb: str, titles: Mapping[str, str]) -> str:
    return quoted(titles.get(verb), verb)


def _of_answer(answer: Answer, *, in_order: bool) -> str:
    if answer.role is None:
        return _of_nobody(answer, in_order=in_order)
    office = ROLES[answer.role].name
    if answer.outcome == "agree" and answer.kind is None:
        return gettext((AGREED_IN_ORDER if in_order else AGREED)[answer.duty], office=office)
    if answer.kind is not None and answer.outcome in ("agree", "acknowledge"):
        return gettext(OF_KINDS[answer.kind], office=office)
    return gettext(OTHERWISE[answer.outcome], office=office)


def _of_nobody(answer: Answer, *, in_order: bool) -> str:
    if answer.outcome == "agree" and answer.kind is None:
        return gettext((BY_NOBODY_IN_ORDER if in_order else BY_NOBODY)[answer.duty])
    if answer.kind is not None and answer.outcome in ("agree", "acknowledge"):
        return gettext(OF_KINDS_BY_NOBODY[answer.kind])
    return gettext(OTHERWISE_BY_NOBODY[answer.outcome])
