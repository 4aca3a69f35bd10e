"""受理时段: the province sets them, a city narrows them, from a day on; nobody else does."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from app.audit.chain import AuditEvent
from app.database import db
from app.identity.models import User
from app.office_settings.models import OfficeSetting
from app.office_settings.rules import lines_of_windows, narrowed, read_windows
from tests.cases.test_time import at
from tests.support import factories
from tests.support.client import Answer, Client
from tests.support.single_school_case import Matter
from tests.support.transfer_case import Story

ADDRESS = "/office-settings/windows"
SUMMER, AUTUMN = ["08-15 至 09-15"], ["9月1日到11月30日", "01-10—02-28"]


def head(code: str) -> User:
    user = factories.a_user(factories.a_bureau(code), "approver")
    db.session.commit()
    return user


def said(answer: Answer) -> str:
    """What a refusal says, in its words."""
    return "".join(each["detail"] for each in answer.json["objections"])


def change(client: Client, user: User, process: str, lines: list[str], on: str = "2026-11-23"):
    body = {"lines": lines, "starts_on": on, "note": "浙教基〔2026〕9 号"}
    return client.api(user).post(f"{ADDRESS}/{process}", body)


def test_the_province_closes_a_process_that_the_product_leaves_open(matter: Matter) -> None:
    assert change(matter.client, head("330000"), "suspension", SUMMER, "2026-11-24").status == 201
    assert matter.submit("suspension").status == 201, "the day has not come"

    at("2026-11-24 09:00")
    refused = matter.submit("suspension")
    assert refused.status == 422
    closed = next(each for each in refused.json["objections"] if each["code"] == "E-WIN")
    assert closed["detail"] == "当前不在“休学”受理时段（8 月 15 日至 9 月 15 日）。"
    browser = Client(matter.client.app).sign_in(matter.people["school"].operator)
    assert closed["detail"] in browser.get("/apply/").text
    assert matter.decide().status == 200, "what was handed in before goes on"


def test_a_city_narrows_what_the_province_has_set_and_its_neighbour_does_not(story: Story, matter: Matter) -> None:
    province, hangzhou, ningbo = head("330000"), head("330100"), head("330200")
    assert change(story.client, province, "transfer", AUTUMN).status == 201
    assert change(story.client, ningbo, "transfer", ["10-01 至 10-31"]).status == 201
    assert story.submit().status == 201, "the receiving school stands in the other city"

    outside = change(story.client, hangzhou, "transfer", ["11-01 至 12-31"])
    assert outside.status == 422
    assert "11-01 至 12-31不在上级允许的时段（01-10 至 02-28，09-01 至 11-30）之内。" in said(outside)
    assert change(story.client, hangzhou, "transfer", ["10-01 至 10-31"]).status == 201
    at("2026-11-23 14:00")
    story.child = factories.a_student(story.releasing, grade="13")
    assert story.submit().codes == {"E-WIN"}

    assert change(story.client, hangzhou, "transfer", []).status == 201
    assert story.submit().status == 201


def test_the_windows_of_a_whole_school_are_set_too(matter: Matter) -> None:
    program = matter.program("school")
    assert program.apply("promotion", {}).codes == {"E-SEASON"}
    assert change(matter.client, head("330000"), "promotion", ["11-20 至 11-30"]).status == 201

    opened = program.apply("promotion", {})
    assert "E-SEASON" not in opened.codes


def test_nobody_below_a_city_sets_windows_and_what_is_typed_wrong_is_named(app: Flask, client: Client) -> None:
    county, province = head("330106"), head("330000")
    refused = change(client, county, "suspension", SUMMER)
    assert (refused.status, refused.code) == (403, "E-SETTING-01")
    assert change(client, head("330782"), "suspension", SUMMER).status == 201, "义乌 acts as a city"
    for lines, words in (
        (["八月"], "“八月”不是一段日期"),
        (["02-30 至 03-01"], "不是一段日期"),
        (["12-20 至 01-10"], "止日早于起日"),
        (["08-01 至 08-20", "08-20 至 09-01"], "重叠"),
    ):
        answer = change(client, province, "suspension", lines)
        assert answer.status == 422
        assert words in said(answer)
    assert "不能早于今天" in said(change(client, province, "suspension", SUMMER, "2026-11-22"))
    assert change(client, province, "suspension", [], "2026-11-23").codes == {"E-SETTING-02"}
    assert client.api(province).get(f"{ADDRESS}/roster_child").status == 404, "nobody applies for it"
    assert client.api(province).get("/office-settings/weather/suspension").status == 404


def test_the_page_says_what_holds_since_when_by_whom_and_the_audit_has_it(app: Flask, client: Client) -> None:
    province, county = head("330000"), head("330106")
    browser = Client(app).sign_in(province)
    assert "受理时段" in browser.get("/settings").text
    assert "全年受理" in browser.get("/settings/windows").text
    browser.get("/settings/windows/suspension")
    wrong = browser.post("/settings/windows/suspension", lines="八月", starts_on="", note="")
    assert wrong.status == 422
    assert "请填写" in wrong.text
    done = browser.post(
        "/settings/windows/suspension", lines="08-15 至 09-15\n01-15 至 03-10", starts_on="2026-12-01", note="通知"
    )
    assert done.status == 302
    page = browser.get("/settings/windows/suspension").text
    assert "未生效" in page
    assert "全年受理" in page, "until then"

    at("2026-12-01 09:00")
    reader = Client(app).sign_in(county)
    page = reader.get("/settings/windows/suspension").text
    assert "自 2026-12-01 起" in page
    assert "由省教育厅和设区市教育局设定，本机构不能设定" in page
    assert "休学" in reader.get("/settings/windows").text
    assert reader.page.xpath("//main//form") == []
    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.verb == "settings/change")).one()
    assert event.subject == "office:330000"
    assert "01-15 至 03-10" in event.content


def test_a_neighbour_reads_nothing_of_another_city(app: Flask, client: Client) -> None:
    hangzhou, ningbo = head("330100"), head("330212")
    assert change(client, hangzhou, "suspension", SUMMER).status == 201

    seen = client.api(ningbo).get(f"{ADDRESS}/suspension").json
    assert (seen["lines"], seen["history"]) == ([], [])
    assert client.api(head("330106")).get(f"{ADDRESS}/suspension").json["set_by_office"] == "330100"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OfficeSetting)) == 1


def test_what_was_shipped_for_completing_holds_beside_what_is_set() -> None:
    shipped = {"windows": [{"opens": "07-16", "closes": "08-31", "late_until": "12-31"}]}
    own = read_windows(["07-01 至 07-31"], shipped, True)

    assert narrowed(shipped, own, True)["windows"] == [{"opens": "07-01", "closes": "07-31", "late_until": "12-31"}]
    below = narrowed(shipped, read_windows(["03-01 至 04-01"], {}, False), False)
    assert lines_of_windows(below) == ["07-16 至 08-31"], "nothing is left of it: what stands above holds"
