"""Verbs of an import: receive, check, confirm, import batch by batch, discard. None of them commits."""

from app.imports.operations.checking import finish_checking, keep_checked, look_up, turn_away
from app.imports.operations.importing import (
    PostIsOver,
    batch_places,
    confirm,
    exclude_broken,
    import_batch,
    importable,
    refuse_batch,
    rehearse_batch,
)
from app.imports.operations.leases import LEASE, PATIENCE, claim, give_up, hold, let_go, note_trouble
from app.imports.operations.receiving import discard, forget, hand_out_failed, look_at, match, receive

__all__ = [
    "LEASE",
    "PATIENCE",
    "PostIsOver",
    "batch_places",
    "claim",
    "confirm",
    "discard",
    "exclude_broken",
    "finish_checking",
    "forget",
    "give_up",
    "hand_out_failed",
    "hold",
    "import_batch",
    "importable",
    "keep_checked",
    "let_go",
    "look_at",
    "look_up",
    "match",
    "note_trouble",
    "receive",
    "refuse_batch",
    "rehearse_batch",
    "turn_away",
]
