"""跨区域招生方案: what a school may ask, who consents, what a refusal, a repair and a recall do to the plan."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from app.cases.models import Case, Task
from app.database import db
from app.divisions.models import Office
from app.processes.recruitment.models import Filing, Plan
from app.processes.recruitment.queries import plan_of_case
from app.schools.models import Quota
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support import factories
from tests.support.client import Client
from tests.support.recruiting_case import Recruiting, a_plan, asked_for

COUNTY, CITY = "plan_cross_county", "plan_cross_city"
SIDES = ("local_consent", "source_consent")


def the_plan(plan: Recruiting) -> Plan:
    """As the database has it now."""
    db.session.rollback()
    db.session.expire_all()
    case_id = db.session.scalars(sa.select(Case.id).where(Case.number == plan.number)).one()
    found = plan_of_case(case_id)
    assert found is not None
    return found


def submitted(client: Client, process: str = COUNTY, *, source: str = "330108", **more: Any) -> Recruiting:
    plan = a_plan(client, source=source)
    answer = plan.submit(process, asked_for(source, **more))
    assert answer.status == 201, answer.text
    return plan


def asked(client: Client, process: str = COUNTY, *, source: str = "330108", **more: Any) -> Recruiting:
    """Both sides have it before them."""
    return submitted(client, process, source=source, **more).agree("school_approval")


# ── the way of a plan ────────────────────────────────────────────────────────────────────────────────────────────────


def test_both_counties_consent_the_city_files_and_the_school_may_recruit(client: Client) -> None:
    plan = submitted(client)
    assert the_plan(plan).status == "consulting"
    plan.agree("school_approval")
    offices = {task["key"]: task["office"]["code"] for task in plan.case()["waiting"]}
    assert offices == {"local_consent": "330106", "source_consent": "330108"}
    plan.agree("source_consent", "local_consent")
    assert (plan.waits, the_plan(plan).status) == (["lodge"], "consented")
    assert (plan.task("lodge")["office"]["code"], plan.task("lodge")["duty"]) == ("330106", "operator")
    plan.agree("lodge")
    assert (plan.task("filing")["office"]["code"], the_plan(plan).filing.state) == ("330100", "waiting")

    plan.agree("filing")

    filed = the_plan(plan)
    assert (filed.status, filed.filing.state, plan.case()["outcome"]) == ("filed", "accepted", "agreed")
    assert (filed.filing.number, filed.filing.title) == ("B2026-330100-000001", "浙教备〔2026〕330100-000001号")


def test_numbers_of_filings_run_without_gaps_per_office(client: Client) -> None:
    numbers = []
    for source in ("330108", "330102"):
        plan = asked(client, source=source).agree(*SIDES, "lodge")
        plan.decide("filing", "send_back")
        plan.agree("lodge", "filing")
        numbers.append(the_plan(plan).filing.number)

    assert numbers == ["B2026-330100-000001", "B2026-330100-000002"]


def test_the_route_says_who_and_why(client: Client) -> None:
    plan = submitted(client)

    route = {step["key"]: (step["office"]["code"], step["reason"], step["state"]) for step in plan.case()["route"]}

    assert route["local_consent"] == ("330106", "学校所在县（市、区）教育行政部门：330106区教育局", "to come")
    assert route["source_consent"] == ("330108", "生源所在县（市、区）教育行政部门：330108区教育局", "to come")
    assert route["filing"] == ("330100", "备案机关：330100市教育局", "to come")
    assert route["endorsement"][2] == "skipped"


def test_a_city_run_school_is_endorsed_by_its_own_superior_first(client: Client) -> None:
    factories.a_bureau("330106")
    plan = a_plan(client, "330100")
    db.session.execute(sa.update(Office).where(Office.id == plan.school.id).values(division_code="330106"))
    db.session.commit()
    # the whole city is its home while nothing is set, so its superior has set less
    plan.at("330100")
    scope = {"school": plan.code, "divisions": ["330106"], "basis": "杭教〔2026〕1 号"}
    assert plan.submit("recruiting_scope", scope, by="330100").status == 201
    plan.people = {"330100": plan.people["330100"]}
    plan.number = plan.number
    numbered = plan.program("330100").get(f"/cases/{plan.number}").json
    for duty in ("approver", "approver"):
        task = plan.program("330100").get(f"/cases/{plan.number}").json["waiting"][0]
        plan.program(task["office"]["code"], duty).post(f"/tasks/{task['id']}/decision", {"outcome": "agree"})
    assert numbered["process"] == "recruiting_scope"

    assert plan.submit(COUNTY, asked_for()).status == 201
    plan.agree("school_approval")
    assert (plan.waits, plan.task("endorsement")["office"]["code"]) == (["endorsement"], "330100")
    plan.agree("endorsement")

    offices = {task["key"]: task["office"]["code"] for task in plan.case()["waiting"]}
    assert offices == {"local_consent": "330106", "source_consent": "330108"}
    plan.agree(*SIDES)
    assert plan.task("lodge")["office"]["code"] == "330100"


# ── both sides at once ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("first", SIDES)
@pytest.mark.parametrize("before", [False, True], ids=["at once", "after the other's consent"])
def test_either_side_ends_it_and_the_others_task_is_gone(client: Client, first: str, before: bool) -> None:
    plan = asked(client)
    other = next(each for each in SIDES if each != first)
    task = plan.task(other)
    if before:
        plan.agree(other)

    plan.decide(first, "refuse")

    assert (plan.waits, plan.case()["outcome"], the_plan(plan).status) == ([], "refused", "ended")
    late = plan.program(task["office"]["code"], "approver").post(f"/tasks/{task['id']}/decision", {"outcome": "agree"})
    assert (late.status, late.code) == (409, "E-STALE")
    assert the_plan(plan).status == "ended"


@pytest.mark.parametrize("first", SIDES)
@pytest.mark.parametrize("before", [False, True], ids=["at once", "after the other's consent"])
def test_either_side_sends_it_back_and_then_both_decide_anew(client: Client, first: str, before: bool) -> None:
    plan = asked(client)
    if before:
        plan.agree(next(each for each in SIDES if each != first))

    plan.decide(first, "send_back")
    assert (plan.waits, plan.case()["status"]) == (["repair"], "repairing")
    repaired = {"cap": 4, "closes_on": "2026-12-25", "basis": "杭教招〔2026〕9 号"}
    assert plan.decide("repair", form=repaired).status == 200
    assert ((found := the_plan(plan)).cap, found.closes_on.isoformat(), found.status) == (4, "2026-12-25", "consulting")
    plan.agree("school_approval")

    assert set(plan.waits) == set(SIDES)
    plan.agree(*SIDES, "lodge", "filing")
    assert (the_plan(plan).status, the_plan(plan).cap) == ("filed", 4)


def test_every_order_of_two_rounds_leaves_case_plan_and_desks_in_agreement(client: Client) -> None:
    lawful = {"refuse": ([], "ended"), "send_back": (["repair"], "consulting"), "agree": (["lodge"], "consented")}
    sources = iter(["330102", "330105", "330109", "330110", "330111", "330112", "330113", "330114", "330122", "330127"])
    plan = a_plan(client, seats=100)
    orders = [(side, outcome) for side in SIDES for outcome in ("refuse", "send_back")]
    orders += [((first, second), last) for first, second in (SIDES, SIDES[::-1]) for last in lawful]
    for sides, last in orders:
        source = next(sources)
        factories.a_bureau(source)
        db.session.commit()
        assert plan.submit(COUNTY, asked_for(source, cap=1)).status == 201
        plan.agree("school_approval")
        steps = [sides] if isinstance(sides, str) else list(sides)
        plan.agree(*steps[:-1])

        assert plan.decide(steps[-1], last).status == 200

        assert (plan.waits, the_plan(plan).status) == lawful[last], (sides, last)


def test_the_clock_of_the_side_that_was_interrupted_goes_on_with_the_rest(client: Client) -> None:
    plan = asked(client)
    case = db.session.scalars(sa.select(Case).where(Case.number == plan.number)).one()
    db.session.execute(
        sa.update(Task)
        .where(Task.case_id == case.id, Task.key == "local_consent")
        .values(deadline=sa.literal(case.opened_at.replace(month=11, day=26, hour=9), Task.deadline.type))
    )
    db.session.commit()

    plan.decide("source_consent", "send_back")

    db.session.refresh(case)
    assert case.clocks == {"source_consent": 10, "local_consent": 3}


# ── who ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("key", "office"), [("local_consent", "330106"), ("source_consent", "330108")])
def test_a_countys_consent_can_be_given_by_that_countys_approver_only(client: Client, key: str, office: str) -> None:
    plan = asked(client)
    other = "330108" if office == "330106" else "330106"
    answer = {"outcome": "agree"}
    strangers = [
        (office, "operator"), (other, "approver"), ("330102", "approver"), ("330100", "approver"),
        ("330000", "approver"), (plan.code, "approver"), (plan.code, "operator"),
    ]  # fmt: skip
    programs = [plan.program(code, duty) for code, duty in strangers]
    task = plan.task(key)["id"]

    with nothing_changes(attempts=len(strangers)):
        answers = [program.post(f"/tasks/{task}/decision", answer) for program in programs]

    assert [each.status for each in answers] == [403, 404, 404, 403, 403, 404, 404]
    assert plan.program(office, "approver").post(f"/tasks/{task}/decision", answer).status == 200


def test_a_filing_cannot_be_refused_by_a_program_either(client: Client) -> None:
    plan = asked(client).agree(*SIDES, "lodge")
    task = plan.task("filing")["id"]
    refusal = {"outcome": "refuse", "reason_code": "other", "opinion": "不同意"}

    with nothing_changes(attempts=0):
        decided = plan.program("330100", "approver").post(f"/tasks/{task}/decision", refusal)
        acknowledged = plan.program("330100", "approver").post(f"/tasks/{task}/decision", {"outcome": "acknowledge"})

    assert [(each.status, each.json["objections"][0]["field"]) for each in (decided, acknowledged)] == [
        (422, "outcome"), (422, "outcome"),
    ]  # fmt: skip


def test_the_page_of_a_filing_offers_to_accept_or_to_return(client: Client) -> None:
    plan = asked(client).agree(*SIDES, "lodge")
    browser = Client(client.app).sign_in(plan.at("330100").approver)
    page = browser.get(f"/cases/{plan.number}")
    buttons = [each.text_content() for each in browser.page.xpath("//button[@name='outcome']")]
    key = browser.page.xpath("string(//form[contains(@action, '/decision')]//input[@name='key']/@value)")

    sent = browser.post(f"/tasks/{plan.task('filing')['id']}/decision", outcome="agree", key=key)

    assert "备案不是审批" in page.text
    assert buttons == ["予以备案", "退回补充"]
    assert (sent.status, the_plan(plan).status) == (302, "filed")
    assert "予以备案" in browser.get(f"/cases/{plan.number}").text


# ── what may be asked ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("superior", "process", "source", "more", "codes"),
    [
        ("330106", COUNTY, "330106", {}, {"E-PLAN-03"}),  # at home
        ("330106", COUNTY, "330212", {}, {"E-PLAN-04"}),  # another city's
        ("330106", COUNTY, "330100", {}, {"E-INPUT"}),  # no county
        ("330106", COUNTY, "339999", {}, {"E-INPUT"}),
        ("330106", CITY, "330108", {}, {"E-PLAN-04"}),
        ("330106", CITY, "330000", {}, {"E-INPUT"}),
        ("330702", COUNTY, "330782", {}, {"E-PLAN-04"}),  # 义乌 counts as a city
        ("330782", COUNTY, "330702", {}, {"E-PLAN-04"}),
        ("330106", COUNTY, "330108", {"cap": 11}, {"E-PLAN-06"}),
        ("330106", COUNTY, "330108", {"stage": "primary"}, {"E-STAGE"}),
        ("330106", COUNTY, "330108", {"entry_year": 2028}, {"E-INPUT", "E-QUOTA-01"}),
        ("330106", COUNTY, "330108", {"entry_year": 2027, "closes_on": "2027-07-01"}, {"E-QUOTA-01"}),
        ("330106", COUNTY, "330108", {"closes_on": "2026-11-23"}, {"E-INPUT"}),
        ("330106", COUNTY, "330108", {"closes_on": "2027-01-05"}, {"E-INPUT"}),
        ("330106", COUNTY, "330106", {"cap": 11, "closes_on": "2026-01-05"}, {"E-PLAN-03", "E-PLAN-06", "E-INPUT"}),
    ],
)
def test_a_plan_that_may_not_be_is_refused_with_everything_against_it(
    client: Client, superior: str, process: str, source: str, more: dict[str, Any], codes: set[str]
) -> None:
    if source != "339999":
        factories.a_bureau(source)
    plan = a_plan(client, superior)

    with nothing_changes(attempts=0 if codes == {"E-INPUT"} else 1):
        answer = plan.submit(process, asked_for(source, **more))

    assert (answer.status, answer.codes) == (422, codes)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Plan)) == 0


def test_with_the_county_that_acts_as_a_city_a_plan_is_cross_city_and_filed_with_the_province(client: Client) -> None:
    plan = a_plan(client, "330702", source="330782")
    assert plan.submit(CITY, asked_for("330782")).status == 201

    offices = {step["key"]: step["office"]["code"] for step in plan.case()["route"]}

    assert (offices["local_consent"], offices["source_consent"]) == ("330700", "330782")
    assert (offices["local_opinion"], offices["filing"]) == ("330702", "330000")
    assert "source_opinion" not in offices


def test_one_plan_lives_per_source_and_year_and_an_ended_one_makes_room(client: Client) -> None:
    plan = asked(client)

    again = plan.submit(COUNTY, asked_for())
    plan.decide("local_consent", "refuse")
    after = plan.submit(COUNTY, asked_for())

    assert again.codes == {"E-PLAN-05"}
    assert after.status == 201


def test_the_database_keeps_two_plans_for_one_source_apart(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = submitted(client)
    monkeypatch.setattr("app.processes.recruitment.precheck.plans.live_plan", lambda *_: None)  # as if both at once

    with nothing_changes():
        answer = plan.submit(COUNTY, asked_for())

    assert (answer.status, answer.code) == (422, "E-PLAN-05")


def test_all_plans_together_stay_within_the_number_for_children_from_elsewhere(client: Client) -> None:
    plan = a_plan(client)
    factories.a_bureau("330102")
    db.session.execute(sa.update(Quota).where(Quota.school_id == plan.school.id).values(outside=7))
    db.session.commit()

    first = plan.submit(COUNTY, asked_for(cap=5))
    second = plan.submit(COUNTY, asked_for("330102", cap=3))
    third = plan.submit(COUNTY, asked_for("330102", cap=2))

    assert (first.status, second.codes, third.status) == (201, {"E-PLAN-06"}, 201)
    assert "核定 7，其他招生方案已列 5" in second.json["objections"][0]["detail"]


def test_a_number_that_shrank_meanwhile_stops_the_second_consent(client: Client) -> None:
    plan = asked(client).agree("local_consent")
    db.session.execute(sa.update(Quota).where(Quota.school_id == plan.school.id).values(total=5))
    db.session.commit()

    with nothing_changes():
        answer = plan.decide("source_consent")

    assert answer.codes == {"E-PLAN-06"}
    assert plan.decide("source_consent", "send_back").status == 200
    assert plan.decide("repair", form={"cap": 6, "closes_on": "2026-12-25", "basis": "改"}).codes == {"E-PLAN-06"}
    assert plan.decide("repair", form={"cap": 5, "closes_on": "2026-12-25", "basis": "改"}).status == 200


# ── recall ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def recall(plan: Recruiting) -> Any:
    return plan.program(plan.code).post(f"/cases/{plan.number}/recall", {"reason": "暂不招生"})


@pytest.mark.parametrize("steps", [(), ("local_consent",), SIDES, (*SIDES, "lodge")])
def test_before_the_filing_a_recall_ends_the_plan(client: Client, steps: tuple[str, ...]) -> None:
    plan = asked(client).agree(*steps)

    answer = recall(plan)

    assert (answer.status, the_plan(plan).status, plan.waits) == (200, "ended", [])
    states = [each.state for each in db.session.scalars(sa.select(Filing))]
    assert states == (["ended"] if "lodge" in steps else [])


def test_a_filed_plan_cannot_be_recalled(client: Client) -> None:
    plan = asked(client).agree(*SIDES, "lodge", "filing")

    with nothing_changes():
        answer = recall(plan)

    assert (answer.status, answer.code, the_plan(plan).status) == (422, "E-RECALL", "filed")


def test_a_school_applies_through_the_pages(client: Client) -> None:
    plan = a_plan(client)
    browser = Client(client.app).sign_in(plan.at(plan.code).operator)
    browser.get(f"/apply/{COUNTY}")
    wrong = browser.post(f"/apply/{COUNTY}", **{**asked_for(), "cap": "11"})

    sent = browser.post(f"/apply/{COUNTY}", **{**asked_for(), "cap": "6"})

    assert (wrong.status, sent.status) == (422, 302)
    assert "计划数超出核定的新生学籍总数" in wrong.text
    page = browser.get(str(sent.location)).text
    assert all(words in page for words in ("330108区教育局（330108）", "学校所在地同意", "备案机关"))
