"""BPMN diagrams compiled, verified and run, without Flask or a database.

`compile_diagrams` makes Diagrams of XML; `start`, `complete`, `notify` and `wake` make the next Run of a stored state;
`service_task` offers a function to diagrams by name; `check` says what is wrong with a drawing, policies included, and
`verify` the same without policies.
"""

from workflows.checking import check
from workflows.diagrams import Diagrams, TaskSpec, compile_diagrams
from workflows.engine import answer, complete, foresee, notify, start, wake
from workflows.errors import DiagramRefused, Later, NotWaiting, Refusal, RunBroken, TaskGone
from workflows.joint import Joint
from workflows.runs import Run, Waiting
from workflows.service_tasks import handlers, service_task
from workflows.verification import Finding, NotBpmn, Report, verify
from workflows.vocabulary import Kind

__all__ = [
    "DiagramRefused",
    "Diagrams",
    "Finding",
    "Joint",
    "Kind",
    "Later",
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
    "check",
    "compile_diagrams",
    "complete",
    "foresee",
    "handlers",
    "notify",
    "service_task",
    "start",
    "verify",
    "wake",
]
