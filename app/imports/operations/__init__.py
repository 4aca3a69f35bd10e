"""Verbs of an import: receive, check, confirm, import batch by batch, discard. None of them commits."""

from app.imports.operations.checking import finish_checking, keep_checked, turn_away
from app.imports.operations.holding import LEASE, PATIENCE, claim, give_up, hold, let_go
from app.imports.operations.importing import PostIsOver, confirm, import_batch, importable, refuse_batch
from app.imports.operations.receiving import discard, hand_out_failed, receive

__all__ = [
    "LEASE",
    "PATIENCE",
    "PostIsOver",
    "claim",
    "confirm",
    "discard",
    "finish_checking",
    "give_up",
    "hand_out_failed",
    "hold",
    "import_batch",
    "importable",
    "keep_checked",
    "let_go",
    "receive",
    "refuse_batch",
    "turn_away",
]
