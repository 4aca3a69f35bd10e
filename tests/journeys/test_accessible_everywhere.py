"""axe on the pages that no other journey opens: one browser, one sign-in for each duty."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from app.cases.models import Acceptance, Attachment
from app.database import db
from app.web.checks import code_of
from tests.journeys.test_accessible import faults_of
from tests.support import factories
from tests.support.browsers import Desk
from tests.support.client import Client
from tests.support.databases import on_sqlite
from tests.support.papers import a_pdf, sent
from tests.support.transfer_case import Story

pytestmark = on_sqlite
Seat = Callable[..., Desk]
OF_WHOEVER_DECIDES = (
    "/", "/inbox/urged", "/inbox/columns/waiting", "/inbox/columns/running", "/forecast", "/delegations", "/help",
    "/me/notifications", "/office/telephone", "/contests", "/discrepancies", "/roll/", "/reports/dashboard",
    "/reports/plan", "/reports/refused", "/reports/suspensions", "/reports/events", "/reports/day/arrived", "/overdue",
    "/reports/after-lock", "/reports/waiting",
)  # fmt: skip
OF_A_SCHOOL = ("/", "/apply/", "/apply/suspension", "/photos", "/cases/applied", "/roll/paper?kind=list")


def test_pages_of_a_case_are_accessible(seat: Seat, story: Story) -> None:
    application = factories.an_application(story.child, story.receiving)
    clerk = story.program("receiving_school", "operator")
    story.number = clerk.apply(
        "transfer", application, papers={"attachments.household_register": sent(("户口簿.pdf", a_pdf()))}
    ).json["number"]
    story.decide("send_back", opinion="缺签名")
    number = story.number
    clerk.post(f"/cases/{number}/comments", {"text": "家长明日送来", "scope": "parties"})
    paper, told = (db.session.scalars(sa.select(each.id)).first() for each in (Attachment, Acceptance))
    desk = seat(story.people["receiving_school"].operator)

    pages = (
        *OF_A_SCHOOL, f"/cases/{number}", f"/cases/{number}/receipt", f"/cases/{number}/child",
        f"/cases/{number}/contacts", f"/cases/{number}/comments", f"/cases/{number}/attachments/{paper}/preview",
        f"/cases/{number}/acceptances/{told}/paper",
    )  # fmt: skip
    assert faults_of(desk, pages) == {}
    desk.open(f"/cases/{number}/comments").press("保存留言")
    assert desk.violations() == "", "after a mistake"
    stranger = seat()
    case_id = db.session.get_one(Acceptance, told).case_id
    assert faults_of(stranger, ("/progress", "/check", f"/progress/{code_of('Q', case_id)}", "/progress/nothing")) == {}


def test_pages_of_a_bureaus_day_are_accessible(seat: Seat, submitted: Story) -> None:
    submitted.agree_until("receiving_bureau")
    task = submitted.waiting()["id"]
    approver = submitted.people["receiving_bureau"].approver
    program = submitted.client.api(approver)
    program.post(f"/cases/{submitted.number}/pause", {"reason": "核查材料"})
    desk = seat(approver)

    post = approver.posts[0].id
    pages = (*OF_WHOEVER_DECIDES, f"/inbox/bulk?task={task}", "/inbox?light=paused", "/people", f"/people/posts/{post}")
    assert faults_of(desk, pages) == {}
    desk.open("/delegations").press("委托")
    assert desk.violations() == ""


def test_pages_of_administrators_are_accessible(seat: Seat, submitted: Story) -> None:
    bureau = factories.a_bureau("330106")
    leader, security, system = (factories.a_user(bureau, duty) for duty in ("approver", "secadmin", "sysadmin"))
    proposed = {
        "office": "330106", "name": "王小明", "username": "wang.xm", "duty": "operator",
        "starts_on": "2026-11-23", "reason": "新任经办",
    }  # fmt: skip
    assert Client(submitted.client.app).api(leader).post("/people/proposals", proposed).status == 201
    hook = {"office": "330106", "address": "https://example.cn/push", "secret": "x" * 40, "kinds": ["urge"]}
    hook_id = Client(submitted.client.app).api(system).post("/webhooks", hook).json["id"]
    desk = seat(security)
    assert faults_of(desk, ("/", "/people/proposals", "/accounts/")) == {}
    desk.open("/people/proposals").page.locator("button[value=agree]").click()
    assert desk.says("只显示这一次")
    assert desk.violations() == ""
    assert faults_of(seat(system), ("/", "/webhooks", f"/webhooks/{hook_id}", "/calendar")) == {}
