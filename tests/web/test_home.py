"""今日: everybody arrives on a page that says what they can do, with the list behind each figure."""

from __future__ import annotations

import datetime as dt

import pytest

from app import clock
from app.identity.models import DUTY_NAMES
from tests.support import factories
from tests.support.client import Client
from tests.support.long_lists import statements
from tests.support.transfer_case import Story

#: what each duty of the province finds first, and a link that must be there
FINDS = {
    "operator": ("waiting", "/inbox"),
    "approver": ("waiting", "/inbox"),
    "analyst": ("drafts", "/studio/"),
    "publisher": ("drafts", "/studio/"),
    "auditor": ("audit", "/audit"),
    "sysadmin": ("calendar", "/calendar"),
    "secadmin": ("locked", "/accounts/?locked=yes"),
}


def test_the_table_above_names_every_duty() -> None:
    assert {each.value for each in DUTY_NAMES} == set(FINDS)


@pytest.mark.parametrize("duty", FINDS)
def test_whoever_signs_in_arrives_at_what_they_can_do(client: Client, duty: str) -> None:
    _key, address = FINDS[duty]
    client.sign_in(factories.a_user(factories.a_bureau("330000"), duty))

    assert client.get("/sign-in").location == "/"
    page = client.get("/")

    assert page.status == 200
    assert f'href="{address}"' in page.text
    assert client.page.xpath("//ul[contains(@class, 'today')]/li")
    assert client.page.xpath("//nav//a[@aria-current='page']/text()") == ["今日"]


@pytest.mark.parametrize("duty", FINDS)
def test_each_link_of_the_page_opens(client: Client, duty: str) -> None:
    client.sign_in(factories.a_user(factories.a_bureau("330000"), duty))
    client.get("/")

    for address in {str(each) for each in client.page.xpath("//main//a/@href")}:
        assert client.get(address).status == 200, address


@pytest.mark.parametrize("duty", FINDS)
def test_a_program_reads_the_same(client: Client, duty: str) -> None:
    user = factories.a_user(factories.a_bureau("330000"), duty)

    answer = client.api(user).get("/today")

    assert answer.status == 200
    assert answer.json["day"] == clock.today().isoformat()
    assert FINDS[duty][0] in [each["key"] for each in answer.json["tiles"]]


def test_who_has_nothing_to_do_at_an_office_reads_so(client: Client) -> None:
    client.sign_in(factories.a_user(factories.a_school("330106"), "analyst"))

    assert "没有可在系统中办理的事项" in client.get("/").text


def test_the_most_urgent_task_stands_on_the_page_with_its_light(client: Client, submitted: Story) -> None:
    clock.set_to(clock.now() + dt.timedelta(days=60))
    client.sign_in(submitted.people["receiving_school"].approver)

    page = client.get("/")

    assert submitted.number in page.text
    assert "超期 1" in page.text


@pytest.mark.parametrize(("after_days", "mark"), [(60, "超期 1"), (0, ""), (11, "三日内 1")])
def test_what_waits_is_counted_once_for_the_tile_and_the_menu(
    client: Client, submitted: Story, after_days: int, mark: str
) -> None:
    clock.set_to(clock.now() + dt.timedelta(days=after_days))
    client.sign_in(submitted.people["receiving_school"].approver)

    with statements() as asked:
        page = client.get("/")

    assert client.page.xpath("//nav//a[@href='/inbox']/span/text()")[0].startswith("1")
    assert [each for each in ("超期 1", "三日内 1") if each in page.text] == ([mark] if mark else [])
    counts = [text for text, _parameters in asked if "count(" in text and "FROM task" in text]
    assert len(counts) == 1, counts


def test_the_neighbour_sees_nothing_of_it(client: Client, submitted: Story) -> None:
    submitted.agree_until("receiving_bureau")
    neighbour = factories.a_user(factories.a_bureau("330108"), "approver")
    client.sign_in(neighbour)

    assert submitted.number not in client.get("/").text
    figures = {each["key"]: each["figure"] for each in client.api(neighbour).get("/today").json["tiles"]}
    assert figures["waiting"] == 0


def test_without_a_script_nothing_is_missing(client: Client, submitted: Story) -> None:
    client.sign_in(submitted.people["receiving_school"].approver)
    client.get("/")

    assert not client.page.xpath("//main//script")
