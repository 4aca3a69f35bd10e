"""Somebody who has just arrived at the demo province: presses a card of 发起办件, types, walks the case to its end.

Everything goes by requests of pages. What is typed is invented; whom it is about and what is chosen is what they offer.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app import clock
from app.cases.commands import tick
from app.cases.models import Case, CaseStatus, Task, TaskStatus
from app.database import db, end_reading
from app.definitions.queries import processes
from app.demo.people import PASSWORD
from app.divisions.models import Office
from tests.support.client import Answer, Client
from tests.support.papers import a_pdf, sent

Typed = dict[str, Any]
MOST_STEPS = 14  # of a case


def days(count: int) -> str:
    return (clock.today() + dt.timedelta(days=count)).isoformat()


class Newcomer:
    """A person who signs in as whoever is needed, and keeps the browsers open."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.browsers: dict[str, Client] = {}
        self.offered: dict[tuple[str, int], set[str]] = {}

    def as_(self, account: str) -> Client:
        """The browser of that account."""
        if account not in self.browsers:
            client = self.browsers[account] = Client(self.app)
            client.get("/sign-in")
            answer = client.post("/sign-in", username=account, password=PASSWORD)
            assert answer.status == 302, answer.text
        return self.browsers[account]

    def come_back(self, day: dt.date) -> None:
        """On a later day, at ten: everybody signs in anew."""
        clock.set_to(dt.datetime.combine(day, dt.time(10), clock.ZONE))
        self.browsers.clear()

    def cards(self, account: str) -> dict[str, str]:
        """What stands against each card of that account today, by its process; nothing where it may be tried."""
        client = self.as_(account)
        assert client.get("/apply/").status == 200
        names = {each.name: each.key for each in processes()}
        found = {}
        for card in client.page.xpath("//main//li[h3]"):
            process = names[card.xpath("string(h3)").strip()]
            found[process] = card.xpath("string(*[@class='warn'])").strip()
        return found

    def children(self, account: str, **asked: str) -> Iterator[int]:
        """The children of the account's school as their page lists them."""
        address = "/students?" + "&".join(f"{name}={value}" for name, value in asked.items())
        client = self.as_(account)
        while address:
            assert client.get(address).status == 200, address
            found = client.page.xpath("//main//table//a/@href")
            address = client.page.xpath("string(//main//a[contains(., '下一页') or contains(., '更多')]/@href)")
            yield from (int(each[1]) for each in (re.match(r"^/students/(\d+)", str(link)) for link in found) if each)

    def offered_for(self, account: str, child: int) -> set[str]:
        """What the page offers to begin for that child; read once."""
        if (account, child) not in self.offered:
            client = self.as_(account)
            assert client.get(f"/apply/?student={child}").status == 200
            self.offered[account, child] = {process_of(each.get("href")) for each in client.page.xpath(CARDS)}
        return self.offered[account, child]

    def apply(self, account: str, page: str, typed: Mapping[str, Any]) -> str:
        """Open the card's page, fill it in, send it; the number of the case."""
        client = self.as_(account)
        answer = client.get(page)
        assert answer.status == 200, (page, answer.status)
        return self._send(client, typed, page)

    def _send(self, client: Client, typed: Mapping[str, Any], page: str) -> str:
        answer = fill(client, f"//main//form[{FORM_OF_APPLICATION}]", typed)
        assert answer.status == 302, (page, said(client))
        assert answer.location
        return answer.location.split("/cases/")[1].split("?")[0]

    def transfer(self, account: str, main_number: str, name: str, typed: Mapping[str, Any]) -> str:
        """省内转学: first the child by number and name, then the form."""
        client = self.as_(account)
        client.get("/cases/transfer/new")
        answer = client.post("/cases/transfer/new", main_number=main_number, name=name)
        assert answer.status == 200, said(client)
        return self._send(client, typed, "/cases/transfer/new")

    def filing_under(self, account: str, source: str) -> str:
        """The number of the latest filed plan for a source, as the page for lists offers it."""
        client = self.as_(account)
        assert client.get("/rosters/new").status == 200
        return str(client.page.xpath(f"string(//main//tr[contains(., '{source}')]//a)"))

    def walk(self, number: str, at: Mapping[str, Typed]) -> str:
        """Let everybody whose turn it is agree until the case is over; its outcome. at -- what is typed at a step"""
        for _step in range(MOST_STEPS):
            end_reading()
            db.session.expire_all()
            case = db.session.scalars(sa.select(Case).where(Case.number == number)).one()
            if case.status is CaseStatus.CLOSED:
                return str(case.outcome)
            waiting = db.session.scalars(
                sa.select(Task).where(Task.case_id == case.id, Task.status == TaskStatus.OPEN).order_by(Task.id)
            ).first()
            if waiting is None:  # a list is worked on, or a day is waited for
                tick()
                continue
            office = db.session.get_one(Office, waiting.office_id)
            account, key = f"{office.code}.{waiting.duty.value}", waiting.key
            end_reading()
            self._decide(account, number, at.get(key, {}))
        raise AssertionError(f"{number} has come to no end")

    def _decide(self, account: str, number: str, typed: Mapping[str, Any]) -> None:
        client = self.as_(account)
        assert client.get(f"/cases/{number}").status == 200, account
        form = "//main//form[contains(@action, '/decision')]"
        assert client.page.xpath(form), (account, number, "has nothing to decide")
        outcomes = [str(each) for each in client.page.xpath(f"{form}//*[@name='outcome']/@value")]
        outcome = next(each for each in ("agree", "acknowledge") if each in outcomes)
        answer = fill(client, form, {"opinion": "同意。", **typed}, outcome=outcome)
        assert answer.status == 302, (account, number, said(client))


CARDS = "//main//a[starts-with(@href, '/apply/') or @href='/rosters/new' or @href='/cases/transfer/new']"
FORM_OF_APPLICATION = "@method='post' and (@data-draft)"


def process_of(address: str) -> str:
    """The process behind a card's address."""
    path = address.split("?")[0]
    return {"/rosters/new": "recruitment_roster", "/cases/transfer/new": "transfer"}.get(path, path.split("/")[-1])


def said(client: Client) -> str:
    """What the page objects to."""
    return " ".join(client.page.xpath("string(//main//*[@role='alert'] | //main//*[contains(@class,'warn')])").split())


#: what is typed into a field of this name where nothing else is said of it
USUAL: dict[str, Any] = {
    "reason": "家庭住址变动。", "explanation": "情况属实，材料已核对。", "proof": "户口簿", "basis": "教育局会议纪要",
    "guardian.name": "王建国", "guardian.relation": "1", "guardian.phone": "13800000000",
    "opinion": "同意。",
}  # fmt: skip


def fill(client: Client, form: str, typed: Mapping[str, Any], **pressed: str) -> Answer:
    """Send the form of the page as it stands, with what is typed, and with what must be there typed as usual.

    pressed -- name and value of the button
    """
    found = client.page.xpath(form)
    assert found, (form, said(client))
    body: dict[str, Any] = {}
    for each in found[0].xpath(".//input[@name]|.//textarea[@name]|.//select[@name]"):
        if each.get("disabled") is None and (value := _value(found[0], each, typed)) is not None:
            body[each.get("name")] = value
    return client.post(found[0].get("action"), **body, **pressed)


def _value(form: Any, field: Any, typed: Mapping[str, Any]) -> Any:
    """What is sent for a field of the form, None for nothing."""
    name, kind = field.get("name"), field.get("type", "text")
    if kind == "file":
        return sent((f"{name}.pdf", a_pdf()))
    if kind in ("submit", "button"):
        return None
    if kind in ("checkbox", "radio"):
        stays = name == "declared" or field.get("checked") is not None
        return typed.get(name, field.get("value") if stays else None)
    stands = (field.text or "") if field.tag == "textarea" else field.get("value", "")
    if field.tag == "select":
        stands = field.xpath("string(.//option[@selected]/@value)")
    value = typed.get(name, stands)
    return _usual(field) if not value and required(form, field) else value


def _usual(field: Any) -> Any:
    """What a person types, or chooses first, where something must be there."""
    if field.tag == "select":
        offered = field.xpath(".//option[@value != '' and not(contains(., '现在'))]/@value")
        return USUAL.get(field.get("name")) or next(iter(offered), "")
    if "day" in (field.get("class") or ""):
        return clock.today().isoformat()
    return USUAL.get(field.get("name"), "3" if field.get("inputmode") == "numeric" else "无")


def required(form: Any, field: Any) -> bool:
    """True for a field that says it must be there (必填)."""
    label = form.xpath(f".//label[@for='{field.get('id')}']")
    return bool(label) and "必填" in label[0].text_content()
