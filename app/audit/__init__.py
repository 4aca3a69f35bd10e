"""日志 – who did what, in chains that only grow, and keyed digests of what the acts have written.

`record` writes an act down, `verify` finds what was changed outside the program, `differences` only the business
rows among it; `create_triggers` and `take_over` make a database ready for it.
"""

from app.audit.chain import (
    ANONYMOUS,
    CHAINS,
    EVENTS,
    GENESIS,
    HEADS,
    OFFICE_OF_EVENT,
    SYSTEM,
    UNKNOWN_USER,
    AuditChain,
    AuditEvent,
    entry_of_seals,
    heads,
    keep_heads,
    link_of,
    record,
)
from app.audit.first_seals import next_seal_number, take_over
from app.audit.triggers import create_triggers, drop_triggers
from app.audit.verification import UNREADABLE, Fault, Heads, differences, verify
from app.audit.written_rows import pieces_of_seals

__all__ = [
    "ANONYMOUS",
    "CHAINS",
    "EVENTS",
    "GENESIS",
    "HEADS",
    "OFFICE_OF_EVENT",
    "SYSTEM",
    "UNKNOWN_USER",
    "UNREADABLE",
    "AuditChain",
    "AuditEvent",
    "Fault",
    "Heads",
    "create_triggers",
    "differences",
    "drop_triggers",
    "entry_of_seals",
    "heads",
    "keep_heads",
    "link_of",
    "next_seal_number",
    "pieces_of_seals",
    "record",
    "take_over",
    "verify",
]
