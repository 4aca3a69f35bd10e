"""A lane that means nobody for some school or bureau of the province forbids to publish, where nobody passes it by."""

from __future__ import annotations

from tests.processes.configured import a_process
from tests.studio.conftest import Studio
from tests.support import factories
from tests.support.databases import on_sqlite

SUPERIOR = "由申请单位上级的上一级教育行政部门办理"


def found(studio: Studio, diagram: str) -> list[str]:
    draft = studio.draft()
    studio.program("analyst").put(f"/drafts/{draft}/files/class_change.bpmn", diagram.encode(), If_Match="*")
    checked = studio.program("analyst").post(f"/drafts/{draft}/check").json
    return [each["message"] for each in checked["findings"] if SUPERIOR in each["message"]]


def drawn(*, always: bool) -> str:
    process = a_process("office", role="applicant_superior")
    process.key = "class_change"
    way = 'id="which_level_done" sourceRef="which_level" targetRef='
    assert f'{way}"done"' in process.diagram()
    return process.diagram().replace(f'{way}"done"', f'{way}"approval"') if always else process.diagram()


@on_sqlite
def test_a_school_right_below_the_department_has_nobody_two_tiers_up(studio: Studio) -> None:
    factories.a_school("330106")
    assert found(studio, drawn(always=True)) == []

    factories.a_school("330000")

    (sentence,) = found(studio, drawn(always=True))
    assert "浙江省教育厅直属学校等 1 个机构没有这样的上级机构" in sentence


@on_sqlite
def test_a_lane_that_some_applications_pass_by_is_no_fault(studio: Studio) -> None:
    factories.a_school("330000")

    assert found(studio, drawn(always=False)) == []
