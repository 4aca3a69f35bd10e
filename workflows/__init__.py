"""The engine room: diagrams in, runs out. It knows nothing of Flask or the database."""

from workflows.diagrams import Diagrams, TaskSpec, compile_diagrams
from workflows.engine import answer, complete, foresee, notify, start
from workflows.errors import DiagramRefused, NotWaiting, Refusal, RunBroken, TaskGone
from workflows.runs import Run, Waiting
from workflows.service_tasks import handlers, service_task
from workflows.verification import Finding, NotBpmn, Report, verify

__all__ = [
    "DiagramRefused",
    "Diagrams",
    "Finding",
    "NotBpmn",
    "NotWaiting",
    "Refusal",
    "Report",
    "Run",
    "RunBroken",
    "TaskGone",
    "TaskSpec",
    "Waiting",
    "answer",
    "compile_diagrams",
    "complete",
    "foresee",
    "handlers",
    "notify",
    "service_task",
    "start",
    "verify",
]
