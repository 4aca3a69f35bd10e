"""Cases, tasks, decisions and directives, for programs (contract.md)."""

from app.cases.api import bulk_decisions, directives, processes, students, tasks  # noqa: F401 – their calls are of this blueprint
from app.cases.api.cases import bp

__all__ = ["bp"]
