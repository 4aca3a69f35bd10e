"""A version published before its tasks stated their meaning: cases open on it and are decided as they always were."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from app.database import db, transaction
from app.definitions import operations
from app.definitions import queries as definitions
from app.definitions.models import Process
from app.definitions.queries import current_version
from app.definitions.rules.earlier_versions import completed
from tests.support import factories
from tests.support.client import Client
from tests.support.transfer_case import Story, a_story
from tests.walking import fields_of
from workflows import Diagrams, Kind, compile_diagrams

DRAWN = Path(__file__).parent / "earlier/transfer.bpmn"  # as shipped before kinds and words were properties
SOURCES = Path(operations.__file__).resolve().parents[2]
SAID = {  # as pages and papers said it before the diagrams did
    "transfer": {
        ("receiving_school", "agree"): ("同意", "同意"),
        ("receiving_school", "refuse"): ("不同意", "不同意"),
        ("receiving_school", "send_back"): ("退回补正", "退回补正"),
        ("releasing_bureau", "agree"): ("同意并下达允许转学指令", "同意"),
        ("repair", "agree"): ("再次提交", "已再次提交"),
        ("pull", "agree"): ("转入档案并注册", "已转入"),
        ("await_seat", "agree"): ("再次办理", "已再次办理"),
        ("await_seat", "refuse"): ("放弃转入", "已放弃转入"),
    },
    "home_return": {("source_bureau", "agree"): ("同意并下达允许外招指令", "同意")},
    "arrival": {
        ("await_other_province", "refuse"): ("终止等待，不予办理", "已终止等待"),
        ("refused_elsewhere", "agree"): ("再次向外省申请调档", "已再次申请调档"),
        ("refused_elsewhere", "refuse"): ("不再办理", "不再办理"),
        ("county_check", "agree"): ("确非同一人，继续办理", "确非同一人"),
        ("county_check", "refuse"): ("系同一人，不予新建", "系同一人，不予新建"),
    },
    "plan_cross_city": {
        ("lodge", "agree"): ("报送备案", "已报送"),
        ("lodge", "send_back"): ("退回补正", "退回补正"),
        ("filing", "agree"): ("予以备案", "予以备案"),
        ("filing", "send_back"): ("退回补充", "退回补充"),
        ("local_opinion", "acknowledge"): ("提出意见", "已提意见"),
        ("source_opinion", "acknowledge"): ("提出意见", "已提意见"),
    },
    "recruitment_roster": {
        ("confirm_here", "agree"): ("确认名单", "已确认名单"),
        ("confirm_here", "refuse"): ("整份不予确认", "整份不予确认"),
        ("confirm_source", "agree"): ("确认名单", "已确认名单"),
        ("confirm_source", "refuse"): ("整份不予确认", "整份不予确认"),
        ("directives", "agree"): ("逐份签发允许外招指令", "已逐份签发指令"),
        ("directives", "refuse"): ("不予下达", "不予下达"),
        ("more_seats", "agree"): ("再次预留学位", "已再次预留学位"),
        ("more_seats", "refuse"): ("终止名单", "已终止名单"),
        ("pull", "refuse"): ("不再转入，交回指令", "不再转入，已交回指令"),
    },
    "withdrawal": {("bureau_filing", "acknowledge"): ("确认", "确认")},
}
MEANT = {
    ("transfer", "repair"): (Kind.REPAIR, None),
    ("transfer", "pull"): (Kind.PULL, None),
    ("transfer", "receiving_school"): (None, None),
    ("arrival", "refused_elsewhere"): (None, None),
    ("plan_cross_city", "filing"): (Kind.FILING, None),
    ("recruitment_roster", "confirm_here"): (Kind.CONFIRMATION, "here"),
    ("recruitment_roster", "confirm_source"): (Kind.CONFIRMATION, "source"),
}


@pytest.fixture
def story(app: Flask, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Story]:
    """A transfer that opens on the earlier version; the shipped one is current again after the test."""
    shipped = current_version("transfer").version_id
    (tmp_path / "bpmn").mkdir()
    shutil.copytree(SOURCES / "bpmn/transfer", tmp_path / "bpmn/transfer")
    shutil.copytree(SOURCES / "forms/transfer", tmp_path / "forms/transfer")
    shutil.copy(DRAWN, tmp_path / "bpmn/transfer/transfer.bpmn")
    monkeypatch.setattr(operations, "SOURCES", tmp_path)
    monkeypatch.setattr(operations, "reports_of", lambda _content: ())  # published before there were policies
    with transaction():
        assert operations.publish_changed("分析员", lambda _compiled_version: []) == ["transfer"]
    drawn = db.session.get_one(Process, "transfer").current_id
    definitions._compiled_versions.pop(
        (str(db.engine.url), drawn or 0), None
    )  # its number may have been another test's
    yield a_story(client)
    db.session.rollback()
    db.session.get_one(Process, "transfer").current_id = shipped
    db.session.commit()
    definitions._compiled_versions.pop((str(db.engine.url), drawn or 0), None)


def buttons(person: Client) -> list[str]:
    return [each.text_content().strip() for each in person.page.xpath("//button[@name='outcome']")]


def test_a_transfer_on_the_earlier_version_goes_to_its_end_by_page_and_by_program(story: Story) -> None:
    assert story.submit().status == 201
    assert story.decide("send_back").status == 200
    address = f"/cases/{story.number}"
    clerk = Client(story.client.app).sign_in(story.people["receiving_school"].operator)
    clerk.get(address)
    assert buttons(clerk) == ["再次提交"]
    form = clerk.page.xpath("//form[contains(@action, '/decision')]")[0]
    assert form.xpath(".//input[@type='file']"), "a repair brings its papers"
    stands = dict(fields_of(form))
    assert stands["reason"] == story.case()["application"]["reason"], "a repair finds the application in its form"
    assert clerk.post(form.get("action"), **stands, outcome="agree").status == 302
    story.agree_until("releasing_bureau")
    bureau = Client(story.client.app).sign_in(story.people["releasing_bureau"].approver)
    bureau.get(address)
    assert buttons(bureau) == ["同意并下达允许转学指令", "不同意", "退回补正"]
    story.agree_until("pull")
    task = story.program("receiving_school").get(f"/tasks/{story.waiting()['id']}").json
    assert task["values"] == {"directive": story.case()["directive"]["number"]}

    school = Client(story.client.app).sign_in(story.people["receiving_school"].approver)
    school.get(address)
    assert buttons(school) == ["转入档案并注册"]
    form = school.page.xpath("//form[contains(@action, '/decision')]")[0]
    done = school.post(form.get("action"), **dict(fields_of(form)), outcome="agree")

    assert done.status == 302, done.text
    assert story.case()["outcome"] == "agreed"
    page = school.get(address).text
    assert "已再次提交" in page
    assert f"办件 {story.number}：已转入。" in page
    assert "已转入" in school.get(f"{address}/sheet").text


def test_who_repaired_does_not_approve_on_the_earlier_version(story: Story) -> None:
    refused_to_who_repaired(story)


def test_who_repaired_does_not_approve_on_the_shipped_version(submitted_anew: Story) -> None:
    refused_to_who_repaired(submitted_anew)


@pytest.fixture
def submitted_anew(app: Flask, client: Client) -> Story:
    return a_story(client)


def refused_to_who_repaired(story: Story) -> None:
    """A clerk who has not opened the case repairs it, and is then asked as an approver."""
    assert story.submit().status == 201
    assert story.decide("send_back").status == 200
    office = story.receiving.office
    clerk = factories.a_person(story.receiving, "operator")
    factories.a_post(clerk, office, "approver")
    repaired = story.client.api(clerk)
    assert repaired.post(f"/tasks/{story.waiting()['id']}/decision", {"outcome": "agree"}).status == 200
    posts = {each["duty"]: str(each["id"]) for each in repaired.get("/me").json["posts"]}
    task = story.waiting()["id"]

    answer = repaired.post(f"/tasks/{task}/decision", {"outcome": "agree"}, X_Post=posts["approver"])

    assert answer.code == "E-SOD-01"


def earlier(process: str) -> Diagrams:
    """The shipped diagram without what it says of meaning and words, as it was before it could."""
    drawn = {}
    for path in (SOURCES / "bpmn" / process).glob("*.bpmn"):
        parts = path.read_text("utf-8").split("<spiffworkflow:property ")
        kept = [parts[0]]
        for part in parts[1:]:
            own, rest = part.split("/>", 1)
            meant = own.startswith(('name="kind"', 'name="side"', 'name="button.', 'name="record.'))
            kept.append(rest if meant else f"<spiffworkflow:property {part}")
        drawn[path.name] = "".join(kept).encode()
    return compile_diagrams(drawn, process)


@pytest.mark.parametrize("process", SAID)
def test_the_words_of_earlier_versions_and_of_the_shipped_ones_are_those_of_before(process: str) -> None:
    before, now = completed(earlier(process)), current(process)

    for (task, outcome), (button, record) in SAID[process].items():
        assert (before.tasks[task].button(outcome), before.tasks[task].record(outcome)) == (button, record)
        assert (now.tasks[task].button(outcome), now.tasks[task].record(outcome)) == (button, record)


@pytest.mark.parametrize(("process", "task"), MEANT)
def test_the_meaning_of_tasks_in_earlier_versions_and_in_the_shipped_ones(process: str, task: str) -> None:
    before, now = completed(earlier(process)).tasks[task], current(process).tasks[task]

    assert (before.kind, before.side) == (now.kind, now.side) == MEANT[process, task]


def current(process: str) -> Diagrams:
    sources = {path.name: path.read_bytes() for path in (SOURCES / "bpmn" / process).glob("*.bpmn")}
    return compile_diagrams(sources, process)


def test_a_version_that_states_anything_is_taken_at_its_word() -> None:
    status = '<spiffworkflow:property name="status" value="repairing" />'
    drawn = DRAWN.read_text("utf-8").replace(status, f'{status}<spiffworkflow:property name="kind" value="repair" />')
    stated = completed(compile_diagrams({"transfer.bpmn": drawn.encode()}, "transfer"))

    assert stated.tasks["repair"].kind is Kind.REPAIR
    assert stated.tasks["pull"].kind is None
    assert stated.tasks["pull"].button("agree") == "同意"
