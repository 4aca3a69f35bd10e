"""What was taken back counts in no figure: neither decided, nor come twice, nor come to the office that follows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from app.cases.models import FigureKind
from app.database import db
from app.divisions.models import Office
from app.reports.queries.figures import counted
from tests.reports.test_figures import added_up
from tests.support.task_shapes import Shape, shaped, shelves

__all__ = ["shaped", "shelves"]


def figures(case: Shape) -> dict[FigureKind, Counter[tuple[str, ...]]]:
    db.session.rollback()
    bureau = db.session.get_one(Office, case.person("bureau_operator").posts[0].office_id)
    kinds = (FigureKind.OPEN, FigureKind.ARRIVED, FigureKind.DECIDED, FigureKind.SEND_BACK)
    return {kind: Counter(counted(bureau, kind, ("key", "code"))) for kind in kinds}


@pytest.mark.parametrize("added", [False, True], ids=["entries", "sums"])
def test_the_figures_are_as_before(shaped: Callable[..., Shape], added: bool) -> None:
    case = shaped("sequential").agreed(("school_approver", "own_approval"))
    before, task = figures(case), case.task("check")
    case.agreed(("bureau_operator", "check"))
    if added:
        added_up()
    assert figures(case) != before

    assert case.program("bureau_operator").post(f"/tasks/{task}/take-back").status == 200

    assert figures(case) == before
    added_up()
    assert figures(case) == before


def test_a_return_that_was_taken_back(shaped: Callable[..., Shape]) -> None:
    case = shaped("sequential").agreed(
        ("school_approver", "own_approval"), ("bureau_operator", "check"), ("bureau_approver", "review")
    )
    before, task = figures(case), case.task("approval")
    assert case.decide("bureau_approver", "approval", "send_back").status == 200
    assert figures(case)[FigureKind.SEND_BACK].total() == 1

    assert case.program("bureau_approver").post(f"/tasks/{task}/take-back").status == 200

    assert figures(case) == before


def test_the_lists_behind_the_figures(shaped: Callable[..., Shape]) -> None:
    case = shaped("sequential").agreed(("school_approver", "own_approval"))
    task, program = case.task("check"), case.program("bureau_operator")
    case.agreed(("bureau_operator", "check"))
    assert program.post(f"/tasks/{task}/take-back").status == 200
    waits = case.task("check")

    listed = {what: program.get(f"/dashboards/tasks/{what}").json for what in ("arrived", "decided")}

    assert [each["id"] for each in listed["decided"]["items"]] == []
    assert [each["id"] for each in listed["arrived"]["items"]] == [waits]
