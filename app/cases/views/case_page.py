"""What the page of a case shows to one reader, and what it offers; the template only lays it out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app import clock
from app.access import Actor
from app.cases import hooks, operations, queries, rules
from app.cases.models import OUTCOME_NAMES, Attachment, Case, CaseStatus, Outcome, Phrase, Task, TaskStatus
from app.cases.models.coming_changes import ComingChange
from app.cases.operations.task_acts import TaskAct
from app.cases.presenters.cases import compiled_version_of, has_list, light_of
from app.cases.presenters.choices import with_names
from app.cases.presenters.prefilled_forms import prefilled, with_named_places
from app.cases.presenters.proofs import proofs_of_case
from app.cases.queries import View, oversight, proofs
from app.cases.queries.acts import act_children
from app.cases.queries.advice import phrases_for
from app.cases.queries.coming_changes import live
from app.cases.queries.facts import (
    facts_of_case,
    facts_of_task,
    last_to_agree,
    supervision_refused,
)
from app.cases.queries.late_registrations import sentence_of
from app.cases.queries.late_reports import reported_late
from app.cases.queries.may_decide import why_not_decide
from app.cases.queries.parts_read import ComingRead
from app.cases.queries.reasons import reasons_for
from app.cases.queries.rehearsals import rehearsal_of
from app.cases.queries.reversals import Reversals, reversals_of
from app.cases.queries.send_back_targets import has_targets
from app.cases.queries.traces import Traces, traces_of
from app.cases.rules import permissions
from app.cases.rules.permissions import CaseFacts
from app.cases.views.acceptances import AcceptancePart, acceptance_part
from app.cases.views.beside_case import form_at_desk, panels_of
from app.cases.views.blueprint import Button, opinion_help, recommendations, status_tag
from app.cases.views.compared import compared
from app.cases.views.diagram_course import course_of
from app.cases.views.joint_answers import JointShown, joint_shown
from app.cases.views.sent_back import SentBack, sent_back
from app.cases.views.standstill_shown import Standstill, standstill_of
from app.cases.views.task_offers import TaskOffers, task_offers
from app.cases.views.timeline import application_lines, application_tables, timeline
from app.definitions.queries import CompiledVersion
from app.errors import Refused
from app.identity.models import DUTY_NAMES
from app.students import queries as students
from app.students.models import Directive
from app.students.queries import directives
from app.students.queries.acts import ChildOfAct
from app.students.rules.directives import why_not_revoke
from workflows import Kind


@dataclass(frozen=True)
class PageContext:
    """Who reads which case, and what was refused of what they typed."""

    case: Case
    view: View
    version: CompiledVersion
    actor: Actor
    now: dt.datetime
    errors: Sequence[Any] = ()
    typed: Mapping[str, Any] | None = None

    @property
    def facts(self) -> CaseFacts:
        return facts_of_case(self.case)

    @property
    def waiting(self) -> list[Task]:
        return [task for task in self.case.tasks if task.status is TaskStatus.OPEN]


@dataclass(frozen=True)
class Application:
    """What was applied for, the papers with it, and what it has led to."""

    lines: list[tuple[str, str]]
    compared: list[tuple[str, str, str, str]]  # field, title, before and after of what a correction names
    tables: list[tuple[str, list[str], list[list[str]]]]
    directive: Directive | None
    proofs: Sequence[Any]
    attachments: Sequence[Attachment]
    kinds: Mapping[str, str]  # of papers
    opens_record: bool  # the child's name leads to the record


@dataclass(frozen=True)
class Children:
    """The list of a case about many children, and how far it has come."""

    progress: queries.Progress
    panel: hooks.Panel | None  # what the process says of it instead


@dataclass(frozen=True)
class WaitingTask:
    """A task that waits, with whom it waits for."""

    task: Task
    duty: str
    light: str
    left: str
    urges: bool  # whether the reader may urge it now
    urged: dt.datetime | None  # when it was last urged, for those whose part that is
    joint: JointShown | None  # where several answer


@dataclass(frozen=True)
class Desk:
    """The task that the reader decides now."""

    task: WaitingTask
    documentation: str
    form: Mapping[str, Any]
    values: Mapping[str, Any]
    buttons: Sequence[Button]
    reasons: Sequence[Mapping[str, str]]
    opinion_help: tuple[str, str] | None
    recommended: str  # what the pre-review recommends
    sent_back: SentBack | None
    papers: Sequence[proofs.Proof] | None  # those that a repair brings along; None where none are handed in
    kinds_attached: set[str]
    sends_back: bool  # to a step that the office has done before
    phrases: Sequence[Phrase]


@dataclass(frozen=True)
class Offers:
    """What else the reader may do: each is offered exactly when its verb would not be refused."""

    review: Task | None
    recommendations: Sequence[Mapping[str, str]]
    supervise: Sequence[Task]
    acts: Sequence[tuple[Task, Sequence[TaskAct]]]  # by a button alone
    attach: bool
    tasks: TaskOffers
    recall: bool
    revoke: bool
    call_off: bool
    standstill: Standstill


@dataclass(frozen=True)
class CasePage:
    """The page of a case as one reader sees it."""

    case: Case
    view: View
    version: CompiledVersion
    stamp: tuple[str, str]
    late: str | None
    reported_late: str | None  # a day of the application was to be reported earlier
    reversals: Reversals
    following: Any  # the reader's next task, of another case
    application: Application
    panels: Sequence[hooks.Panel]  # what the process adds
    rehearsal: Any
    moved: Sequence[ChildOfAct]  # by a case about a whole school, or whom it would move
    children: Children | None
    coming: ComingChange | ComingRead | None
    waiting: Sequence[WaitingTask]
    desk: Desk | None
    not_mine: Refused | None  # why what waits is for a colleague (E-SOD-01), or for nobody yet (E-ADVICE)
    offers: Offers
    timeline: list[dict[str, Any]]
    acceptance: AcceptancePart | None
    course: Mapping[str, Any]  # of the case on its diagram
    key: str  # of the next submission
    errors: Sequence[Any]
    said: str  # what a refused supervision said

    @property
    def shows_waiting(self) -> bool:
        """False where all that waits is the reader's own task, which stands on the page with its form."""
        only_mine = self.desk is not None and [each.task for each in self.waiting] == [self.desk.task.task]
        return bool(self.waiting) and not only_mine


def case_page(
    actor: Actor, case: Case, view: View, *, errors: Sequence[Any] = (), typed: Mapping[str, Any] | None = None
) -> CasePage:
    """The page of that case for that reader; errors, typed -- what was refused of what they typed."""
    version = compiled_version_of(case)
    context = PageContext(case, view, version, actor, clock.now(), errors, typed)
    traces = traces_of(case.id)
    application = _application(context, traces)
    waiting = [_waiting_task(task, context) for task in context.waiting]
    mine, not_mine = _task_of(context)
    reversals = reversals_of(actor, case)
    return CasePage(
        case=case,
        view=view,
        version=version,
        stamp=("已撤销", "grey") if reversals.taken and reversals.taken.whole else status_tag(case),
        late=sentence_of(case),
        reported_late=reported_late(case) if view.content else None,
        reversals=reversals,
        following=queries.next_task(actor, beside=case.id),
        application=application,
        panels=panels_of(case, version, actor) if view.content else (),
        rehearsal=rehearsal_of(case) if view.content else None,
        moved=act_children(case) if view.content else (),
        children=_children(case),
        coming=live(case),
        waiting=waiting,
        desk=_desk(next(each for each in waiting if each.task is mine), context) if mine else None,
        not_mine=not_mine,
        offers=_offers(context, application.directive, traces),
        timeline=timeline(case, view.whole, traces),
        acceptance=acceptance_part(case, actor, context.waiting, view),
        course=course_of(case),
        key=operations.new_key(),
        errors=errors,
        said=(typed or {}).get("opinion") or "",
    )


def _task_of(context: PageContext) -> tuple[Task | None, Refused | None]:
    """The task that the reader decides now; without one, why what waits in their office is not theirs to decide:
    they drafted it, or have answered already where several answer; or why it is nobody's yet.
    """
    refusals = {task.id: why_not_decide(task, context.actor) for task in context.waiting}
    mine = next((task for task in context.waiting if refusals[task.id] is None), None)
    told = (
        refusal
        for task in context.waiting
        if isinstance(refusal := refusals[task.id], (*permissions.FOR_A_COLLEAGUE, *permissions.FOR_LATER))
        and task.duty.value == context.actor.duty
    )
    return mine, None if mine else next(told, None)


def _application(context: PageContext, traces: Traces) -> Application:
    case, view, version, actor = context.case, context.view, context.version, context.actor
    listed = has_list(case)
    fields = compared(case, version) if view.content else []
    return Application(
        lines=application_lines(case, version, [each[0] for each in fields]) if view.content else [],
        compared=fields,
        tables=application_tables(case, version) if view.content else [],
        directive=directives.directive_of(case.id) if traces.issued and view.content and not listed else None,
        proofs=proofs_of_case(case) if view.whole else [],
        attachments=case.attachments if view.whole else [],
        kinds=proofs.kinds_of(version),
        opens_record=case.student is not None and students.opens_for(actor, case.student.id),
    )


def _children(case: Case) -> Children | None:
    progress = queries.progress_of(case.id) if has_list(case) else None
    if progress is None:
        return None
    panel = hooks.list_panel.of(case.process_key)
    return Children(progress, panel(case) if panel else None)


def _waiting_task(task: Task, context: PageContext) -> WaitingTask:
    facts = facts_of_task(task), context.facts
    urged = oversight.last_urged(task.id) if permissions.is_urged_by(*facts, context.actor) else None
    return WaitingTask(
        task=task,
        duty=DUTY_NAMES[task.duty],
        light=light_of(task, context.now),
        left=rules.time_left(task.deadline, context.now, paused=context.case.status is CaseStatus.PAUSED),
        urges=permissions.why_not_urge(*facts, context.actor, last=urged, now=context.now) is None,
        urged=urged,
        joint=joint_shown(task, context.actor) if context.view.content else None,
    )


def _desk(waiting: WaitingTask, context: PageContext) -> Desk:
    case, version, task = context.case, context.version, waiting.task
    spec = version.diagrams.tasks[task.key]
    asked = form_at_desk(case, version, spec.form)
    return Desk(
        task=waiting,
        documentation=spec.documentation,
        form=with_names(asked, case.process_key, case.student, context.actor, given=case.application),
        values=context.typed if context.typed is not None else with_named_places(asked, prefilled(task)),
        buttons=[Button(each, spec.button(each)) for each in spec.outcomes],
        reasons=reasons_for(version, task),
        opinion_help=opinion_help(spec.outcomes),
        recommended=OUTCOME_NAMES[Outcome(task.pre_review.recommendation)] if task.pre_review else "",
        sent_back=sent_back(case, version, task.key, task.office_id) if context.view.whole else None,
        papers=proofs.proofs_of(version) if spec.kind is Kind.REPAIR else None,
        kinds_attached={each.kind for each in case.attachments},
        sends_back=has_targets(task),
        phrases=phrases_for(context.actor),
    )


def _offers(context: PageContext, directive: Directive | None, traces: Traces) -> Offers:
    case, actor, facts = context.case, context.actor, context.facts
    effects = traces.effects
    review = next((task for task in context.waiting if _why_not_review(task, context) is None), None)
    return Offers(
        review=review,
        recommendations=recommendations(context.version.diagrams.tasks[review.key]) if review else [],
        supervise=[task for task in context.waiting if supervision_refused(task, actor, context.now) is None],
        acts=[(task, acts) for task in context.waiting if (acts := operations.acts_for(task, actor))],
        attach=permissions.why_not_attach(facts, actor, waits_here=rules.task_at(context.waiting, actor) is not None)
        is None,
        tasks=task_offers(case, actor, context.waiting, traces),
        recall=permissions.why_not_recall(facts, effects, actor) is None,
        revoke=directive is not None
        and why_not_revoke(directive.number, directive.status, directive.issuer_id, actor) is None,
        standstill=standstill_of(case, actor, effects),
        call_off=live(case) is not None
        and permissions.why_not_call_off(facts, effects, actor, agreed_last=last_to_agree(case.id), waits=True) is None,
    )


def _why_not_review(task: Task, context: PageContext) -> Refused | None:
    facts = facts_of_task(task), context.facts
    return permissions.why_not_pre_review(*facts, context.actor, reviewed=task.pre_review is not None)
