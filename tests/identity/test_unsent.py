"""A form that meets a dead session or token comes back, after signing in, to its page with its text."""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app import clock
from app.database import db
from app.identity.models import UnsentForm, User
from tests.conftest import MONDAY
from tests.support import factories
from tests.support.client import PASSWORD, Answer, Client, apart
from tests.support.databases import on_sqlite
from tests.support.transfer_case import Story

TEXT = "经核实，该生确随父母迁居；第一行\n第二行 <b>&amp; 引号\"'"
OWN = {"identity.open_session", "identity.sign_out", "display.choose_font_size", "cases.find_progress"}


def later(minutes: int) -> None:
    clock.set_to(MONDAY + dt.timedelta(minutes=minutes))


def in_another_window(client: Client) -> None:
    """Sign out there: the cookie is the same, the page here stays open."""
    page = client.page
    client.get("/me")
    client.post("/sign-out")
    client.page = page


def without_cookie(client: Client) -> None:
    """The browser was closed in between and brought its windows back."""
    client.browser.delete_cookie("xueji")


WAYS = {"idle": lambda _client: later(20), "signed out": in_another_window, "cookie": without_cookie}


def values(client: Client, action: str) -> dict[str, str]:
    """The fields of the form that is sent to that address, as the page shows them."""
    (form,) = client.page.xpath(f"//form[@action='{action}']")
    found = {}
    for field in form.xpath(".//input|.//textarea|.//select"):
        if field.tag == "select":
            found[field.get("name")] = field.xpath("string(.//option[@selected]/@value)")
        elif field.get("type") != "checkbox" or field.get("checked"):
            found[field.get("name")] = field.text_content() if field.tag == "textarea" else field.get("value", "")
    return found


def hidden(client: Client) -> dict[str, str]:
    """What a browser sends along of the form of the page."""
    return {
        each.get("name"): each.get("value", "")
        for each in client.page.xpath("//form[@action='/sign-in']//input[@type='hidden']")
    }


def sign_in_again(client: Client, user: User) -> Answer:
    """On the page that came back; then follow wherever it leads."""
    answer = client.post("/sign-in", **hidden(client), username=user.username, password=PASSWORD)
    for _ in range(3):
        assert answer.status < 400, answer.text
        assert answer.location
        assert TEXT[:6] not in answer.location
        answer = client.get(answer.location)
        if answer.status != 302:
            return answer
    raise AssertionError("round and round")


def test_what_a_page_cannot_show_comes_back_as_a_mark(submitted: Story) -> None:
    """Text pasted from other programs holds line breaks and ends that are none to a document."""
    client = submitted.client
    client.sign_in(submitted.people["receiving_school"].approver)
    client.get(f"/cases/{submitted.number}")
    action = client.page.xpath("string(//form[contains(@action, '/decision')]/@action)")
    form = {"typed_by": client.page.xpath("string(//input[@name='typed_by']/@value)")}
    later(20)
    client.post(
        action, opinion=f"{TEXT}\x0b第\x01三\ufffe行", reason_code="\x1f", outcome="agree", no_place="\x02", **form
    )

    answer = sign_in_again(client, submitted.people["receiving_school"].approver)

    assert answer.status == 200
    assert values(client, action)["opinion"].replace("\r\n", "\n") == f"{TEXT}\ufffd第\ufffd三\ufffd行"


@pytest.mark.parametrize("way", WAYS)
def test_an_opinion_comes_back_to_its_case(submitted: Story, way: str) -> None:
    person, client = submitted.people["receiving_school"].approver, submitted.client
    client.sign_in(person)
    page = f"/cases/{submitted.number}"
    client.get(page)
    action = client.page.xpath("string(//form[contains(@action, '/decision')]/@action)")
    form = {"typed_by": client.page.xpath("string(//input[@name='typed_by']/@value)")}
    WAYS[way](client)

    answer = client.post(action, opinion=TEXT, outcome="agree", **form)
    assert answer.status in (400, 401)
    assert "您填写的内容已保留" in answer.text
    assert TEXT[:6] not in answer.text, "sealed"
    answer = sign_in_again(client, person)

    assert answer.status == 200
    assert client.page.xpath("string(//h1)")
    assert values(client, action)["opinion"].strip() == TEXT
    assert "请核对后重新提交" in answer.text
    sent = client.post(action, opinion="同意", outcome="agree", key="k1")
    assert sent.status == 302, sent.text
    assert "先前填写的内容" not in client.get(page).text, "done with"


def test_only_the_same_user_gets_it_back(submitted: Story) -> None:
    person, client = submitted.people["receiving_school"].approver, submitted.client
    client.sign_in(person)
    later(20)
    client.post(f"/cases/{submitted.number}/recall", reason=TEXT)
    other = submitted.people["receiving_school"].operator

    page = sign_in_again(client, other)

    assert TEXT[:6] not in page.text
    assert "属于另一位用户" in page.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(UnsentForm)) == 0


def test_a_second_page_without_an_address_comes_back_too(story: Story) -> None:
    person, client, child = story.people["receiving_school"].operator, story.client, story.child
    client.sign_in(person)
    client.get("/cases/transfer/new")
    client.post("/cases/transfer/new", main_number=child.main_number, name=child.name)
    later(20)
    client.post(
        "/cases/transfer", main_number=child.main_number, name=child.name, reason=TEXT, **{"guardian.relation": "1"}
    )

    sign_in_again(client, person)

    found = values(client, "/cases/transfer")
    assert (found["reason"].strip(), found["guardian.relation"]) == (TEXT, "1")
    assert found["main_number"] == child.main_number


def test_passwords_are_not_kept_and_files_are_named(submitted: Story) -> None:
    person, client = submitted.people["receiving_school"].approver, submitted.client
    client.sign_in(person)
    client.get("/me")
    token = client.page.xpath("string(//input[@name='csrf_token']/@value)")
    later(20)
    files = {"attachments": (io.BytesIO(b"%PDF-"), "居住证明.pdf"), "csrf_token": token, "note": TEXT}
    client._answer(apart(client.browser.post, f"/cases/{submitted.number}/attachments", data=files))
    assert "居住证明.pdf" in client.page.text_content()

    page = sign_in_again(client, person)

    assert "文件须重新选择：居住证明.pdf" in page.text
    later(45)
    client.get("/me")
    client.page = None
    client.post(
        "/me/password", old_password=PASSWORD, new_password="Secret-new-1", again="Secret-new-1", csrf_token=token
    )
    sign_in_again(client, person)
    kept = db.session.scalars(sa.select(UnsentForm.content)).all()
    from app.web.refilled_forms import unsealed

    for each in kept:
        assert "Secret" not in str(unsealed(each))


def test_a_living_session_with_a_dead_token_keeps_the_text_at_once(submitted: Story) -> None:
    """Another window signed in anew: the token of this one is worth nothing any more."""
    person, client = submitted.people["receiving_school"].approver, submitted.client
    client.sign_in(person)
    client.get(f"/cases/{submitted.number}")
    action = client.page.xpath("string(//form[contains(@action, '/decision')]/@action)")

    answer = client.post(action, opinion=TEXT, csrf_token="of a session that is over")

    assert (answer.status, "E-CSRF" in answer.text) == (400, True)
    back = client.page.xpath("string(//a[text()='回到原页面']/@href)")
    client.get(client.get(back).location)
    assert values(client, action)["opinion"].strip() == TEXT


def test_a_form_of_another_user_is_not_laid_beside_this_session(submitted: Story) -> None:
    first, second = submitted.people["receiving_school"].approver, submitted.people["receiving_school"].operator
    client = submitted.client.sign_in(first)
    client.get(f"/cases/{submitted.number}")
    mark = client.page.xpath("string(//input[@name='typed_by']/@value)")
    assert mark
    other = Client(client.app).sign_in(second)
    other.get("/me")

    other.post(f"/cases/{submitted.number}/recall", reason=TEXT, typed_by=mark, csrf_token="dead")
    other.post(f"/cases/{submitted.number}/recall", reason=TEXT, typed_by="forged", csrf_token="dead")

    assert db.session.scalar(sa.select(sa.func.count()).select_from(UnsentForm)) == 0


def test_an_old_link_to_an_address_that_only_takes_forms_leads_to_the_first_page(submitted: Story) -> None:
    client = submitted.client
    client.get("/sign-in?next=/tasks/1/decision")

    answer = client.post(
        "/sign-in",
        username=submitted.people["receiving_school"].approver.username,
        password=PASSWORD,
        next="/tasks/1/decision",
    )

    assert answer.location == "/"


def rules_that_take_forms(app: Flask) -> list[tuple[str, str]]:
    return sorted(
        (re.sub(r"<\w+>", "x", re.sub(r"<int:\w+>", "1", rule.rule)), rule.endpoint)
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or set()) and not rule.rule.startswith("/api/") and rule.endpoint not in OWN
    )


@on_sqlite
@pytest.mark.parametrize("way", ["idle", "signed out"])
def test_every_form_of_the_house_comes_back_after_signing_in(app: Flask, client: Client, way: str) -> None:
    """Whatever the address, its page or the place of what is not there any more shows every field; never a 405."""
    person = factories.a_user(factories.a_school("330106").office, "operator")
    asked = 0
    for address, endpoint in rules_that_take_forms(app):
        clock.set_to(MONDAY)
        client = Client(app).sign_in(person)
        client.get("/me")
        WAYS[way](client)
        fields = {"opinion": TEXT, "reason": TEXT, "something.else": TEXT}
        if way == "idle":
            clock.set_to(MONDAY + dt.timedelta(minutes=20))

        answer = client.post(address, **fields)

        assert answer.status in (400, 401), (address, answer.status)
        page = sign_in_again(client, person)
        assert page.status not in (405, 500), address
        shown: Any = client.page.xpath("//textarea|//input|//main//li")
        texts = [(each.get("value") or "") + each.text_content() for each in shown]
        assert sum(TEXT in each.replace("\r\n", "\n") for each in texts) == 3, (address, endpoint, page.text)
        asked += 1

    assert asked > 25
