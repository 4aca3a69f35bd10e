"""A counter-example stands on the page step by step, in words."""

from __future__ import annotations

from app.studio.rules.counter_examples import steps_in_words
from tests.studio.conftest import Studio
from tests.studio.test_pages import browser
from tests.support.databases import on_sqlite

DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="x">
  <bpmn:process id="p"><bpmn:userTask id="ask" name="核办" /></bpmn:process>
</bpmn:definitions>"""


def test_each_kind_of_step_has_its_words() -> None:
    example = [
        {"facts": {"same_superior": True}},
        {"task": "ask", "role": "province", "duty": "approver", "outcome": "refuse"},
        {"task": "gone", "role": None, "outcome": "other"},
        {"message": "directive_ended"},
        {"verb": "archive/pull", "refused": "E-QUOTA-01"},
        {"verb": "archive/pull"},
        {"end": "agreed"},
    ]

    known = {"same_superior": "双方学校同属一个上级", "archive/pull": "转入档案并注册"}

    assert steps_in_words(example, DIAGRAM, known) == [
        "假定双方学校同属一个上级：是",
        "省教育行政部门审核在“核办”中不同意",
        "在“gone”中other",
        "收到消息“directive_ended”",
        "系统操作“转入档案并注册”不能办理（E-QUOTA-01）",
        "系统操作“转入档案并注册”",
        "办结：同意",
    ]
    assert steps_in_words(example[1:2], "no diagram") == ["省教育行政部门审核在“ask”中不同意"]


@on_sqlite
def test_the_check_of_a_draft_lists_the_steps_to_what_may_not_be(studio: Studio) -> None:
    draft = studio.draft("class_change")
    refused = 'name="不同意" sourceRef="outcome" targetRef="refused"'
    assert studio.edit(draft, "class_change.bpmn", refused, refused.replace('"refused"', '"effect"')).status == 200

    analyst = browser(studio)
    analyst.get(f"/studio/drafts/{draft}/check")

    steps = analyst.page.xpath("//details[summary='反例的步骤']/ol/li/text()")
    assert "申请单位审核在“学校确认”中不同意" in steps
    assert steps[-1].startswith("系统操作“调整班级”")
