"""The children of a case, by name: of its list, or of an act about a whole school."""

from __future__ import annotations

from collections.abc import Sequence

from app.cases import hooks
from app.cases.models import Case, CaseOutcome, CaseStatus
from app.students.queries.acts import ChildOfAct, children_of_act


def act_children(case: Case) -> Sequence[ChildOfAct]:
    """Whom the case has moved, or would move now; empty for a case that names its children otherwise.

    For whoever may see the content of the case.
    """
    would_move = hooks.act_children.of(case.process_key)
    if would_move is None:
        return ()
    if case.status is not CaseStatus.CLOSED:
        return would_move(case)
    return children_of_act(case.id) if case.outcome is CaseOutcome.AGREED else ()
