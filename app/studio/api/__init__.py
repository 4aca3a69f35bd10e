"""The studio for programs: drafts and their files, proposals (contract.md)."""

from app.studio.api import proposals  # noqa: F401 – its calls are of this blueprint
from app.studio.api.drafts import bp

__all__ = ["bp"]
