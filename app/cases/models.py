"""Cases, their routes, tasks, decisions, papers and notices."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.database import Json, Model, UtcDateTime, choice
from app.divisions.models import Office
from app.identity.models import Duty, User
from app.processes.models import ProcessVersion
from app.sealing import Sealed
from app.students.models import Student


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
        sa.Index(
            "uq_cases_one_death_per_student",
            "student_id",
            unique=True,
            sqlite_where=sa.text("process_key = 'death' AND status <> 'closed'"),
            postgresql_where=sa.text("process_key = 'death' AND status <> 'closed'"),
        ),
        sa.CheckConstraint("(status = 'closed') = (closed_at IS NOT NULL)", name="closed_when"),
        sa.CheckConstraint("(status = 'closed') = (outcome IS NOT NULL)", name="outcome_when_closed"),
        sa.Index("ix_cases_applicant_office_id_opened_at", "applicant_office_id", "opened_at"),
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
    revision: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    follows_id: Mapped[int | None] = mapped_column(sa.ForeignKey("cases.id"))  # the case this one follows up
    #: why it ended before its diagram did: terminated or redirected, in a sentence
    ended_because: Mapped[str] = mapped_column(sa.String(200), default="")

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
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        ),
        sa.Index(
            "ix_task_due",
            "deadline",
            sqlite_where=sa.text("status = 'open' AND escalated_at IS NULL"),
            postgresql_where=sa.text("status = 'open' AND escalated_at IS NULL"),
        ),
        sa.Index(
            "uq_task_open_once",
            "case_id",
            "run_task",
            unique=True,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        ),
        sa.CheckConstraint("(status = 'open') = (ended_at IS NULL)", name="ended_when_over"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    run_task: Mapped[str] = mapped_column(sa.String(40))  # the engine's id of it
    key: Mapped[str] = mapped_column(sa.String(40))
    name: Mapped[str] = mapped_column(sa.String(60))
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    duty: Mapped[Duty] = mapped_column(choice(Duty))
    status: Mapped[TaskStatus] = mapped_column(choice(TaskStatus))
    arrived_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    deadline: Mapped[dt.datetime] = mapped_column(UtcDateTime)  # closing hour of the last working day
    ended_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    note: Mapped[Any] = mapped_column(
        Json, nullable=True
    )  # {"code", "detail"} standing in the task, such as E-QUOTA-01
    reminded_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    escalated_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)

    case: Mapped[Case] = relationship(back_populates="tasks")
    office: Mapped[Office] = relationship(lazy="joined")
    pre_review: Mapped[PreReview | None] = relationship(back_populates="task", uselist=False)


class Outcome(StrEnum):
    """办理结果"""

    AGREE = "agree"  # 同意
    REFUSE = "refuse"  # 不同意
    SEND_BACK = "send_back"  # 退回补正
    ACKNOWLEDGE = "acknowledge"  # 已阅、确认


OUTCOME_NAMES = {
    Outcome.AGREE: "同意",
    Outcome.REFUSE: "不同意",
    Outcome.SEND_BACK: "退回补正",
    Outcome.ACKNOWLEDGE: "确认",
}


class Decision(Model):
    """办理结果 – the recorded outcome of a task, never altered."""

    __tablename__ = "decision"
    __table_args__ = (
        sa.CheckConstraint(
            "outcome NOT IN ('refuse', 'send_back') OR (reason_code IS NOT NULL AND opinion <> '')",
            name="reason_when_not_agreed",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"), unique=True)
    key: Mapped[str] = mapped_column(sa.String(40))
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    outcome: Mapped[Outcome] = mapped_column(choice(Outcome))
    reason_code: Mapped[str | None] = mapped_column(sa.String(30))
    opinion: Mapped[str] = mapped_column(sa.String(2000), default="")
    form: Mapped[Any] = mapped_column(Json)
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    case: Mapped[Case] = relationship(back_populates="decisions")
    task: Mapped[Task] = relationship()
    office: Mapped[Office] = relationship()
    user: Mapped[User] = relationship()


class PreReview(Model):
    """初审 – an operator's recommendation for the approver of the same office."""

    __tablename__ = "pre_review"

    id: Mapped[int] = mapped_column(primary_key=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"), unique=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    recommendation: Mapped[Outcome] = mapped_column(choice(Outcome))
    opinion: Mapped[str] = mapped_column(sa.String(2000))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    task: Mapped[Task] = relationship(back_populates="pre_review")
    user: Mapped[User] = relationship()


class Attachment(Model):
    """附件 – a paper of a case: its hash names the sealed file; never altered, never taken away."""

    __tablename__ = "attachment"
    __table_args__ = (sa.UniqueConstraint("case_id", "sha256"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))
    task_id: Mapped[int | None] = mapped_column(sa.ForeignKey("task.id"))  # none: it came with the application
    name: Mapped[str] = mapped_column(sa.String(120))
    media_type: Mapped[str] = mapped_column(sa.String(60))
    size: Mapped[int]  # bytes
    sha256: Mapped[str] = mapped_column(sa.String(64))
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    added_by: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    added_at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    office: Mapped[Office] = relationship(lazy="joined")


class Supervision(Model):
    """督办 – what the superior of an overdue office says about its task; it never decides in its place."""

    __tablename__ = "supervision"

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    task_id: Mapped[int] = mapped_column(sa.ForeignKey("task.id"))
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"))
    opinion: Mapped[str] = mapped_column(sa.String(500))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)

    office: Mapped[Office] = relationship(lazy="joined")
    user: Mapped[User] = relationship(lazy="joined")


class NoticeKind(StrEnum):
    """通知类别"""

    REMINDER = "reminder"  # 到期提醒, by the clock
    URGE = "urge"  # 催办, by a person
    ESCALATION = "escalation"  # 逾期上报 to the office's own superior
    RESULT = "result"  # 办理结果 to the applicant


class Notice(Model):
    """通知 – a sentence to an office about a case."""

    __tablename__ = "notice"
    __table_args__ = (sa.Index("ix_notice_office_id_read_at", "office_id", "read_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), index=True)
    task_id: Mapped[int | None] = mapped_column(sa.ForeignKey("task.id"))
    office_id: Mapped[int] = mapped_column(sa.ForeignKey("office.id"))
    kind: Mapped[NoticeKind] = mapped_column(choice(NoticeKind))
    text: Mapped[str] = mapped_column(sa.String(300))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)
    read_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
    supervision_id: Mapped[int | None] = mapped_column(sa.ForeignKey("supervision.id"))  # an urge by the superior

    case: Mapped[Case] = relationship()


class Submission(Model):
    """重复提交键 – what an `Idempotency-Key` was first used for, so that a repeat is harmless."""

    __tablename__ = "submission"

    user_id: Mapped[int] = mapped_column(sa.ForeignKey("app_user.id"), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64))  # of what was submitted
    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"))
    at: Mapped[dt.datetime] = mapped_column(UtcDateTime)


class RowStatus(StrEnum):
    """名单办理状态"""

    WAITING = "waiting"  # 待办理
    ACCEPTED = "accepted"  # 已注册: waiting -> accepted, in the transaction that wrote the record
    REFUSED = "refused"  # 未注册: waiting -> refused, with its reason


class Batch(Model):
    """批量办理 – the work list of a case about many children: one decision, then each child by itself."""

    __tablename__ = "batch"
    __table_args__ = (
        sa.CheckConstraint("worked >= 0 AND worked <= total", name="within_total"),
        sa.CheckConstraint("finished_at IS NULL OR released_at IS NOT NULL", name="released_before"),
        sa.Index(
            "ix_batch_to_work",
            "released_at",
            sqlite_where=sa.text("released_at IS NOT NULL AND finished_at IS NULL"),
            postgresql_where=sa.text("released_at IS NOT NULL AND finished_at IS NULL"),
        ),
    )

    case_id: Mapped[int] = mapped_column(sa.ForeignKey("cases.id"), primary_key=True)
    school_id: Mapped[int] = mapped_column(sa.ForeignKey("school.id"))
    verb: Mapped[str] = mapped_column(sa.String(40), default="")  # what the diagram wants done with each row
    total: Mapped[int]
    worked: Mapped[int] = mapped_column(default=0)
    released_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)  # by the decision, with it
    finished_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)


class BatchRow(Model):
    """名单条目 – one child of a batch: what was applied for, and what became of it."""

    __tablename__ = "batch_row"
    __table_args__ = (
        sa.CheckConstraint("(status = 'waiting') = (worked_at IS NULL)", name="worked_when_over"),
        sa.CheckConstraint("status <> 'accepted' OR student_id IS NOT NULL", name="accepted_child"),
        sa.Index("ix_batch_row_number_hash", "number_hash"),
        sa.Index(
            "ix_batch_row_refused",
            "worked_at",
            sqlite_where=sa.text("status = 'refused'"),
            postgresql_where=sa.text("status = 'refused'"),
        ),
    )

    case_id: Mapped[int] = mapped_column(sa.ForeignKey("batch.case_id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)  # from 1, as in the list handed in
    status: Mapped[RowStatus] = mapped_column(choice(RowStatus), default=RowStatus.WAITING)
    name: Mapped[str] = mapped_column(sa.String(36))
    number_hash: Mapped[str] = mapped_column(sa.String(64))
    number_masked: Mapped[str] = mapped_column(sa.String(18))
    content: Mapped[str] = mapped_column(Sealed)  # the row's application, as JSON
    student_id: Mapped[int | None] = mapped_column(sa.ForeignKey("student.id"))
    code: Mapped[str] = mapped_column(sa.String(20), default="")  # while waiting: a warning; refused: the reason
    detail: Mapped[str] = mapped_column(sa.String(200), default="")
    worked_at: Mapped[dt.datetime | None] = mapped_column(UtcDateTime)
