"""事件日志: XES as process-mining tools read it, of the cases that an office sees; nobody is named in it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from lxml import etree

from app import clock
from app.audit import AuditEvent
from app.cases.models import Case
from app.database import db
from app.reports.presenters.event_log import written
from app.reports.queries import events
from app.reports.queries.events import Event, Trace
from tests.support import factories
from tests.support.client import Client
from tests.support.transfer_case import Story

NS = {"x": "http://www.xes-standard.org/"}
KINDS = {"string", "date", "int", "float", "boolean", "id", "list", "container"}


def log(client: Client, code: str, duty: str = "approver", query: str = "") -> Any:
    answer = client.api(factories.a_user(factories.a_bureau(code), duty)).get(f"/event-log?process=transfer{query}")
    assert answer.status == 200, answer.text
    return etree.fromstring(answer.text.encode())


def value(thing: Any, key: str) -> str | None:
    found = thing.find(f"x:*[@key='{key}']", NS)
    return None if found is None else found.get("value")


def test_every_step_is_there_in_its_order_with_where_and_when(client: Client, submitted: Story) -> None:
    submitted.agree_until("pull")
    submitted.decide()

    [trace] = log(client, "330106").findall("x:trace", NS)

    done = [
        value(each, "task")
        for each in trace.findall("x:event", NS)
        if value(each, "lifecycle:transition") == "complete"
    ]
    assert done == [None, "receiving_school", "receiving_bureau", "releasing_school", "releasing_bureau", "pull", None]
    assert value(trace, "outcome") == "agreed"
    times = [dt.datetime.fromisoformat(value(each, "time:timestamp")) for each in trace.findall("x:event", NS)]
    assert times == sorted(times)
    decided = trace.findall("x:event", NS)[4]
    assert (value(decided, "org:resource"), value(decided, "org:role"), value(decided, "outcome")) == (
        "330106", "审核", "agree"
    )  # fmt: skip


def test_the_document_is_as_the_standard_wants_it(client: Client, submitted: Story) -> None:
    """Extensions, then globals, then classifiers, then attributes, then traces; each attribute of a known kind."""
    root = log(client, "330106")

    assert root.tag == "{http://www.xes-standard.org/}log"
    order = ["extension", "global", "classifier", "string", "trace"]
    names = [etree.QName(each).localname for each in root]
    assert names == sorted(names, key=order.index)
    for event in root.iter("{http://www.xes-standard.org/}event"):
        assert {etree.QName(each).localname for each in event} <= KINDS
        keys = [each.get("key") for each in event]
        assert len(keys) == len(set(keys))
        assert {"concept:name", "time:timestamp", "lifecycle:transition"} <= set(keys)
    prefixes = {each.get("prefix") for each in root.findall("x:extension", NS)}
    used = {key.split(":")[0] for each in root.iter() if ":" in (key := each.get("key") or "")}
    assert used <= prefixes


def test_nobody_can_be_found_in_it(client: Client, submitted: Story) -> None:
    submitted.agree_until("releasing_school")
    text = etree.tostring(log(client, "330000"), encoding="unicode")

    people = [each for office in submitted.people.values() for each in (office.operator, office.approver)]
    for secret in (submitted.child.name, submitted.child.main_number, submitted.number, *(p.name for p in people)):
        assert secret not in text
    assert not [each.username for each in people if each.username in text]


def test_each_tier_takes_its_own_and_the_neighbour_nothing(client: Client, submitted: Story) -> None:
    for code, traces in {"330106": 1, "330212": 1, "330100": 1, "330000": 1, "330108": 0, "330300": 0}.items():
        assert len(log(client, code).findall("x:trace", NS)) == traces, code


@pytest.mark.parametrize("duty", ["analyst", "publisher"])
def test_who_draws_processes_takes_the_province_s_log(client: Client, submitted: Story, duty: str) -> None:
    assert len(log(client, "330000", duty).findall("x:trace", NS)) == 1
    elsewhere = client.api(factories.a_user(factories.a_bureau("330106"), duty))
    assert elsewhere.get("/event-log?process=transfer").status == 403


def test_a_school_takes_none(submitted: Story) -> None:
    assert submitted.program("receiving_school", "approver").get("/event-log?process=transfer").status == 403


def test_the_days_bound_it_and_a_wrong_question_gets_a_sentence(client: Client, submitted: Story) -> None:
    today = clock.today()

    assert len(log(client, "330106", query=f"&since={today}&until={today}").findall("x:trace", NS)) == 1
    assert len(log(client, "330106", query=f"&until={today - dt.timedelta(days=1)}").findall("x:trace", NS)) == 0
    program = client.api(factories.a_user(factories.a_bureau("330106"), "operator"))
    assert program.get("/event-log?process=transfer&since=soon").status == 422
    assert program.get("/event-log?process=nothing").status == 404


def test_that_it_was_taken_out_is_written_down(client: Client, submitted: Story) -> None:
    client.sign_in(factories.a_user(factories.a_bureau("330106"), "approver"))
    assert client.get("/reports/events").status == 200

    assert client.get("/reports/events.xes?process=transfer").status == 200

    event = db.session.query(AuditEvent).filter_by(verb="figures/event_log").one()
    assert event.subject == "office:330106"


def test_it_is_written_while_it_is_read(client: Client, submitted: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of many cases so few are read at a time, and each piece is given out before the next is asked for."""
    monkeypatch.setattr(events, "AT_ONCE", 1)
    asked: list[int] = []

    def traces() -> Any:
        for number in range(3):
            asked.append(number)
            yield Trace(str(number), 1, "zj-2010", "", [Event("一步", clock.now(), "start")])

    pieces = written("transfer", "转学 & <更多>", traces())
    head = [next(pieces) for _ in range(9)]

    assert asked == []
    assert next(pieces).startswith("<trace>")
    assert asked == [0]
    assert "转学 &amp; &lt;更多&gt;" in "".join(head)
    assert db.session.query(Case).count() >= 1
    assert len(log(client, "330000").findall("x:trace", NS)) == 1
