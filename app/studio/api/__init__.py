"""The studio for programs: drafts and their files, proposals, versions (contract.md)."""

from app.studio.api import (  # noqa: F401 – their calls are of this blueprint
    editors,
    halts,
    migrations,
    moves,
    processes,
    proposals,
    rehearsals,
    replays,
    variants,
    vocabulary,
)
from app.studio.api.drafts import bp

__all__ = ["bp"]
