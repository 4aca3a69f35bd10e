"""What an official reads on forms, desks, timelines and prints, and chooses there by name."""

from __future__ import annotations

import ast
import re

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.auditing.labels import PACKAGES, PARTICULARS, VERBS, verb_name
from app.cases.models import Decision
from app.database import db
from app.definitions.models import Process
from app.schools.models import SchoolClass, Stage, entry_year_of
from tests.house.sources import python_files
from tests.support import factories
from tests.support.client import Client
from tests.support.single_school_case import Matter, a_matter
from tests.support.transfer_case import Story, staff
from tests.walking import fields_of


def seen_by(client: Client, person: object, address: str) -> str:
    """The text of a page's main part as that person reads it."""
    browser = Client(client.app).sign_in(person)
    answer = browser.get(address)
    assert answer.status == 200, answer.text
    client.page = browser.page
    return re.sub(r"\s+", " ", browser.page.xpath("//main")[0].text_content())


def choices(client: Client, name: str) -> dict[str, str]:
    """What a field of the page opened last offers: value to words."""
    options = client.page.xpath(f"//select[@name='{name}']/option")
    return {each.get("value"): each.text_content().strip() for each in options if each.get("value")}


def test_the_reason_of_a_send_back_stands_where_it_is_repaired_and_what_changed_where_it_is_decided_again(
    submitted: Story,
) -> None:
    office = submitted.people["receiving_school"]
    submitted.decide("send_back", opinion="缺居住证明，事由请写明")

    at_repair = seen_by(submitted.client, office.operator, f"/cases/{submitted.number}")
    assert "退回补正" in at_repair
    assert at_repair.count("缺居住证明，事由请写明") == 2, "at the desk and among what happened"
    values = {"reason": "随父母迁居至本区"}
    assert submitted.decide(form=values).status == 200

    for person in (office.approver, office.approver2):
        again = seen_by(submitted.client, person, f"/cases/{submitted.number}")
        assert "缺居住证明，事由请写明" in again
        assert "家庭住址变动 → 随父母迁居至本区" in again
    neighbour = Client(submitted.client.app).sign_in(factories.a_user(factories.a_bureau("330108"), "approver"))
    assert neighbour.get(f"/cases/{submitted.number}").status == 404
    repair = db.session.scalars(sa.select(Decision).where(Decision.key == "repair")).one()
    assert repair.form["before"] == {"reason": "家庭住址变动"}


def test_a_repair_that_changed_nothing_says_so(submitted: Story) -> None:
    submitted.decide("send_back")
    submitted.decide()

    again = seen_by(submitted.client, submitted.people["receiving_school"].approver, f"/cases/{submitted.number}")

    assert "申请内容没有改动" in again
    assert "没有新增附件" in again


def test_again_and_pulled_read_as_what_they_are(submitted: Story) -> None:
    office = submitted.people["receiving_school"]
    submitted.decide("send_back")
    browser = Client(submitted.client.app).sign_in(office.operator)
    browser.get(f"/cases/{submitted.number}")
    form = browser.page.xpath("//form[contains(@action, '/decision')]")[0]
    browser.post(form.get("action"), **{**dict(fields_of(form)), "outcome": "agree"})
    assert f"办件 {submitted.number}：已再次提交。" in browser.get(f"/cases/{submitted.number}").text
    submitted.agree_until("pull")
    browser = Client(submitted.client.app).sign_in(office.approver)
    browser.get(f"/cases/{submitted.number}")
    directive = browser.page.xpath("string(//input[@name='directive']/@value)")
    browser.post(f"/tasks/{submitted.waiting()['id']}/decision", outcome="agree", directive=directive)

    for page in (f"/cases/{submitted.number}", f"/cases/{submitted.number}/sheet"):
        text = browser.get(page).text
        assert "已再次提交" in text, page
        assert "已转入" in text, page


def test_who_has_the_case_is_named_with_the_duty(submitted: Story) -> None:
    person = submitted.people["receiving_school"].operator
    name = submitted.receiving.office.name

    for address in (f"/cases/{submitted.number}", "/cases/running"):
        assert f"{name}（审核）" in seen_by(submitted.client, person, address), address


def test_the_case_leads_to_the_childs_record_for_whom_it_opens_and_nobody_else(submitted: Story) -> None:
    address = f"/students/{submitted.child.id}"
    for role, opens in (("releasing_school", True), ("releasing_bureau", True), ("receiving_school", False)):
        seen_by(submitted.client, submitted.people[role].approver, f"/cases/{submitted.number}")

        assert bool(submitted.client.page.xpath(f"//main//a[@href='{address}']")) is opens, role


@pytest.mark.parametrize(
    ("key", "help_text"), [("receiving_school", "不同意、退回补正时必填"), ("pull", "不同意时必填")]
)
def test_an_opinion_is_asked_for_those_outcomes_alone_that_there_are(
    submitted: Story, key: str, help_text: str
) -> None:
    submitted.agree_until(key)
    outcomes = submitted.program("receiving_school").get(f"/tasks/{submitted.waiting()['id']}").json["outcomes"]
    text = seen_by(submitted.client, submitted.people["receiving_school"].approver, f"/cases/{submitted.number}")

    assert help_text in text or "refuse" not in outcomes
    assert ("退回补正时" in text) is ("send_back" in outcomes)
    assert ("不同意" in text) is ("refuse" in outcomes)


def test_a_quota_is_asked_for_and_decided_with_what_there_is_in_sight(matter: Matter) -> None:
    year = clock.school_year(clock.today())
    quota = factories.the_quota(matter.school, "11")
    quota.used, quota.reserved = 6, 3
    db.session.commit()
    client, school, bureau = matter.client, matter.people["school"], matter.people["bureau"]
    row = f"{matter.school.office.name}小学{year}10631"

    def shown(person: object, address: str) -> str:
        return seen_by(client, person, address).replace(" ", "")

    for person, key in ((school.operator, "quota_change"), (bureau.operator, "quota_setting")):
        assert row in shown(person, f"/apply/{key}"), key
    asked = {"stage": "primary", "year": year, "total": 14, "reason": "适龄人口增加", "basis": "西教〔2026〕1号"}
    assert matter.submit("quota_change", asked).status == 201
    assert row in shown(school.approver, f"/cases/{matter.number}")
    matter.decide()
    assert row in shown(bureau.approver, f"/cases/{matter.number}")
    other = factories.a_user(factories.a_school("330106", name="别处小学"), "operator")
    assert matter.school.office.name not in shown(other, "/apply/quota_change"), "a school sees its own numbers alone"


def test_schools_and_bureaus_are_chosen_by_name(app: Flask, matter: Matter) -> None:
    client, code = matter.client, matter.school.office.code
    beyond = factories.a_school("330108")
    for key in ("quota_setting", "recruiting_scope", "school_reorganisation"):
        seen_by(client, matter.people["bureau"].operator, f"/apply/{key}")
        offered = choices(client, "school")
        assert offered[code] == matter.school.office.name, key
        assert beyond.office.code not in offered, key
        assert "代码" not in client.page.xpath("string(//label[@for='f-school'])")
    assert {"330106", beyond.office.code} & set(choices(client, "successor")) == {"330106"}
    assert "330108" in choices(client, "new_superior")
    senior = factories.a_school("330106", stages="junior")
    operator = staff(senior).operator
    factories.a_bureau("330212")
    db.session.commit()
    seen_by(client, operator, "/apply/plan_cross_county")
    assert "330108" in choices(client, "source")
    assert "330212" not in choices(client, "source")
    seen_by(client, operator, "/apply/plan_cross_city")
    assert "330212" in choices(client, "source")
    assert "330108" not in choices(client, "source")


def test_a_number_is_set_for_a_school_chosen_by_its_name(matter: Matter) -> None:
    browser = Client(matter.client.app).sign_in(matter.people["bureau"].operator)
    browser.get("/apply/quota_setting")

    sent = browser.post(
        "/apply/quota_setting", key=browser.page.xpath("string(//input[@name='key']/@value)"),
        school=matter.school.office.code, stage="primary", year="2027", total="80", basis="西教〔2027〕2号",
    )  # fmt: skip

    assert sent.status == 302, sent.text
    assert f"{matter.school.office.name}（{matter.school.office.code}）" in browser.get(str(sent.location)).text


def test_ethnic_groups_are_chosen_by_name_at_opening_and_repair(matter: Matter) -> None:
    operator = matter.people["school"].operator
    seen_by(matter.client, operator, f"/apply/key_correction?student={matter.child.id}")
    offered = choices(matter.client, "ethnic_group")
    assert (len(offered), offered["01"], offered["22"]) == (58, "汉族", "畲族")

    assert matter.submit("key_correction", ethnic_group="22").status == 201
    assert "畲族" in seen_by(matter.client, operator, f"/cases/{matter.number}")
    matter.decide("send_back")
    seen_by(matter.client, operator, f"/cases/{matter.number}")
    assert choices(matter.client, "ethnic_group")["03"] == "回族"


def test_the_classes_offered_are_those_of_the_schools_own_cohort(matter: Matter) -> None:
    year = clock.school_year(clock.today())
    for number, grade in ((1, "13"), (3, "13"), (7, "14")):
        entry = entry_year_of(grade, year)
        db.session.add(SchoolClass(school_id=matter.school.id, stage=Stage.PRIMARY, entry_year=entry, number=number))
    other = factories.a_school("330106")
    entry = entry_year_of("13", year)
    db.session.add(SchoolClass(school_id=other.id, stage=Stage.PRIMARY, entry_year=entry, number=9))
    db.session.commit()

    seen_by(matter.client, matter.people["school"].operator, f"/apply/class_change?student={matter.child.id}")

    assert choices(matter.client, "school_class") == {"1": "（1）班", "3": "（3）班"}


def test_a_child_who_arrives_is_put_into_a_class_of_the_school_it_comes_to(submitted: Story) -> None:
    submitted.agree_until("pull")
    was = submitted.child.open_enrolment
    for school_id, number in ((submitted.receiving.id, 3), (was.school_id, 7)):
        db.session.add(SchoolClass(school_id=school_id, stage=was.stage, entry_year=was.entry_year, number=number))
    db.session.commit()

    page = seen_by(submitted.client, submitted.people["receiving_school"].approver, f"/cases/{submitted.number}")

    assert choices(submitted.client, "school_class") == {"3": "（3）班"}
    assert "暂不能确定的可不填" in page


def test_faults_of_the_form_and_of_the_rules_come_in_one_round(matter: Matter) -> None:
    browser = Client(matter.client.app).sign_in(matter.people["school"].operator)
    browser.get(f"/apply/withdrawal?student={matter.child.id}")

    sent = browser.post(
        "/apply/withdrawal", student=str(matter.child.id), leaves_on="2001-01-01", reason="自愿退学",
        signed_on=clock.today().isoformat(),
        **{"guardian.name": "陈建国", "guardian.relation": "1", "guardian.phone": "12"},
    )  # fmt: skip

    assert sent.status == 422
    said = browser.page.xpath("//div[@class='errors']//li")
    fields = {each.get("href") for each in browser.page.xpath("//div[@class='errors']//a")}
    assert len(said) >= 2, [each.text_content() for each in said]
    assert "#f-guardian-phone" in fields
    assert fields - {"#f-guardian-phone"}, "the day lies before the enrolment: a rule of the record, said at once"


def test_a_transfer_hears_of_everything_at_once_too(story: Story) -> None:
    full = factories.the_quota(story.receiving, "13")
    full.total = full.used
    db.session.commit()
    browser = Client(story.client.app).sign_in(story.people["receiving_school"].operator)
    browser.get("/cases/transfer/new")
    browser.post("/cases/transfer/new", main_number=story.child.main_number, name=story.child.name)

    sent = browser.post("/cases/transfer", main_number=story.child.main_number, name=story.child.name, reason="")

    assert sent.status == 422
    assert "请填写" in sent.text
    assert "E-QUOTA" in sent.text, "no seat: known before the reason is typed"


def test_a_program_hears_of_everything_at_once_too(matter: Matter) -> None:
    """What is wrong with the form, and what the rules have against the fields that are right, in one answer."""
    answer = matter.submit("suspension", reason=7, starts_on="2099-01-04", ends_on="2099-12-31")

    assert answer.status == 422
    assert {each["field"] for each in answer.json["objections"]} >= {"reason", "starts_on"}, answer.text


def test_every_verb_of_the_audit_reads_in_chinese(app: Flask) -> None:
    """Each name that the code gives to an act, literally or from the key of a process."""
    names = dict(db.session.execute(sa.select(Process.key, Process.name)).all())
    verbs, others = {f"enrolments/{key}" for key in names}, set()
    for path in python_files("app"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "service_task":
                others |= {each.value for each in node.args if isinstance(each, ast.Constant)}
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                room, _, rest = node.value.partition("/")
                if room in PACKAGES and re.fullmatch(r"[a-z_]+", rest):
                    verbs.add(node.value)
    verbs -= others - set(VERBS)
    assert len(verbs) > 80

    foreign = {each: verb_name(each, names) for each in verbs if re.search("[A-Za-z]", verb_name(each, names))}

    assert foreign == {}
    assert not [name for name in PARTICULARS.values() if re.search("[A-Za-z]", name)]


def test_a_school_without_classes_is_asked_for_the_number_of_the_class(app: Flask, client: Client) -> None:
    matter = a_matter(client)

    seen_by(client, matter.people["school"].operator, f"/apply/class_change?student={matter.child.id}")

    assert client.page.xpath("//input[@name='school_class']")
