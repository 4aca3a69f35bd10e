"""Pushes to an office's own system: signed, tried again, given up and sent again; and to nowhere inside."""

from __future__ import annotations

import datetime as dt
import hmac
import ipaddress
import json
import socket
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from app import audit, clock
from app.database import db
from app.notifications.adapters import NotDelivered, push
from app.notifications.commands import work_on_mail, work_on_pushes
from app.notifications.models import Delivery, Webhook
from app.notifications.rules import WAITS, fault_of_address, fault_of_url
from tests.support import factories
from tests.support.client import Answer, Client
from tests.support.mail_servers import Pushes
from tests.support.transfer_case import Story

SECRET = "s3cret-of-the-receiving-system-0123456789"
INNER = (ipaddress.ip_network("127.0.0.0/8"),)


def administrator(app: Flask, code: str = "330212") -> Client:
    return Client(app).sign_in(factories.a_user(factories.a_bureau(code), "sysadmin"))


def set_up(browser: Client, office: str, url: str, secret: str = SECRET, kinds: str = "urge") -> Answer:
    browser.get("/webhooks")
    return browser.post("/webhooks", office=office, address=url, secret=secret, kinds=kinds)


@pytest.fixture
def hooked(app: Flask, submitted: Story, pushes: tuple[Pushes, str]) -> Client:
    """An administrator of the releasing bureau who has set up the releasing school's address."""
    browser = administrator(app)
    answer = set_up(browser, submitted.releasing.office.code, pushes[1])
    assert answer.status == 302, answer.text
    return browser


def delivery() -> Delivery:
    db.session.rollback()
    return db.session.scalars(sa.select(Delivery).order_by(Delivery.id.desc())).first()


def work() -> int:
    work_on_mail()
    return work_on_pushes()


def later(**span: float) -> None:
    clock.set_to(clock.now() + dt.timedelta(**span))


def test_a_push_is_signed_and_names_case_process_and_step_alone(
    hooked: Client, submitted: Story, pushes: tuple[Pushes, str], urged: Callable[[], None]
) -> None:
    urged()

    assert work() == 1
    assert work() == 0

    [(path, headers, body)] = pushes[0].taken
    assert path == "/hook"
    signed = headers["X-Xueji-Timestamp"].encode() + b"." + body
    assert headers["X-Xueji-Signature"] == "sha256=" + hmac.new(SECRET.encode(), signed, "sha256").hexdigest()
    content = json.loads(body)
    assert content["id"] == headers["X-Xueji-Delivery"]
    said = {name: content[name] for name in ("kind", "case", "process", "task", "office")}
    assert said == {
        "kind": "urge",
        "case": submitted.number,
        "process": "transfer",
        "task": "releasing_school",
        "office": submitted.releasing.office.code,
    }
    assert submitted.child.name not in body.decode()


def test_what_does_not_arrive_is_tried_again_under_the_same_id_then_shown_and_sent_again(
    hooked: Client, submitted: Story, pushes: tuple[Pushes, str], urged: Callable[[], None]
) -> None:
    pushes[0].answers = [500]
    urged()
    for wait in (*WAITS, dt.timedelta(days=3)):
        assert work() == 0
        later(seconds=wait.total_seconds() + 1)
    hook = db.session.scalars(sa.select(Webhook)).one()
    assert delivery().failed_at is not None
    assert len(pushes[0].taken) == len(WAITS) + 1
    assert len({headers["X-Xueji-Delivery"] for _, headers, _ in pushes[0].taken}) == 1

    hooked = administrator(hooked.app)  # whose session would be over by now
    page = hooked.get(f"/webhooks/{hook.id}?dead=yes")
    assert "对方没有接收（500）" in page.text
    assert submitted.number in page.text
    pushes[0].answers = [200]
    assert hooked.post(f"/webhooks/{hook.id}/deliveries/{delivery().id}/again").status == 302

    assert work() == 1
    assert delivery().sent_at is not None
    assert hooked.post(f"/webhooks/{hook.id}/deliveries/{delivery().id}/again").status == 422
    verbs = db.session.scalars(sa.select(audit.AuditEvent.verb)).all()
    assert {"notifications/set_webhook", "notifications/send_again"} <= set(verbs)


def test_redirects_are_not_followed(
    hooked: Client, submitted: Story, pushes: tuple[Pushes, str], urged: Callable[[], None]
) -> None:
    pushes[0].answers, pushes[0].location = [307], pushes[1] + "/elsewhere"
    urged()

    assert work() == 0

    assert len(pushes[0].taken) == 1
    assert "不跟随转向" in delivery().fault


def test_one_that_was_switched_off_is_sent_nothing(
    hooked: Client, pushes: tuple[Pushes, str], urged: Callable[[], None]
) -> None:
    hook = db.session.scalars(sa.select(Webhook)).one()
    urged()
    work_on_mail()
    hooked.get(f"/webhooks/{hook.id}")
    assert hooked.post(f"/webhooks/{hook.id}", address=pushes[1], kinds="urge").status == 302

    assert work_on_pushes() == 0
    assert pushes[0].taken == []


def test_however_much_waits_for_one_that_was_switched_off_is_given_up(
    hooked: Client, pushes: tuple[Pushes, str], urged: Callable[[], None]
) -> None:
    urged()
    work_on_mail()
    one = delivery()
    named = {each.name: getattr(one, each.name) for each in Delivery.__table__.columns if each.name != "id"}
    many = [{**named, "key": f"{one.key}-{number}"} for number in range(1000)]
    db.session.execute(sa.insert(Delivery), many)
    db.session.execute(sa.update(Webhook).values(enabled=False))
    db.session.commit()

    assert work_on_pushes() == 0

    assert pushes[0].taken == []
    assert db.session.scalar(sa.select(sa.func.count()).where(Delivery.failed_at.is_(None))) == 0


def test_a_test_is_sent_and_the_secret_is_shown_to_nobody(hooked: Client, pushes: tuple[Pushes, str]) -> None:
    hook = db.session.scalars(sa.select(Webhook)).one()
    assert SECRET not in hooked.get(f"/webhooks/{hook.id}").text
    assert hooked.post(f"/webhooks/{hook.id}/try").status == 302

    assert work() == 1
    assert json.loads(pushes[0].taken[0][2])["kind"] == "test"
    assert SECRET not in hooked.get(f"/webhooks/{hook.id}").text


@pytest.mark.parametrize(
    "url",
    [
        "http://example.cn/hook",
        "https://127.0.0.1/hook",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://10.1.2.3:8443/",
        "https://user:pass@example.cn/",
        "ftp://example.cn/",
        "https://",
        "https://example.cn:99999/",
        "https://教育.cn/",
        "javascript:alert(1)",
        "https://example.cn/\r\nHost: inside",
    ],
)
def test_an_address_that_leads_inside_or_nowhere_is_refused_on_the_page(app: Flask, url: str) -> None:
    answer = set_up(administrator(app, "330106"), "330106", url)

    assert answer.status == 422
    assert "推送地址" in answer.text
    assert db.session.scalars(sa.select(Webhook)).all() == []


@pytest.mark.parametrize(
    "address",
    ["0.0.0.0", "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "224.0.0.1",
     "255.255.255.255", "::", "::1", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1",
     "2002:7f00:1::", "::7f00:1"],
)  # fmt: skip
def test_addresses_inside_are_refused_however_they_are_written(address: str) -> None:
    assert fault_of_address(ipaddress.ip_address(address)) is not None


def test_what_settings_name_and_the_internet_are_reached() -> None:
    assert fault_of_address(ipaddress.ip_address("8.8.8.8")) is None
    assert fault_of_address(ipaddress.ip_address("2606:4700::1")) is None
    assert fault_of_address(ipaddress.ip_address("8.8.8.8"), INNER, plain=True) is not None, "plain is for inside"
    assert fault_of_url("http://127.0.0.1:8080/hook", INNER) is None
    assert fault_of_url("https://example.cn/hook?a=b") is None


def test_a_name_that_leads_inside_is_refused_when_it_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """However it was when it was set up: what a name means can change (DNS rebinding)."""
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, 443)) for each in ("8.8.8.8", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_more: both)

    with pytest.raises(NotDelivered, match="内部网络"):
        push.push("https://example.cn/", SECRET, "k", {}, 0, ())


def test_the_neighbour_finds_neither_address_nor_messages(hooked: Client, submitted: Story) -> None:
    hook = db.session.scalars(sa.select(Webhook)).one()
    neighbour = administrator(hooked.app, "330106")

    assert hook.url not in neighbour.get("/webhooks").text
    assert neighbour.get(f"/webhooks/{hook.id}").status == 404
    for path in ("", "/try", "/deliveries/1/again"):
        assert neighbour.post(f"/webhooks/{hook.id}{path}", address="https://example.cn/", kinds="urge").status == 404
    answer = set_up(neighbour, submitted.releasing.office.code, "https://example.cn/")
    assert answer.status == 422
    assert "管辖范围内没有这个代码的机构" in answer.text
    above = administrator(hooked.app, "330200")
    assert hook.url in above.get("/webhooks").text


@pytest.mark.parametrize("duty", ["operator", "approver", "secadmin", "auditor"])
def test_only_a_system_administrator_opens_the_page(client: Client, duty: str) -> None:
    client.sign_in(factories.a_user(factories.a_bureau("330106"), duty))

    assert client.get("/webhooks").status == 403


def test_a_second_address_of_an_office_a_short_secret_and_no_kind_are_refused(
    hooked: Client, submitted: Story, pushes: tuple[Pushes, str]
) -> None:
    code = submitted.releasing.office.code

    assert "已有推送地址" in set_up(hooked, code, pushes[1]).text
    assert "32 至 128" in set_up(hooked, code, pushes[1], secret="short").text
    assert "推送哪些通知" in set_up(hooked, code, pushes[1], kinds="").text
