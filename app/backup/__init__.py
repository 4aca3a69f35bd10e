"""The whole database as one file, from either engine to either engine."""

from app.backup.dump import back_up
from app.backup.restore import restore

__all__ = ["back_up", "restore"]
