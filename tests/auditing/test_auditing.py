"""The auditor's desk: what happened is found, the child is not; whoever runs the system touches no business."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import audit
from app.access import Actor
from app.audit import AuditChain, AuditEvent
from app.auditing import labels
from app.backup.triggers import unguarded
from app.database import Model, db, transaction
from app.divisions.models import Office
from app.encryption import keyed_hash
from app.identity.models import SignIn
from app.identity.operations import nobody
from tests.house.sources import python_files
from tests.support import factories
from tests.support.client import Answer, Client, Program, apart
from tests.support.single_school_case import Matter
from tests.support.transfer_case import Story

THREE = ("auditor", "sysadmin", "secadmin")  # 三员
OWN = ("identity", "display", "interface", "healthz", "readyz")  # one's own account, and the description of the doors


@pytest.fixture
def auditor(app: Flask, client: Client) -> Client:
    return client.sign_in(factories.a_user(factories.a_bureau("330000"), "auditor"))


def program_of(client: Client, office: str = "330000", duty: str = "auditor") -> Program:
    return client.api(factories.a_user(factories.a_bureau(office), duty))


# ── searching ────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_auditor_finds_a_case_by_its_number_newest_first(submitted: Story) -> None:
    submitted.agree_until("releasing_school")

    items = program_of(submitted.client).get(f"/audit?subject=case:{submitted.number}").json["items"]

    assert [item["verb"] for item in items] == ["cases/decide", "cases/decide", "cases/open"]
    assert items[0]["after"] == {"task": "receiving_bureau", "outcome": "agree", "reason": None}
    assert items[-1]["office"] == submitted.receiving.office.code
    by_number = program_of(submitted.client).get(f"/audit?subject={submitted.number}").json["items"]
    assert by_number == items


def test_by_person_verb_office_and_time(submitted: Story) -> None:
    person = submitted.people["receiving_school"].operator
    submitted.client.sign_in(person)
    program = program_of(submitted.client)

    by_person = program.get(f"/audit?actor={person.username}").json["items"]
    assert {item["actor"] for item in by_person} == {person.username}
    assert {item["verb"] for item in by_person} >= {"identity/sign_in", "cases/open"}
    assert {item["verb"] for item in program.get("/audit?verb=cases").json["items"]} == {"cases/open"}
    office = submitted.receiving.office.code
    assert {item["office"] for item in program.get(f"/audit?office={office}").json["items"]} == {office}
    assert program.get("/audit?since=2026-11-24").json["items"] == []
    assert program.get("/audit?until=2026-11-23").json["items"] == []
    assert program.get("/audit?since=2026-11-23").json["items"] != []
    assert program.get("/audit?since=2026-11-23T00:00:00%2B08:00").json["items"] != []
    assert program.get("/audit?since=yesterday").status == 422


def test_pages_of_the_audit_follow_each_other_without_gap_or_repeat(submitted: Story) -> None:
    submitted.agree_until("pull")
    program = program_of(submitted.client)
    whole = program.get("/audit?limit=200").json["items"]

    pieces: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = program.get(f"/audit?limit=3&cursor={cursor}&until={whole[0]['at']}").json
        pieces, cursor = pieces + page["items"], page["next"]

    keys = [(item["chain"], item["place"]) for item in pieces]
    assert len(keys) == len(set(keys))
    assert keys == [(item["chain"], item["place"]) for item in whole if item["at"] < whole[0]["at"]]
    assert program.get("/audit?cursor=made-up").status == 422


def test_a_citys_auditor_reads_only_its_own_jurisdiction(submitted: Story) -> None:
    elsewhere = program_of(submitted.client, "330200").get(f"/audit?subject={submitted.number}")
    there = program_of(submitted.client, "330100").get(f"/audit?subject={submitted.number}")

    assert elsewhere.json["items"] == []
    assert [item["verb"] for item in there.json["items"]] == ["cases/open"]


def test_what_was_corrected_about_a_child_is_withheld(app: Flask, client: Client) -> None:
    office = factories.a_bureau("330106")
    with transaction():
        audit.record(
            "enrolments/correction", "student:7", actor=actor_at(office),
            before={"address": "文二路 1 号"}, after={"address": "文三路 2 号", "name": "陈思源", "code": "ZK"},
        )  # fmt: skip

    answer = program_of(client).get("/audit?subject=student:7")

    assert "文三路" not in answer.text
    assert "陈思源" not in answer.text
    assert answer.json["items"][0]["after"] == {"code": "ZK"}
    assert answer.json["items"][0]["withheld"] == ["address", "name"]


def actor_at(office: Office) -> Actor:
    return Actor(None, "某人", None, "operator", office.id, office.code, office.name, office.kind.value, office.path)


def test_the_page_searches_pages_on_and_speaks_chinese(auditor: Client, submitted: Story) -> None:
    submitted.agree_until("pull")

    assert auditor.get("/").status == 200
    assert auditor.get("/inbox").location == "/"
    page = auditor.get(f"/audit?subject={submitted.number}&verb=cases/decide&since=2026-11-23&until=2026-11-23")
    assert page.status == 200
    rows = auditor.page.xpath("//tbody/tr")
    assert len(rows) == 4
    assert "办理" in rows[0].text_content()
    assert "结果 同意" in rows[0].text_content()
    assert submitted.child.name not in page.text
    for number in range(40):
        with transaction():
            audit.record("demo/load", f"province:{number}", actor=actor_at(factories.a_bureau("330000")))
    auditor.get("/audit?verb=demo")
    following = auditor.page.xpath("string(//nav[@class='more']//a/@href)")
    first = {row.text_content() for row in auditor.page.xpath("//tbody/tr")}
    assert len(first) == 30
    auditor.get(following)
    assert len({row.text_content() for row in auditor.page.xpath("//tbody/tr")} - first) == 10
    assert "没有符合条件的日志" in auditor.get("/audit?person=nobody").text
    assert auditor.get("/audit?since=nonsense").status == 422


def test_the_audit_names_its_chains(auditor: Client) -> None:
    wrong = {"username": "nobody", "password": "wrong"}
    assert apart(auditor.app.test_client().post, "/api/v1/session", json=wrong).status_code == 401

    page = auditor.get("/audit").text

    assert "日志链 登录尝试" in page
    assert re.search(r"系统-\d+", page)
    assert not re.search(r"(signin|system)\b", page)


def test_the_audit_names_tasks_reasons_papers_and_offices(auditor: Client, matter: Matter) -> None:
    matter.submit("suspension")
    matter.decide("send_back")
    desk = Client(auditor.app).sign_in(matter.people["school"].approver)
    desk.get(f"/cases/{matter.number}/sheet")

    auditor.get(f"/audit?subject={matter.number}")

    text = " ".join(auditor.page.xpath("//table")[0].text_content().split())
    assert "环节 学校审核，结果 退回补正，原因 材料不全" in text
    assert "文书 审批表" in text
    assert "类别 县级以上医院诊断证明和休息建议" in text
    assert matter.school.office.name in text
    assert not {"school_approval", "incomplete_papers", "sheet", "hospital_proof"} & set(text.split())


def test_the_audit_of_a_transfer_names_its_tasks(auditor: Client, submitted: Story) -> None:
    submitted.agree_until("pull")

    auditor.get(f"/audit?subject={submitted.number}&verb=cases/decide")

    assert "receiving_" not in auditor.page.xpath("//table")[0].text_content()


def test_the_audit_calls_an_outcome_as_its_task_has_it(auditor: Client, submitted: Story) -> None:
    assert submitted.decide("send_back").status == 200
    submitted.agree_until("pull")
    assert submitted.decide().status == 200

    auditor.get(f"/audit?subject={submitted.number}&verb=cases/decide")

    text = " ".join(auditor.page.xpath("//table")[0].text_content().split())
    assert "环节 转入学校审核，结果 退回补正" in text
    assert "环节 申请人补正，结果 已再次提交" in text
    assert "环节 转出学校上级核办并下达指令，结果 同意" in text
    assert "环节 转入学校凭指令调档，结果 已转入" in text


def test_a_name_that_nobody_has_is_told_without_its_hash(auditor: Client) -> None:
    """An older event, which nobody may change, holds one."""
    stranger = Client(auditor.app)
    stranger.get("/sign-in")
    stranger.post("/sign-in", username="330106.nobody", password="wrong")
    with transaction():
        older = f"{audit.UNKNOWN_USER}{keyed_hash('330106.nobody')[:16]}"
        audit.record("identity/wrong_password", older, actor=nobody(), after={"failures": 2})

    page = auditor.get("/audit?verb=identity/wrong_password").text
    lines = program_of(auditor).get("/audit?verb=identity/wrong_password").json["items"]

    assert page.count("没有此用户名") == 2
    assert [each["subject"] for each in lines] == [audit.UNKNOWN_USER] * 2
    assert keyed_hash("330106.nobody")[:8] not in page


def test_the_page_verifies_when_asked(auditor: Client, submitted: Story) -> None:
    assert "日志链完整" not in auditor.get("/audit/verify").text
    assert "日志链完整" in auditor.get("/audit/verify?now=1").text
    with unguarded(db.session.connection(), [audit.EVENTS]):
        db.session.execute(sa.update(AuditEvent).where(AuditEvent.verb == "cases/open").values(content="{}"))
    db.session.commit()

    page = auditor.get("/audit/verify?now=1")

    assert "日志链不完整：1 处" in page.text
    assert "被改动或被插入" in page.text
    answer = program_of(submitted.client).get("/audit/verify")
    assert (answer.json["intact"], len(answer.json["faults"])) == (False, 1)


@pytest.mark.parametrize("duty", ["operator", "approver", "analyst", "publisher", "sysadmin", "secadmin"])
def test_nobody_else_reads_the_audit(client: Client, app: Flask, duty: str) -> None:
    program = program_of(client, duty=duty)
    assert (program.get("/audit").status, program.get("/audit/verify").status) == (403, 403)
    client.sign_in(factories.a_user(factories.a_bureau("330000"), duty))
    assert (client.get("/audit").status, client.get("/audit/verify?now=1").status) == (403, 403)


def test_everything_the_house_writes_down_has_chinese_words() -> None:
    silent = {verb for verb, _ in written_down() if verb not in labels.VERBS and not verb.endswith("/")}
    rooms = {verb.split("/")[0] for verb, _ in written_down()} - set(labels.PACKAGES)
    kinds = {kind for _, kind in written_down() if kind} - set(labels.SUBJECTS)

    assert not (silent | rooms | kinds), f"add to app/auditing/labels/: {silent | rooms | kinds}"


def written_down() -> Iterator[tuple[str, str]]:
    """Verb and kind of subject of every `audit.record(…)`; a verb that is put together ends with its room's slash."""
    for path in python_files("app"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "audit.record":
                verb, subject = (re.match(r"f?['\"]([a-z_]*[/:]?[a-z_]*)", ast.unparse(each)) for each in node.args[:2])
                if verb:
                    yield verb[1], subject[1].partition(":")[0] if subject else ""


# ── the three who run the system ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("duty", THREE)
def test_scenario_24_no_door_shows_a_child_or_takes_a_decision_for_who_runs_the_system(
    submitted: Story, duty: str
) -> None:
    submitted.agree_until("pull")
    person = factories.a_user(factories.a_bureau("330000"), duty)
    browser, program = Client(submitted.client.app).sign_in(person), submitted.client.api(person)
    browser.get("/me")
    before = business()

    for method, address in doors(submitted):
        caller = program if address.startswith("/api/") else browser
        answer = knock(caller, method, address)

        assert answer.status in (403, 404) or harmless(answer, submitted), (duty, method, address, answer.status)
    assert business() == before


def doors(story: Story) -> Iterator[tuple[str, str]]:
    """Every method and address of the house, leading to this story's case, child, tasks and directive."""
    case = story.case()
    known = {
        "number": story.number,
        "student_id": story.child.id,
        "task_id": case["waiting"][0]["id"],
        "key": "transfer",
        "code": story.receiving.office.code,
    }
    for rule in story.client.app.url_map.iter_rules():
        if rule.endpoint.split(".")[0].removesuffix("_api") in (*OWN, "static"):
            continue
        own = known | ({"number": case["directive"]["number"]} if "directives" in rule.rule else {})
        address = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: str(own.get(match[1], 1)), rule.rule)  # noqa: B023
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, address


def knock(caller: Client | Program, method: str, address: str) -> Answer:
    if isinstance(caller, Program):
        response = apart(caller.http.open, address, method=method, headers=caller.headers, json={})
    else:
        token = caller.page.xpath("string(//input[@name='csrf_token']/@value)")
        response = apart(caller.browser.open, address, method=method, data={"csrf_token": token})
    text = response.get_data(as_text=True)
    return Answer(response.status_code, text, None, response.headers.get("Location"))


def harmless(answer: Answer, story: Story) -> bool:
    """Nothing of the child, and for a change a sentence why not, or nothing to change."""
    child = (story.child.name, story.child.main_number, story.child.main_number_masked, "13800000000", "家庭住址变动")
    return not any(each in answer.text for each in child)


def business() -> dict[str, int]:
    """How many rows every table holds that is neither audit nor session, nor counts who knocks."""
    db.session.rollback()
    own = {AuditEvent.__tablename__, AuditChain.__tablename__, SignIn.__tablename__, "rate_limit"}
    return {
        name: db.session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
        for name, table in Model.metadata.tables.items()
        if name not in own
    }


def test_who_audits_may_not_change_the_audit(auditor: Client) -> None:
    for rule in auditor.app.url_map.iter_rules():
        if rule.endpoint.startswith("auditing"):
            assert (rule.methods or set()) <= {"GET", "HEAD", "OPTIONS"}, rule.rule
