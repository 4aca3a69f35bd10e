"""Cases, tasks, decisions and directives, for programs (contract.md)."""

from app.cases.api import processes, students, tasks
from app.cases.api.cases import bp

__all__ = ["bp", "processes", "students", "tasks"]
