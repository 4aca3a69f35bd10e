"""The difference to the version before, in words: what was added, removed, changed; what was only moved apart."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from app.definitions.rules.content import Content
from app.settings import SOURCES
from app.studio.rules import diagram_things
from app.studio.rules.difference import differences
from app.studio.rules.plain_words import cell_in_words, condition_in_words, value_in_words
from app.studio.rules.scenario_things import things_of_scenario
from app.studio.rules.things import Difference
from workflows import vocabulary

FILE = "transfer.bpmn"


def shipped(key: str = "transfer") -> Content:
    def read(folder: Path, *endings: str) -> dict[str, str]:
        return {path.name: path.read_text("utf-8") for path in sorted(folder.iterdir()) if path.suffix in endings}

    forms = read(SOURCES / "forms" / key, ".json")
    return Content(
        read(SOURCES / "bpmn" / key, ".bpmn", ".dmn", ".policy"),
        {name.removesuffix(".json"): json.loads(text) for name, text in forms.items()},
    )


def changed(name: str, old: str, new: str) -> list[Difference]:
    before = shipped()
    text = before.texts()[name]
    assert old in text, old
    drawn = {**before.drawn, **({name: text.replace(old, new, 1)} if name in before.drawn else {})}
    forms = dict(before.forms)
    if name not in before.drawn:
        forms[name.removesuffix(".json")] = json.loads(text.replace(old, new, 1))
    return list(differences(before, Content(drawn, forms)))


CASES = {
    "a name": (FILE, 'id="receiving_school" name="', 'id="receiving_school" name="再', "修改环节", "名称：由"),
    "days": (
        FILE,
        '<spiffworkflow:property name="working_days" value="10" />',
        '<spiffworkflow:property name="working_days" value="7" />',
        "修改环节",
        "时限（工作日）：由“10”改为“7”",
    ),
    "a duty": (
        FILE,
        '<spiffworkflow:property name="duty" value="approver" />',
        '<spiffworkflow:property name="duty" value="operator" />',
        "修改环节",
        "岗位：由“审核”改为“经办”",
    ),
    "outcomes": (
        FILE,
        'name="outcomes" value="agree,refuse,send_back"',
        'name="outcomes" value="agree,refuse"',
        "修改环节",
        "可选结果：由“同意、不同意、退回补正”改为“同意、不同意”",
    ),
    "a role": (
        FILE,
        'name="role" value="receiving_bureau"',
        'name="role" value="province"',
        "修改泳道",
        "办理机构：由“转入学校上级教育行政部门”改为“省教育行政部门”",
    ),
    "a condition": (
        FILE,
        'outcome == "refuse"',
        'outcome != "agree"',
        "修改流向",
        "条件：由“办理结果为‘不同意’”改为“办理结果不为‘同意’”",
    ),
    "a form": (
        "application.json",
        '"title": "学生姓名"',
        '"title": "姓名"',
        "修改字段",
        "名称：由“学生姓名”改为“姓名”",
    ),
    "a policy": ("transfer.policy", "  依次  转出学校  审批  同意", "  须  转出学校  审批  同意", "新增规定", ""),
    "a cell": ("transfer.dmn", "<text>60</text>", "<text>30</text>", "修改决策表的行", "指令有效天数：由“60”改为“30”"),
}


@pytest.mark.parametrize("case", CASES)
def test_each_setting_is_told_in_words(case: str) -> None:
    name, old, new, sentence, detail = CASES[case]

    found = changed(name, old, new)

    assert any(each.sentence.startswith(sentence) and detail in " ".join(each.details) for each in found), found
    assert all(each.file == name for each in found)


def test_a_version_is_like_itself() -> None:
    for folder in sorted((SOURCES / "bpmn").iterdir()):
        if folder.is_dir():
            assert list(differences(shipped(folder.name), shipped(folder.name))) == []


def test_the_words_of_every_shipped_process_are_chinese() -> None:
    folders = [each for each in sorted((SOURCES / "bpmn").iterdir()) if each.is_dir()]
    processes = {each.name: "某流程" for each in folders}
    wrong = {}
    for folder in folders:
        for each in differences(None, shipped(folder.name), processes):
            said = f"{each.sentence} {' '.join(each.details)}"
            if found := set(ENGLISH.findall(OFFICIAL.sub("", said))):
                wrong[f"{folder.name} {each.sentence}"] = found
    assert wrong == {}


#: an English word
ENGLISH = re.compile(r"[A-Za-z]{2,}")
#: codes that a refusal, a country, a blood group bears; a name in Latin letters; three words that a table explains
OFFICIAL = re.compile(r"E-[A-Z]+-\d+|CHN|AB血型|RH|HLA|Chen Siyuan|[a-z_]+\.json|always|later|never")


def test_a_lane_by_another_name_is_one_difference() -> None:
    (found,) = changed(FILE, 'name="转入地设区市教育局"', 'name="转入地市教育局"')

    assert found.sentence == "修改泳道“转入地市教育局”"


def test_shapes_that_were_only_moved_stand_apart_and_last() -> None:
    text = shipped().drawn[FILE]
    first = text.index("<dc:Bounds x=")
    moved = text[:first] + '<dc:Bounds x="7' + text[first + len('<dc:Bounds x="') :]
    moved = moved.replace('id="receiving_school" name="', 'id="receiving_school" name="再')

    found = differences(shipped(), Content({**shipped().drawn, FILE: moved}, shipped().forms))

    assert [each.change for each in found] == ["changed", "moved"]


def test_the_first_version_is_new_in_all_its_parts() -> None:
    found = differences(None, shipped())

    assert {each.change for each in found} == {"added"}
    assert {"流程", "环节", "流向", "泳道", "字段", "办理原因", "决策表的行"} <= {each.what for each in found}


def test_a_reason_that_is_gone_and_one_that_is_new() -> None:
    before = shipped()
    reasons = [{"code": "brand_new", "text": "新的原因"}, *before.forms["reasons"][1:]]

    found = differences(before, Content(before.drawn, {**before.forms, "reasons": reasons}))

    assert [each.sentence for each in found] == [
        "新增办理原因“新的原因”",
        f"删除办理原因“{before.forms['reasons'][0]['text']}”",
    ]


def test_what_no_word_is_found_for_is_told_all_the_same() -> None:
    found = changed(FILE, "<bpmn:definitions", "<!-- 说明 --><bpmn:definitions")

    assert [(each.what, each.file) for each in found] == [("文件", FILE)]


def test_what_is_kept_in_code_is_said_in_words() -> None:
    titles = {"stage": "学段", "in_city": "同城"}

    assert condition_in_words('outcome == "agree"', {}) == "办理结果为“同意”"
    assert condition_in_words('stage == "primary" and in_city', titles) == "学段为“小学”，并且同城"
    assert cell_in_words('"primary","junior"') == "小学、初中"
    assert [value_in_words(each) for each in ("=other", "=child.name", "=day-3", "=day+0", True)] == [
        "另一所学校", "该学生的姓名", "演练日前 3 天", "演练当日", "是",
    ]  # fmt: skip


def test_a_scenario_says_its_course_as_its_page_does() -> None:
    scenario = {
        "name": "一件", "applicant": {"kind": "school"}, "application": {"reason": "move"},
        "steps": [{"task": "receiving_school", "outcome": "agree"}],
        "expected": [
            {"task": "receiving_school", "role": "receiving_school", "duty": "approver", "outcome": "agree"},
            {"end": "agreed"},
        ],
    }  # fmt: skip
    names = {"receiving_school": "转入学校审核", "reason": "转学事由"}

    [thing] = things_of_scenario(json.dumps(scenario), names).values()

    assert thing.said["预期走向"].startswith("“转入学校审核”由转入学校审核办理：同意 → 办结：")
    assert thing.said["步骤"] == "“转入学校审核”同意"
    assert thing.said["申请"] == "转学事由 move"


def test_a_difference_calls_every_property_and_value_by_its_chinese_name() -> None:
    known = vocabulary.PROCESS | vocabulary.LANE | vocabulary.TASK | vocabulary.END

    assert known <= diagram_things.PROPERTIES.keys()
    assert {each.value for each in vocabulary.Kind} <= diagram_things.KINDS.keys()
    for name, values in (
        ("in_bulk", vocabulary.IN_BULK),
        ("side", vocabulary.SIDES),
        ("status", vocabulary.STATUSES),
        ("duty", vocabulary.DUTIES),
    ):
        assert values <= diagram_things.VALUES[name].keys(), name


def test_fields_in_another_order_are_called_by_their_titles() -> None:
    before = shipped()
    form = before.forms["application"]
    turned = {**form, "properties": dict(reversed(form["properties"].items()))}

    [found] = differences(before, Content(before.drawn, {**before.forms, "application": turned}))

    [detail] = found.details
    assert detail.startswith("字段次序：由“学籍主号、学生姓名、")
    assert detail.endswith("、学生姓名、学籍主号”")


def test_what_is_new_is_told_without_quotes_and_quotes_within_quotes_are_single() -> None:
    form = shipped().forms["application"]
    new = {**form, "properties": {**form["properties"], "remark": {"type": "string", "title": "所称“备注”"}}}

    found = differences(shipped(), Content(shipped().drawn, {**shipped().forms, "application": new}))

    [added] = [each for each in found if each.change == "added"]
    assert added.details == ("类型：文字", "名称：所称“备注”", "必填：否")
    assert added.sentence == "新增字段“所称‘备注’”"
