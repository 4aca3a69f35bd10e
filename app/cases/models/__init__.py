"""Tables of cases: routes, tasks, decisions, lists, papers and notices."""

from app.cases.models.acceptances import Acceptance, AcceptanceKind
from app.cases.models.advice import Advice, AdviceKind, AdviceRule, Phrase
from app.cases.models.batches import Batch, BatchRow, RowStatus
from app.cases.models.case_offices import CaseOffice
from app.cases.models.case_people import CasePerson
from app.cases.models.cases import (
    OUTCOME_NAMES,
    Case,
    CaseOutcome,
    CaseStatus,
    Decision,
    Outcome,
    RouteStep,
    Task,
    TaskStatus,
)
from app.cases.models.coming_changes import ComingChange
from app.cases.models.failed_decisions import FailedDecision
from app.cases.models.figures import Figure, FigureEntry, FigureKind
from app.cases.models.form_drafts import FormDraft
from app.cases.models.halts import Halt, Termination
from app.cases.models.hand_overs import CaseCopy, HandOver
from app.cases.models.joint_answers import JointAnswer
from app.cases.models.migrations import MigratedCase, MigratedStatus, Migration, MigrationStatus
from app.cases.models.moves import Move, MoveStatus
from app.cases.models.notices import Attachment, Notice, NoticeKind, Supervision
from app.cases.models.pre_reviews import PreReview
from app.cases.models.stars import Star
from app.cases.models.step_backs import StepBack, StepBackKind
from app.cases.models.submissions import Submission
from app.cases.models.task_claims import TaskClaim

__all__ = [
    "OUTCOME_NAMES",
    "Acceptance",
    "AcceptanceKind",
    "Advice",
    "AdviceKind",
    "AdviceRule",
    "Attachment",
    "Batch",
    "BatchRow",
    "Case",
    "CaseCopy",
    "CaseOffice",
    "CaseOutcome",
    "CasePerson",
    "CaseStatus",
    "ComingChange",
    "Decision",
    "FailedDecision",
    "Figure",
    "FigureEntry",
    "FigureKind",
    "FormDraft",
    "Halt",
    "HandOver",
    "JointAnswer",
    "MigratedCase",
    "MigratedStatus",
    "Migration",
    "MigrationStatus",
    "Move",
    "MoveStatus",
    "Notice",
    "NoticeKind",
    "Outcome",
    "Phrase",
    "PreReview",
    "RouteStep",
    "RowStatus",
    "Star",
    "StepBack",
    "StepBackKind",
    "Submission",
    "Supervision",
    "Task",
    "TaskClaim",
    "TaskStatus",
    "Termination",
]
