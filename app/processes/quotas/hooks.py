"""What the numbers of schools add to the engine: the numbers as they stand, beside the form and the case."""

from __future__ import annotations

from collections.abc import Sequence

from app.access import Actor
from app.cases import hooks
from app.cases.hooks import Offered, Panel
from app.cases.models import Case
from app.cases.presenters.choices import schools_right_below
from app.processes.quotas.queries import quotas_before, quotas_of
from app.schools.models import STAGE_NAMES, Quota
from app.students.models import Student

KEYS = ("quota_setting", "quota_change")


@hooks.names("quota_setting", "school")
def schools(student: Student | None, actor: Actor) -> Offered:
    """The schools for which this bureau sets the number."""
    return schools_right_below(actor)


@hooks.beside_form(*KEYS)
def before(actor: Actor) -> Panel:
    """What the actor's school, or each school right below its bureau, has now."""
    return _panel(quotas_before(actor))


@hooks.beside_case(*KEYS)
def now(case: Case, actor: Actor) -> Sequence[Panel]:
    """The number that the case is about as it stands now."""
    return [_panel(quotas_of(case))]


def _panel(quotas: Sequence[Quota]) -> Panel:
    return Panel("quotas/_quotas.html", {"quotas": quotas, "stages": STAGE_NAMES})
