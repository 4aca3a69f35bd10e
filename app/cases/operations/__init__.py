"""Verbs of a case: open, decide, recall, revoke its directive. None of them commits; each takes who acts."""

from app.cases.operations.acceptances import accept
from app.cases.operations.advice import ask_advice, give_advice, withdraw_advice
from app.cases.operations.answers import Answer
from app.cases.operations.attachments import (
    attach_to,
    keep_papers,
    may_attach_to,
    note_reading,
    open_with,
    read_attachment,
)
from app.cases.operations.batches import (
    ROW_VERBS,
    batches_to_work,
    conclude,
    keep_list_fault,
    release,
    work_chunk,
)
from app.cases.operations.bulk_decisions import decide_in_bulk
from app.cases.operations.coming_changes import call_off, keep_fault, take_effect
from app.cases.operations.decisions import decide
from app.cases.operations.delegations import (
    Wish,
    delegate,
    hand_over_on_leave,
    leave_handed_over,
    revoke_delegation,
)
from app.cases.operations.failed_decisions import cause_of, keep_failure
from app.cases.operations.form_drafts import forget_draft, forget_draft_at, forget_old_drafts, keep_draft
from app.cases.operations.hand_overs import copy_case, hand_over, read_copy
from app.cases.operations.idempotency import key_within, new_key, run_once, submitted
from app.cases.operations.late_registrations import mark_late
from app.cases.operations.migrations import (
    cases_to_work,
    finish,
    leave_case,
    migrations_to_work,
    undo_one,
    work_case,
)
from app.cases.operations.moves import move_case
from app.cases.operations.opening import is_startable, open_case, open_follow_up, profile
from app.cases.operations.phrases import forget_phrase, keep_phrase, note_phrases_used
from app.cases.operations.pre_reviews import pre_review
from app.cases.operations.recall import expire_directive, recall, revoke_directive, terminate, terminate_others
from app.cases.operations.reminders import read_all_notices, read_notice, supervise, urge, urge_case
from app.cases.operations.returns import send_back_to, targets_for
from app.cases.operations.row_repairs import repair_row
from app.cases.operations.seen import mark_seen
from app.cases.operations.standstill import pause, resume, terminate_by_office
from app.cases.operations.stars import star
from app.cases.operations.step_backs import take_back
from app.cases.operations.task_acts import act_on, acts_for
from app.cases.operations.task_claims import claim
from app.cases.operations.task_claims import release as release_task
from app.cases.operations.telephones import TELEPHONE, set_telephone

__all__ = [
    "ROW_VERBS",
    "TELEPHONE",
    "Answer",
    "Wish",
    "accept",
    "act_on",
    "acts_for",
    "ask_advice",
    "attach_to",
    "batches_to_work",
    "call_off",
    "cases_to_work",
    "cause_of",
    "claim",
    "conclude",
    "copy_case",
    "decide",
    "decide_in_bulk",
    "delegate",
    "expire_directive",
    "finish",
    "forget_draft",
    "forget_draft_at",
    "forget_old_drafts",
    "forget_phrase",
    "give_advice",
    "hand_over",
    "hand_over_on_leave",
    "is_startable",
    "keep_draft",
    "keep_failure",
    "keep_fault",
    "keep_list_fault",
    "keep_papers",
    "keep_phrase",
    "key_within",
    "leave_case",
    "leave_handed_over",
    "mark_late",
    "mark_seen",
    "may_attach_to",
    "migrations_to_work",
    "move_case",
    "new_key",
    "note_phrases_used",
    "note_reading",
    "open_case",
    "open_follow_up",
    "open_with",
    "pause",
    "pre_review",
    "profile",
    "read_all_notices",
    "read_attachment",
    "read_copy",
    "read_notice",
    "recall",
    "release",
    "release_task",
    "repair_row",
    "resume",
    "revoke_delegation",
    "revoke_directive",
    "run_once",
    "send_back_to",
    "set_telephone",
    "star",
    "submitted",
    "supervise",
    "take_back",
    "take_effect",
    "targets_for",
    "terminate",
    "terminate_by_office",
    "terminate_others",
    "undo_one",
    "urge",
    "urge_case",
    "withdraw_advice",
    "work_case",
    "work_chunk",
]
