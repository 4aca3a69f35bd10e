"""The verbs of the record that a diagram may call by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from app.students import operations
from app.students.models import DirectiveKind
from app.students.operations import (
    CaseContext,
    changes,
    contests,
    corrections,
    locking,
    registration,
    reinstatement,
    reversal,
    verification,
)
from workflows import service_task


@service_task("directive/issue")
def issue_directive(context: CaseContext, facts: Mapping[str, Any]) -> None:
    """下达允许转学指令: the releasing bureau's agreement and its directive are one act."""
    operations.issue_directive(context)


@service_task("directive/issue_outside")
def issue_outside(context: CaseContext, facts: Mapping[str, Any]) -> None:
    """下达允许外招指令: the source bureau lets one graduate's archive go to a school elsewhere."""
    operations.issue_directive(context, DirectiveKind.ALLOW_OUTSIDE)


def _with_directive(context: CaseContext, verb: Callable[[CaseContext, str], None]) -> None:
    """With the directive typed at the pull; after a wait for a seat, with the one still in force."""
    number = context.form.get("directive") or operations.directive_in_force(context)
    verb(context, number)


@service_task("archive/pull")
def pull(context: CaseContext, facts: Mapping[str, Any]) -> None:
    """转入档案并注册: a child in attendance moves with the archive."""
    _with_directive(context, operations.pull)


@service_task("archive/pull_graduate")
def pull_graduate(context: CaseContext, facts: Mapping[str, Any]) -> None:
    """转入档案并注册: a graduate enters the next stage with the archive."""
    _with_directive(context, registration.pull_graduate)


@service_task("directive/give_up")
def give_up(context: CaseContext, facts: Mapping[str, Any]) -> None:
    """交回指令: the receiving school will not use it."""
    operations.give_up_directive(context)


def offer(name: str, verb: Callable[[CaseContext], None]) -> None:
    """Offer a verb that needs nothing but the case."""

    @service_task(name)
    def call(context: CaseContext, facts: Mapping[str, Any]) -> None:
        verb(context)


for _name, _verb in {
    "enrolment/suspend": changes.suspend,
    "enrolment/renew_suspension": changes.renew_suspension,
    "enrolment/resume": changes.resume,
    "enrolment/withdraw": changes.withdraw,
    "enrolment/skip": changes.skip,
    "enrolment/repeat": changes.repeat,
    "enrolment/decease": changes.decease,
    "enrolment/go_abroad": changes.go_abroad,
    "enrolment/drop_out": changes.drop_out,
    "enrolment/return_to_school": changes.return_to_school,
    "enrolment/reinstate": reinstatement.reinstate,
    "enrolment/change_class": changes.change_class,
    "enrolment/reverse": reversal.reverse,
    "student/settle_contest": contests.settle,
    "student/correct_key": corrections.correct_key,
    "student/correct": corrections.correct,
    "student/correct_locked": corrections.correct_locked,
    "lock/postpone": locking.postpone,
    "roll/keep": verification.keep_verification,
}.items():
    offer(_name, _verb)
