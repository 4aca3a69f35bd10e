"""The studio for programs: drafts and their files (contract.md)."""

from app.studio.api.drafts import bp

__all__ = ["bp"]
