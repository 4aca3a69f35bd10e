"""The whole database as one file, from either engine to either engine."""

from app.backup.making import back_up
from app.backup.restoring import restore

__all__ = ["back_up", "restore"]
