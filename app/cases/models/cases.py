"""Cases, their routes, tasks and decisions."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Json, Model, UtcDateTime, choice
from app.definitions.models import ProcessVersion
from app.divisions.models import Office
from app.identity.models import Duty, User
from app.students.models import Student
from workflows.vocabulary import OUTCOMES

if TYPE_CHECKING:
    from app.cases.models.coming_changes import ComingChange
    from app.cases.models.notices import Attachment
    from app.cases.models.pre_reviews import PreReview


class CaseStatus(StrEnum):
    """办件状态"""

    OPEN = "open"  # 办理中
    REPAIRING = "repairing"  # 补正中: open -> repairing, by send back
    PAUSED = "paused"  # 暂停计时
    CLOSED = "closed"  # 已办结


class CaseOutcome(StrEnum):
    """办件结果"""

    AGREED = "agreed"  # 同意: the record has moved
    REFUSED = "refused"  # 不同意
    RECALLED = "recalled"  # 申请人撤回
    REDIRECTED = "redirected"  # 转为其他办件
    TERMINATED = "terminated"  # 终止


PAUSED = sa.text("status = 'paused'")


class Case(Model):
    """办件 – one application travelling through one process."""

    __tablename__ = "cases"
    __table_args__ = (
        sa.Index(
            "uq_cases_one_open_per_student",
            "student_id",
            unique=True,
            sqlite_where=sa.text("holds_student AND status <> 'closed'"),
            postgresql_where=sa.text("holds_student AND status <> 'closed'"),
        ),
        sa.CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_when"),
        sa.CheckConstraint("(status = 'closed') = (outcome IS NOT NULL)", name="outcome_when_closed"),
        sa.Index("ix_cases_applicant_office_id_id", "applicant_office_id", "id"),
        sa.Index("ix_cases_process_key", "process_key"),
        sa.Index(
            "ix_cases_running",  # on each version
            "process_key",
            "version_id",
            sqlite_where=sa.text("status <> 'closed'"),
            postgresql_where=sa.text("status <> 'closed'"),
        ),
        sa.Index(
            "ix_cases_late",
            "id",
            sqlite_where=sa.text("late_at IS NOT NULL"),
            postgresql_where=sa.text("late_at IS NOT NULL"),
        ),
        sa.Index("ix_cases_paused", "id", sqlite_where=PAUSED, postgresql_where=PAUSED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(sa.String(24), unique=True)
    version_id: Mapped[int | None] = mapped_column(sa.ForeignKey("process_version.id"))  # none: takeover (初始建库)
    process_key: Mapped[str] = mapped_column(sa.String(40))
    profile: Mapped[str] = mapped_column(sa.String(10))
    status: Mapped[CaseStatus] = mapped_column(choice(CaseStatus))
    outcome: Mapped[CaseOutcome | None] = mapped_column(choice(CaseOutcome))
    student_id: Mapped[int | None] = mapped_column(sa.ForeignKey("student.id"), index=True)
    holds_student: Mapped[bool] = mapped_column(default=False)  # a status case: only one may be open per student
    applicant_office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    opened_by: Mapped[int | None] = mapped_column(sa.ForeignKey("app_user.id"))  # who drafted never decides
    receiving_school_id: Mapped[int | None] = mapped_column(sa.ForeignKey("school.id"))
    releasing_school_id: Mapped[int | None] = mapped_column(sa.ForeignKey("school.id"))
    parties: Mapped[Any] = mapped_column(Json)  # lane role -> office id, as the route was computed
    clocks: Mapped[Any] = mapped_column(Json, default=dict)  # task key -> working days left when it was sent back
    application: Mapped[Any] = mapped_column(Json)
    state: Mapped[bytes | None] = mapped_column(sa.LargeBinary)  # the run; the specification lies with the version
    # what its diagram has written: [decisions before it, verb or !message]; NULL in cases from before it was kept
    written: Mapped[Any | None] = mapped_column(Json, nullable=True)
    revision: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    follows_id: Mapped[int | None] = mapped_column(sa.ForeignKey("cases.id"))  # the case this one follows up
    late_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # 补录: its cohort had closed by then
    ended_because: Mapped[str] = mapped_column(sa.String(200), default="")  # before its diagram did: in a sentence

    version: Mapped[ProcessVersion | None] = relationship()
    student: Mapped[Student | None] = relationship()
    applicant_office: Mapped[Office] = relationship()
    receiving_school: Mapped[Office | None] = relationship(
        primaryjoin="foreign(Case.receiving_school_id) == Office.id", viewonly=True
    )
    releasing_school: Mapped[Office | None] = relationship(
        primaryjoin="foreign(Case.releasing_school_id) == Office.id", viewonly=True
    )
    route: Mapped[list[RouteStep]] = relationship(order_by="RouteStep.position", back_populates="case")
    tasks: Mapped[list[Task]] = relationship(order_by="Task.id", back_populates="case")
    decisions: Mapped[list[Decision]] = relationship(order_by="Decision.id", back_populates="case")
    attachments: Mapped[list[Attachment]] = relationship(order_by="Attachment.id")
    coming: Mapped[ComingChange | None] = relationship(back_populates="case", uselist=False)

    if TYPE_CHECKING:
        halted: Mapped[str | None]  # set in models/halts.py


class RouteStep(Model):
    """流转依据 – one step of a case's route: which office, and why that one."""

    __tablename__ = "route_step"
    __table_args__ = (
        sa.UniqueConstraint("case_id", "position"),
        sa.Index("ix_route_step_office_id_case_id", "office_id", "case_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))
    position: Mapped[int]
    key: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(60))
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    duty: Mapped[str] = mapped_column(sa.String(10))
    reason: Mapped[str] = mapped_column(sa.String(200))
    skipped: Mapped[bool] = mapped_column(default=False)

    case: Mapped[Case] = relationship(back_populates="route")
    office: Mapped[Office] = relationship(lazy="joined")


class TaskStatus(StrEnum):
    """待办状态"""

    OPEN = "open"  # 待办
    DONE = "done"  # 已办: open -> done, by a decision
    CANCELLED = "cancelled"  # 已取消: open -> cancelled, by recall or when the diagram moved on


OPEN = sa.text("status = 'open'")


class Task(Model):
    """环节 – one thing one office must do."""

    __tablename__ = "task"
    __table_args__ = (
        sa.Index(
            "ix_task_inbox",
            "office_id",
            "duty",
            "deadline",
            "id",
            "case_id",
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        ),
        *(
            sa.Index(name, "office_id", "duty", *columns, sqlite_where=OPEN, postgresql_where=OPEN)
            for name, columns in (
                ("ix_task_open_arrived", ("arrived_at", "id", "case_id")),
                ("ix_task_number", ("case_id", "id")),
                ("ix_task_step", ("key", "deadline", "id", "case_id")),
            )
        ),
        *(
            sa.Index(name, "office_id", "duty", *columns, sqlite_where=sa.text(only), postgresql_where=sa.text(only))
            for name, columns, only in (
                ("ix_task_urged", ("deadline", "id", "case_id"), "status = 'open' AND urged_at IS NOT NULL"),
                ("ix_task_returned", ("deadline", "id", "case_id"), "status = 'open' AND returned"),
                ("ix_task_done_returned", ("deadline", "id", "case_id"), "status = 'done' AND returned"),
                ("ix_task_done", ("deadline", "id", "case_id"), "status = 'done'"),
                ("ix_task_done_step", ("key", "deadline", "id", "case_id"), "status = 'done'"),
            )
        ),
        sa.Index(
            "ix_task_open",
            "deadline",
            "id",
            "case_id",
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        ),
        sa.Index(
            "ix_task_due",
            "deadline",
            sqlite_where=sa.text("status = 'open' AND escalated_at IS NULL"),
            postgresql_where=sa.text("status = 'open' AND escalated_at IS NULL"),
        ),
        sa.Index("ix_task_remind", "remind_at", "id", sqlite_where=OPEN, postgresql_where=OPEN),
        sa.Index(
            "uq_task_open_once",
            "case_id",
            "run_task",
            unique=True,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        ),
        sa.Index(
            "ix_task_step_open",  # figures of a step: how many wait there
            "version_id",
            "key",
            "deadline",
            "id",
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        ),
        sa.Index(
            "ix_task_step_done",  # and how long the last ones have taken
            "version_id",
            "key",
            "ended_at",
            "id",
            sqlite_where=sa.text("status = 'done'"),
            postgresql_where=sa.text("status = 'done'"),
        ),
        sa.Index("ix_task_arrived", "office_id", "arrived_at", "id"),  # what came to an office on a day
        sa.Index(
            "ix_task_decided",  # and what it has decided
            "office_id",
            "ended_at",
            "id",
            sqlite_where=sa.text("status = 'done'"),
            postgresql_where=sa.text("status = 'done'"),
        ),
        sa.CheckConstraint("(status = 'open') = (ended_at IS NULL)", name="ended_when_over"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    run_task: Mapped[str] = mapped_column(sa.String(40))  # the engine's id of it
    key: Mapped[str] = mapped_column(sa.String(40))
    version_id: Mapped[int | None]  # the case's while it is open; then the one in whose diagram it was decided
    name: Mapped[str] = mapped_column(sa.String(60))
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    duty: Mapped[Duty] = mapped_column(choice(Duty))
    status: Mapped[TaskStatus] = mapped_column(choice(TaskStatus))
    arrived_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    deadline: Mapped[dt.datetime] = mapped_column(UtcDateTime)  # closing hour of the last working day
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    # {"code", "detail"} standing in the task, such as E-QUOTA-01
    note: Mapped[Any] = mapped_column(Json, nullable=True)
    reminded_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    remind_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # next; none: the clock has yet to work it out
    escalated_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    seen_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # by its office, but for who brought it there
    urged_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # 催办 or 督办: when somebody last hurried it
    #: 曾退回: its case has been sent back by a decision that stands; the triggers of revision e02 keep it
    returned: Mapped[bool] = mapped_column(default=False)
    assignee_id: Mapped[int | None] = mapped_column(sa.ForeignKey("app_user.id"))  # 转办: who alone decides it

    case: Mapped[Case] = relationship(back_populates="tasks")
    office: Mapped[Office] = relationship(lazy="joined")
    pre_review: Mapped[PreReview | None] = relationship(back_populates="task", uselist=False)

    if TYPE_CHECKING:
        asked: Mapped[bool]  # set in models/advice.py


class Outcome(StrEnum):
    """办理结果"""

    AGREE = "agree"  # 同意
    REFUSE = "refuse"  # 不同意
    SEND_BACK = "send_back"  # 退回补正
    ACKNOWLEDGE = "acknowledge"  # 已阅、确认


OUTCOME_NAMES = {outcome: OUTCOMES[outcome].record for outcome in Outcome}  # where no task gives words of its own


AGREES = "outcome NOT IN ('refuse', 'send_back')"


class Decision(Model):
    """办理结果 – the recorded outcome of a task, never altered; one that was taken back stays, and counts no more."""

    __tablename__ = "decision"
    __table_args__ = (
        sa.CheckConstraint(f"{AGREES} OR (reason_code IS NOT NULL AND opinion <> '')", name="reason_when_not_agreed"),
        sa.Index(
            "ix_decision_sent_back",
            "case_id",
            sqlite_where=sa.text("outcome = 'send_back'"),
            postgresql_where=sa.text("outcome = 'send_back'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"), unique=True)
    key: Mapped[str] = mapped_column(sa.String(40))
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    for_user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("app_user.id"))  # 委托: on whose behalf
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome))
    reason_code: Mapped[str | None] = mapped_column(sa.String(30))
    opinion: Mapped[str] = mapped_column(sa.String(2000), default="")
    form: Mapped[Any] = mapped_column(Json)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    # what to return to when it is taken back: the run before it, and the clocks where it has changed them
    state_before: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    clocks_before: Mapped[Any] = mapped_column(Json, nullable=True, deferred=True)
    undone_id: Mapped[int | None] = mapped_column(sa.ForeignKey("step_back.id"))  # it counts no more

    case: Mapped[Case] = relationship(back_populates="decisions")
    task: Mapped[Task] = relationship()
    office: Mapped[Office] = relationship()
    user: Mapped[User] = relationship(foreign_keys=[user_id])
    for_user: Mapped[User | None] = relationship(foreign_keys=[for_user_id])

    @property
    def by(self) -> str:
        """Who has decided, and on whose behalf."""
        return f"{self.user.name}（代{self.for_user.name}）" if self.for_user else self.user.name
