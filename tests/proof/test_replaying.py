"""A replay notices where the engine goes another way; and where it goes does not depend on the layout."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from lxml import etree

import workflows
from tests.proof.mutator import SHELF
from tests.proof.sheet import Sheet
from tests.support.replaying import BREAKS_OFF, NotReplayed, Step, replay

APPROVED = {"task": "school_approval", "role": "applicant", "duty": "approver", "outcome": "agree"}
CHANGED = {"verb": "enrolment/change_class"}


def class_change() -> Sheet:
    return Sheet(etree.fromstring((SHELF / "class_change" / "class_change.bpmn").read_bytes()))


def compiled(sheet: Sheet) -> workflows.Diagrams:
    return workflows.compile_diagrams({"class_change.bpmn": sheet.source()})


@pytest.mark.parametrize(
    "steps", [[{"facts": {}}, APPROVED, CHANGED], [{"facts": {}}, {"message": "x"}, APPROVED, CHANGED, {"end": "done"}]]
)
def test_what_the_engine_does_replays(steps: Sequence[Step]) -> None:
    replay(compiled(class_change()), steps)


@pytest.mark.parametrize(
    "steps",
    [
        [APPROVED, CHANGED],
        [{"facts": {}}, APPROVED],
        [{"facts": {}}, APPROVED, {"end": "done"}],
        [{"facts": {}}, APPROVED, {"verb": "enrolment/skip"}],
        [{"facts": {}}, APPROVED, CHANGED, {"end": "refused"}],
        [{"facts": {}}, {**APPROVED, "outcome": "refuse"}, CHANGED],
        [{"facts": {}}, {**APPROVED, "role": "province"}, CHANGED],
        [{"facts": {}}, {**APPROVED, "task": "repair", "duty": "operator"}, CHANGED],
    ],
)
def test_anything_else_does_not(steps: Sequence[Step]) -> None:
    with pytest.raises(NotReplayed):
        replay(compiled(class_change()), steps)


def test_where_it_breaks_off_is_told_from_where_it_goes_on() -> None:
    sheet, steps = class_change(), [{"facts": {}}, APPROVED]
    with pytest.raises(NotReplayed):
        replay(compiled(sheet), steps, ending=BREAKS_OFF)

    sheet.cut(sheet["f_agree"])
    replay(compiled(sheet), steps, ending=BREAKS_OFF)


@pytest.mark.parametrize("height", [0, 1000])
def test_of_two_conditions_that_hold_the_first_in_the_file_counts_wherever_it_is_drawn(height: int) -> None:
    sheet = class_change()
    sheet.decide(sheet["f_refuse"], 'outcome == "agree"')
    sheet.bounds("refused").set("y", str(height))

    replay(compiled(sheet), [{"facts": {}}, APPROVED, CHANGED, {"end": "done"}])
