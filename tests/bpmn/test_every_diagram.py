"""Whatever lies on the shelf: it loads, is safe and sound, and every way through it is walked in the real engine."""

from __future__ import annotations

import json

import pytest

import workflows
from tests.bpmn.conftest import SHELF, diagrams_of
from tests.bpmn.exploring import drawn, explore, sources_of
from tests.bpmn.pictures import crossed

FORMS = SHELF.parent / "forms"
PROCESSES = sorted(path.name for path in SHELF.iterdir() if any(path.glob("*.bpmn")))


@pytest.mark.parametrize("process", PROCESSES)
def test_the_diagram_is_free_of_faults_safe_and_sound(process: str) -> None:
    for report in workflows.verify(sources_of(process)):
        said = "\n".join(f"{each.severity} {each.rule} [{each.element}] {each.message}" for each in report.findings)
        assert (report.loads, report.safe, report.sound) == (True, True, True), f"bpmn/{process}/{report.file}\n{said}"
        assert not report.forbidding, f"bpmn/{process}/{report.file}\n{said}"


@pytest.mark.parametrize("process", PROCESSES)
def test_every_way_through_the_diagram_is_walked_and_can_be_brought_to_an_end(process: str) -> None:
    nodes = drawn(process)
    tasks = diagrams_of(process).tasks.values()

    seen = explore(process)

    missed = sorted(f"{task.name}（{task.key}）：{each}" for task in tasks for each in task.outcomes
                    if (task.key, each) not in seen.answered)  # fmt: skip
    assert not missed, f"bpmn/{process}：没有走到的办理结果：{missed}"
    unseen = sorted(nodes[key] for key in nodes.keys() - seen.walked)
    assert not unseen, f"bpmn/{process}：没有走到的元素：{unseen}"
    assert not seen.endless(), f"bpmn/{process}：从这里再也不能办结：{seen.endless()[0]}"
    ends = {each[1] for each in seen.ended}
    assert ends <= {"agreed", "refused", "recalled", "redirected", "terminated"}, f"bpmn/{process}：办结的结果 {ends}"


@pytest.mark.parametrize("process", PROCESSES)
def test_every_task_has_its_form(process: str) -> None:
    forms = {path.stem for path in (FORMS / process).glob("*.json")}
    wanted = {task.form for task in diagrams_of(process).tasks.values()}

    assert wanted <= forms, f"forms/{process} 缺少 {sorted(wanted - forms)}"
    for form in sorted(forms):
        json.loads((FORMS / process / f"{form}.json").read_text("utf-8"))


@pytest.mark.parametrize("process", PROCESSES)
def test_in_its_picture_every_step_stands_in_its_lane_and_over_no_other(process: str) -> None:
    for name, source in sources_of(process).items():
        assert crossed(source) == [], f"bpmn/{process}/{name}"
