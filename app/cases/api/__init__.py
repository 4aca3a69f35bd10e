"""Cases, tasks, decisions and directives, for programs (contract.md)."""

from app.cases.api import directives, processes, students, tasks
from app.cases.api.cases import bp

__all__ = ["bp", "directives", "processes", "students", "tasks"]
