"""纸质档案移交: dispatched by the releasing school, received by the receiving one."""

from __future__ import annotations

from tests.bpmn.conftest import Walk, diagrams_of


def test_dispatch_then_receipt() -> None:
    run = Walk(diagrams_of("paper_archive"), {})
    assert run.waits == ["dispatch"]
    outcome = run.diagrams.tasks["dispatch"].outcomes[0]
    run.answer("dispatch", outcome)
    assert run.waits == ["receipt"]

    run.answer("receipt", run.diagrams.tasks["receipt"].outcomes[0])

    assert (run.run.finished, run.run.outcome, run.verbs) == (True, "agreed", [])


def test_each_task_has_one_outcome_and_a_deadline() -> None:
    tasks = diagrams_of("paper_archive").tasks.values()

    assert all(len(task.outcomes) == 1 and task.working_days for task in tasks)
