"""Verbs of a case: open, decide, recall, revoke its directive. None of them commits; each takes who acts."""

from app.cases.operations import registering, rosters
from app.cases.operations.attaching import attach_to, open_with, read_attachment
from app.cases.operations.batches import ROW_VERBS, batches_to_work, conclude, release, work_chunk
from app.cases.operations.deciding import Answer, decide, pre_review
from app.cases.operations.ending import expire_directive, recall, revoke_directive, terminate, terminate_others
from app.cases.operations.exchanging import act_on, ask_nation
from app.cases.operations.hurrying import read_all_notices, read_notice, supervise, urge
from app.cases.operations.once import new_key, once
from app.cases.operations.opening import is_startable, may_start, open_case, open_follow_up, profile

__all__ = [
    "act_on",
    "ask_nation",
    "ask_nation",
    "ROW_VERBS",
    "Answer",
    "batches_to_work",
    "conclude",
    "attach_to",
    "decide",
    "expire_directive",
    "is_startable",
    "may_start",
    "new_key",
    "once",
    "open_case",
    "open_follow_up",
    "open_with",
    "pre_review",
    "profile",
    "read_all_notices",
    "read_attachment",
    "read_notice",
    "recall",
    "registering",
    "release",
    "revoke_directive",
    "rosters",
    "work_chunk",
    "supervise",
    "urge",
    "terminate",
    "terminate_others",
]
