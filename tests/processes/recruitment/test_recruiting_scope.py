"""招生范围: proposed by the superior, approved by the tier above it; who graduates inside it is registered at once."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.database import db
from app.divisions.models import Division
from app.schools.queries import scope_of
from app.students.rules.registration import is_local
from tests.processes.registration.test_registration import a_graduate, an_entry, named
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support import factories
from tests.support.client import Client
from tests.support.recruiting_case import Recruiting

BASIS = "西教招〔2026〕3 号"


def a_scope(client: Client, superior: str = "330106", **school: Any) -> Recruiting:
    return Recruiting(client, factories.a_school(superior, **{"stages": "junior", "ownership": "private", **school}))


def propose(scope: Recruiting, *divisions: str, by: str | None = None) -> Any:
    superior = scope.school.office.superior.code
    for code in ("330106", "330108", "330212", "330702", "330782"):
        factories.a_bureau(code)
    db.session.commit()
    application = {"school": scope.code, "divisions": list(divisions), "basis": BASIS}
    scope.at(superior)
    return scope.submit("recruiting_scope", application, by=by or superior)


def set_to(scope: Recruiting) -> tuple[str, ...]:
    db.session.rollback()
    return scope_of(scope.school.id)


def test_the_superior_proposes_and_the_tier_above_approves(client: Client) -> None:
    scope = a_scope(client)
    assert propose(scope, "330106", "330108").status == 201
    assert (scope.task("bureau_approval")["office"]["code"], set_to(scope)) == ("330106", ())
    scope.agree("bureau_approval")
    assert (scope.task("superior_approval")["office"]["code"], set_to(scope)) == ("330100", ())

    scope.agree("superior_approval")

    assert (scope.case()["outcome"], set_to(scope)) == ("agreed", ("330106", "330108"))


def test_a_later_scope_takes_the_place_of_the_one_before(client: Client) -> None:
    scope = a_scope(client)
    for divisions in (("330106", "330108"), ("330106", "330212")):
        propose(scope, *divisions)
        scope.agree("bureau_approval", "superior_approval")

    assert set_to(scope) == ("330106", "330212")


@pytest.mark.parametrize("key", ["bureau_approval", "superior_approval"])
def test_refused_by_either_the_scope_stays(client: Client, key: str) -> None:
    scope = a_scope(client)
    propose(scope, "330106", "330108")
    while scope.waits != [key]:
        scope.agree(*scope.waits)

    scope.decide(key, "refuse")

    assert (scope.case()["outcome"], set_to(scope)) == ("refused", ())


@pytest.mark.parametrize("key", ["bureau_approval", "superior_approval"])
def test_sent_back_it_is_checked_again(client: Client, key: str) -> None:
    scope = a_scope(client)
    propose(scope, "330106", "330108")
    while scope.waits != [key]:
        scope.agree(*scope.waits)
    scope.decide(key, "send_back")

    wrong = scope.decide("repair", form={"divisions": ["330108"], "basis": BASIS})
    right = scope.decide("repair", form={"divisions": ["330106", "330212"], "basis": BASIS})
    scope.agree("bureau_approval", "superior_approval")

    assert [each["code"] for each in wrong.json["objections"]] == ["E-SCOPE"]
    assert (right.status, set_to(scope)) == (200, ("330106", "330212"))


def test_only_the_schools_own_superior_proposes(client: Client) -> None:
    scope = a_scope(client)

    with nothing_changes(attempts=3):
        answers = [propose(scope, "330106", by=each) for each in ("330100", "330108", scope.code)]

    assert [(each.status, each.code) for each in answers] == [
        (403, "E-OFFICE"), (404, "E-MISSING"), (403, "E-OFFICE"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("superior", "school", "divisions", "lawful"),
    [
        ("330106", {"ownership": "public"}, ["330106"], True),
        ("330106", {"ownership": "public"}, ["330106", "330108"], False),
        ("330106", {"ownership": "public"}, ["330100"], False),
        ("330106", {}, ["330106", "330212"], True),
        ("330106", {}, ["330000"], True),
        ("330106", {}, ["330108"], False),  # not even its own county
        ("330106", {}, ["330106", "330199"], False),  # no such division
        ("330106", {}, ["330106", "330106"], False),
        ("330100", {"ownership": "public", "stages": "senior"}, ["330100"], True),
        ("330100", {"ownership": "public", "stages": "senior"}, ["330100", "330212"], False),
        ("330700", {"ownership": "public", "stages": "senior"}, ["330700", "330782"], False),  # 义乌 is its own city
        ("330782", {"ownership": "public"}, ["330782"], True),
    ],
)
def test_a_public_school_recruits_at_home_and_a_private_one_may_go_further(
    client: Client, superior: str, school: dict[str, Any], divisions: list[str], lawful: bool
) -> None:
    scope = a_scope(client, superior, **school)

    answer = propose(scope, *divisions)

    assert answer.status == (201 if lawful else 422), answer.text
    assert answer.codes <= {"E-SCOPE"}


def test_the_county_that_acts_as_a_city_has_the_province_above_it(client: Client) -> None:
    scope = a_scope(client, "330782")
    propose(scope, "330782", "330106")
    scope.agree("bureau_approval")

    assert scope.task("superior_approval")["office"]["code"] == "330000"


def test_a_graduate_from_inside_the_scope_is_registered_at_once(app: Flask, client: Client) -> None:
    entry = an_entry(client, stages="junior", ownership="private")
    child = a_graduate(factories.a_school("330108"))
    before = entry.submit([named(child)], "registration_stage", stage="junior")
    scope = Recruiting(client, entry.school, {"330106": entry.people["bureau"]})
    propose(scope, "330106", "330108")
    scope.agree("bureau_approval", "superior_approval")

    after = entry.submit([named(child)], "registration_stage", stage="junior")

    assert before.codes == {"E-DIR-01"}
    assert after.status == 201, after.text
    assert entry.agree()["outcome"] == "agreed"


def test_while_nothing_is_set_home_is_the_county_or_the_city_of_a_citys_school(app: Flask) -> None:
    countys, citys = factories.a_school("330106").office, factories.a_school("330700", stages="senior").office
    near, beside, far, yiwu = (factories.a_school(code).office for code in ("330106", "330108", "330702", "330782"))

    assert [is_local(countys, each) for each in (near, beside, far)] == [True, False, False]
    assert [is_local(citys, each) for each in (far, yiwu, near)] == [True, False, False]
    assert [is_local(countys, each, ["330100", "330782"]) for each in (near, beside, far, yiwu)] == [
        True, True, False, True,
    ]  # fmt: skip


def test_the_form_and_the_case_show_divisions_by_their_names(client: Client) -> None:
    scope = a_scope(client)
    propose(scope, "330106", "330108")
    browser = Client(client.app).sign_in(scope.at("330106").approver)

    page = browser.get(f"/cases/{scope.number}")

    assert "（330108）" in page.text


def test_a_bureau_proposes_through_the_pages(client: Client) -> None:
    scope = a_scope(client)
    factories.a_bureau("330108")
    browser = Client(client.app).sign_in(scope.at("330106").operator)
    browser.get("/apply/recruiting_scope")

    sent = browser.post("/apply/recruiting_scope", school=scope.code, divisions="330106\r\n330108", basis=BASIS)

    assert sent.status == 302, sent.text
    assert "（330108）" in browser.get(str(sent.location)).text


def test_divisions_are_chosen_by_name_at_opening_and_repair(client: Client) -> None:
    scope = a_scope(client)
    for code in ("330108", "330212"):
        factories.a_bureau(code)
    browser = Client(client.app).sign_in(scope.at("330106").operator)
    browser.get("/apply/recruiting_scope")

    names = dict(db.session.execute(sa.select(Division.code, Division.name)).all())
    offered = choices(browser)
    assert offered["330100"] == f"{names['330100']}（全市）"
    assert offered["330212"] == f"{names['330200']}{names['330212']}"
    assert not browser.page.xpath("//textarea[@name='divisions']")
    nothing = browser.post("/apply/recruiting_scope", school=scope.code, basis=BASIS)
    assert nothing.status == 422
    assert browser.page.xpath("//fieldset[@id='f-divisions' and @aria-describedby='f-divisions-fault']")
    sent = browser.post("/apply/recruiting_scope", school=scope.code, divisions=["330106", "330212"], basis=BASIS)
    assert sent.status == 302, sent.text

    scope.number = str(sent.location).rsplit("/", 1)[1]
    assert scope.case()["application"]["divisions"] == ["330106", "330212"]
    task = scope.task("bureau_approval")["id"]
    back = {"outcome": "send_back", "reason_code": "scope_too_wide", "opinion": "范围过大"}
    assert scope.program("330106", "approver").post(f"/tasks/{task}/decision", back).status == 200
    browser.get(f"/cases/{scope.number}")
    assert browser.page.xpath("//input[@name='divisions' and @checked]/@value") == ["330106", "330212"]


def choices(browser: Client) -> dict[str, str]:
    """What may be ticked, by its value."""
    boxes = browser.page.xpath("//fieldset[@id='f-divisions']//label")
    return {each.xpath("string(input/@value)"): each.text_content().strip() for each in boxes}
