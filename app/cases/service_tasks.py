"""The verbs of a case that a diagram may call by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.cases import operations
from app.cases.openings.schools import is_held
from app.cases.operations import arriving, exchanging, recruiting, reorganising, rosters
from app.divisions.queries import office_by_code
from app.errors import Missing, Refused
from app.schools.models import Stage
from app.schools.operations import set_total
from app.students.operations import Proceeding, graduation, promotion
from app.students.service_tasks import offer
from workflows import service_task


@service_task("case/follow_up")
def follow_up(proceeding: Proceeding, facts: Mapping[str, Any]) -> None:
    """纸质档案另行寄送: opens the paper archive's own case."""
    operations.open_follow_up("paper_archive", proceeding)


@service_task("school/promote")
def promote(proceeding: Proceeding, facts: Mapping[str, Any]) -> None:
    """升级: the whole school, but for the children whom another case holds."""
    promotion.promote(proceeding, is_held)


@service_task("school/graduate")
def graduate(proceeding: Proceeding, facts: Mapping[str, Any]) -> None:
    """毕业、结业、肄业: the last grade of the school, once nobody of it has an open case."""
    graduation.graduate(proceeding, is_held)


@service_task("case/end_others_of_the_dead")
def end_others_of_the_dead(proceeding: Proceeding, facts: Mapping[str, Any]) -> None:
    """终止其他在办业务: whatever else was under way for a child who has died."""
    operations.terminate_others(proceeding, "学生死亡，学籍已注销")


@service_task("school/reorganise")
def reorganise(proceeding: Proceeding, facts: Mapping[str, Any]) -> None:
    """学校撤并、更名或划转: whatever hangs on the school moves with it."""
    reorganising.reorganise(proceeding)


@service_task("arrival/create")
def create_record(proceeding: Proceeding, facts: Mapping[str, Any]) -> None:
    """新建学籍与档案: for a child whom the province does not know."""
    try:
        arriving.create(proceeding)
    except Refused as refusal:
        proceeding.noted.append(refusal)
        raise


@service_task("arrival/redirect")
def redirect_arrival(proceeding: Proceeding, facts: Mapping[str, Any]) -> None:
    """转为省内转学: the child is known, so the arrival goes on as a transfer."""
    arriving.redirect(proceeding)


@service_task("exchange/request_record")
def request_record(proceeding: Proceeding, facts: Mapping[str, Any]) -> None:
    """向外省申请调档: written here, sent by the worker."""
    exchanging.request_record(proceeding)


@service_task("exchange/read_answer")
def read_answer(proceeding: Proceeding, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """外省答复: whether the record has come."""
    return exchanging.read_answer(proceeding)


@service_task("exchange/send_record")
def send_record(proceeding: Proceeding, facts: Mapping[str, Any]) -> None:
    """转出并发送档案: the enrolment ends, the record goes to the other province."""
    exchanging.send_record(proceeding)


@service_task("exchange/answer_refused")
def answer_refused(proceeding: Proceeding, facts: Mapping[str, Any]) -> None:
    """答复外省不予转出: only where it has asked."""
    exchanging.answer_refused(proceeding)


@service_task("quota/set")
def set_quota(proceeding: Proceeding, facts: Mapping[str, Any]) -> None:
    """核定学籍总数: the number of one cohort of one school, as the application names it."""
    proceeding.claim()
    asked = proceeding.application
    school = office_by_code(asked["school"])
    if school is None:
        raise Missing()
    set_total(
        school.id,
        Stage(asked["stage"]),
        asked["year"],
        asked["total"],
        basis=asked["basis"],
        case_id=proceeding.case_id,
        actor=proceeding.actor,
        outside=asked.get("outside"),
    )


for _name, _act in recruiting.VERBS.items():
    offer(_name, _act)


for _verb in operations.ROW_VERBS:

    @service_task(_verb)
    def release(proceeding: Proceeding, facts: Mapping[str, Any], verb: str = _verb) -> None:
        """名单转入办理: the decision hands the list to the worker."""
        operations.release(proceeding, verb)


@service_task("rows/conclude")
def conclude(proceeding: Proceeding, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """名单办理完毕: how many were registered decides how the case ends."""
    return operations.conclude(proceeding)


@service_task("roster/confirm_here")
def confirm_here(proceeding: Proceeding, facts: Mapping[str, Any]) -> None:
    """学校上级逐名确认: every child but those it names."""
    rosters.confirm(proceeding, "here", facts["outcome"])


@service_task("roster/confirm_source")
def confirm_source(proceeding: Proceeding, facts: Mapping[str, Any]) -> None:
    """生源地逐名确认: every child but those it names."""
    rosters.confirm(proceeding, "source", facts["outcome"])


@service_task("roster/answers")
def answers(proceeding: Proceeding, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """双方的答复: what each bureau said last."""
    return rosters.answers(proceeding)


@service_task("roster/settle")
def settle(proceeding: Proceeding, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """预留学位: for whom both have confirmed."""
    return rosters.settle(proceeding)


@service_task("roster/conclude")
def conclude_roster(proceeding: Proceeding, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """外招名单办理到此: who is registered, who is left."""
    return rosters.conclude(proceeding)


@service_task("roster/strike")
def strike(proceeding: Proceeding, facts: Mapping[str, Any]) -> None:
    """划去学校不再办理的学生."""
    rosters.strike(proceeding)


@service_task("roster/direct")
def direct(proceeding: Proceeding, facts: Mapping[str, Any]) -> None:
    """下达允许外招指令: one per archive, one act."""
    rosters.direct(proceeding)


@service_task("roster/withhold")
def withhold(proceeding: Proceeding, facts: Mapping[str, Any]) -> None:
    """生源地不予下达指令."""
    rosters.withhold(proceeding)


@service_task("roster/give_up")
def give_up(proceeding: Proceeding, facts: Mapping[str, Any]) -> None:
    """学校交回未使用的指令."""
    rosters.give_up(proceeding)


@service_task("roster/drop")
def drop(proceeding: Proceeding, facts: Mapping[str, Any]) -> None:
    """终止名单: nobody of it goes on."""
    rosters.drop(proceeding)
