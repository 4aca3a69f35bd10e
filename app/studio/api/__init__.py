"""The studio for programs: drafts and their files, proposals, versions (contract.md)."""

from app.studio.api import processes, proposals, rehearsals, replays, vocabulary  # noqa: F401 – calls of this blueprint
from app.studio.api.drafts import bp

__all__ = ["bp"]
