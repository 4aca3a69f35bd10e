"""Whoever reads a case is offered on its page exactly what its verbs would accept from them, in every state of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa

from app.cases.models import Case, Task
from app.cases.operations.task_acts import ACTS
from app.database import db
from app.identity.models import Post, User
from app.students.models import Directive
from tests.cases.test_time import at
from tests.processes.changes.test_coming import agreed_for
from tests.processes.recruitment.test_rosters import a_recruiting
from tests.support import factories
from tests.support.client import Client, Program, apart
from tests.support.databases import on_sqlite
from tests.support.papers import a_pdf, sent
from tests.support.single_school_case import a_matter
from tests.support.transfer_case import Story, a_story
from tests.walking import fields_of, local, nothing_stays

REFUSED = {403, 404, 409, 422}


@dataclass
class Scene:
    """A case in one of its states, and whoever may come to its page."""

    client: Client
    number: str
    readers: dict[str, tuple[User, str]]  # each with the duty in which they come


def the_scene(story: Story) -> Scene:
    """The case of a transfer with its offices, those above and beside them, and who drafts and approves at once."""
    readers = {
        f"{role} {duty}": (getattr(story.people[role], duty), duty)
        for role in ("receiving_school", "releasing_school", "releasing_bureau")
        for duty in ("operator", "approver")
    }
    for code in ("330200", "330000", "330108"):
        readers[f"{code} approver"] = (factories.a_user(factories.a_bureau(code), "approver"), "approver")
    for role in ("receiving_school", "releasing_bureau"):
        person = story.people[role].operator
        place = db.session.scalars(sa.select(Post.office_id).where(Post.user_id == person.id)).first()
        db.session.add(Post(user_id=person.id, office_id=place, duty="approver", starts_on=dt.date(2020, 1, 1)))
        readers[f"{role} operator as approver"] = (person, "approver")
    db.session.commit()
    return Scene(story.client, story.number, readers)


def submitted(client: Client) -> Story:
    story = a_story(client)
    assert story.submit().status == 201
    return story


def arrived(client: Client) -> Scene:
    return the_scene(submitted(client))


def sent_back(client: Client) -> Scene:
    story = submitted(client).agree_until("releasing_bureau")
    assert story.decide("send_back").status == 200
    return the_scene(story)


def repaired(client: Client) -> Scene:
    """Whoever has repaired it, and has not opened it, comes back as an approver."""
    story = submitted(client)
    assert story.decide("send_back").status == 200
    story.people["receiving_school"].operator = factories.a_user(story.receiving, "operator")
    assert story.decide().status == 200
    return the_scene(story)


def overdue(client: Client) -> Scene:
    story = submitted(client).agree_until("releasing_bureau")
    at("2026-12-08 09:00")
    return the_scene(story)


def urged(client: Client) -> Scene:
    story = submitted(client).agree_until("releasing_bureau")
    task = story.waiting()["id"]
    assert story.program("receiving_school", "operator").post(f"/tasks/{task}/urge").status == 200
    return the_scene(story)


def pre_reviewed(client: Client) -> Scene:
    story = submitted(client).agree_until("releasing_bureau")
    scene, task = the_scene(story), story.waiting()["id"]
    page = signed_in(scene, story.people["releasing_bureau"].operator, "operator")
    assert page.post(f"/tasks/{task}/pre-review", recommendation="agree", opinion="材料齐全").status == 302
    return scene


def directed(client: Client) -> Scene:
    return the_scene(submitted(client).agree_until("pull"))


def revoked(client: Client) -> Scene:
    story = submitted(client).agree_until("pull")
    number = story.case()["directive"]["number"]
    assert story.program("releasing_bureau").post(f"/directives/{number}/revoke", {"reason": "有误"}).status == 200
    return the_scene(story)


def pulled(client: Client) -> Scene:
    story = submitted(client).agree_until("pull")
    assert story.decide().status == 200
    return the_scene(story)


def recalled(client: Client) -> Scene:
    story = submitted(client)
    answer = story.program("receiving_school", "operator").post(f"/cases/{story.number}/recall", {"reason": "不转了"})
    assert answer.status == 200
    return the_scene(story)


def to_come(client: Client) -> Scene:
    """A change that is agreed to for a later day."""
    matter = agreed_for(a_matter(client), "suspension")
    people = {f"{who} {duty}": (getattr(matter.people[who], duty), duty) for who in matter.people for duty in DUTIES}
    return Scene(client, matter.number, people)


def released_list(client: Client) -> Scene:
    """A list of children whose directives are signed."""
    recruiting = a_recruiting(client)
    recruiting.until_pull()
    people = {
        f"{who} {duty}": (getattr(office, duty), duty) for who, office in recruiting.people.items() for duty in DUTIES
    }
    return Scene(client, recruiting.number, people)


DUTIES = ("operator", "approver")
STATES = (
    arrived, sent_back, repaired, overdue, urged, pre_reviewed, directed, revoked, pulled, recalled, to_come,
    released_list,
)  # fmt: skip
OVER = (pulled, recalled)  # nothing is left to be done


def signed_in(scene: Scene, user: User, duty: str) -> Client:
    """That person's browser, in that of their posts."""
    page = Client(scene.client.app).sign_in(user)
    posts = db.session.scalars(sa.select(Post).where(Post.user_id == user.id)).all()
    if len(posts) > 1:
        page.get("/me")
        chosen = next(each.id for each in posts if each.duty == duty)
        assert page.post("/me/post", post=str(chosen)).status == 302
    return page


def program_of(scene: Scene, user: User, duty: str) -> Program:
    program = scene.client.api(user)
    post = next(each["id"] for each in program.get("/me").json["posts"] if each["duty"] == duty)
    program.headers["X-Post"] = str(post)
    return program


@dataclass
class Act:
    """One thing that may be done to a case: where it is posted by hand and by program, and with what."""

    address: str
    form: dict[str, Any]
    api: str | None = None  # None: pages alone do this
    body: dict[str, Any] | None = None

    def by_hand(self, page: Client) -> int:
        """What the page answers, and nothing is done."""
        form = dict(self.form)
        if self.address.endswith("/decision"):
            form = standing_in(page, self.address) | form
        if self.address.endswith("/attachments"):
            form["attachments"] = sent(("证明.pdf", a_pdf()))
        with nothing_stays():
            return page.post(self.address, **form).status

    def by_program(self, program: Program) -> int:
        assert self.api is not None
        with nothing_stays():
            if self.address.endswith("/attachments"):
                files = {"attachments": sent(("证明.pdf", a_pdf()))}
                response = apart(program.http.post, f"/api/v1{self.api}", headers=program.headers, data=files)
                return int(response.status_code)
            return program.post(self.api, self.body).status


def standing_in(page: Client, address: str) -> dict[str, Any]:
    """What stands in the page's form that is sent there."""
    forms = [each for each in page.page.xpath("//form") if local(each.get("action"), "/") == address]
    return {name: value for form in forms for name, value in fields_of(form) if name != "csrf_token"}


def acts_on(number: str) -> Iterator[Act]:
    """Everything that may be done to the case as it stands."""
    db.session.rollback()
    case = db.session.scalars(sa.select(Case).where(Case.number == number)).one()
    because = {"reason": "家长要求"}
    directives = db.session.scalars(sa.select(Directive).where(Directive.case_id == case.id)).all()
    for task in [each for each in case.tasks if each.status == "open"]:
        yield decision_of(task, directives)
        yield Act(f"/tasks/{task.id}/pre-review", {"recommendation": "agree", "opinion": ""})
        yield Act(f"/tasks/{task.id}/urge", {}, f"/tasks/{task.id}/urge")
        yield from (Act(f"/tasks/{task.id}/acts/{key}", {}, f"/tasks/{task.id}/acts/{key}") for key in ACTS)
        said = {"opinion": "请尽快办结。"}
        yield Act(f"/tasks/{task.id}/supervision", {**said, "case": number}, f"/tasks/{task.id}/supervision", said)
    for action in ("recall", "call-off"):
        yield Act(f"/cases/{number}/{action}", because, f"/cases/{number}/{action}", because)
    yield Act(f"/cases/{number}/attachments", {"kind": ""}, f"/cases/{number}/attachments")
    for each in directives:
        yield Act(f"/directives/{each.number}/revoke", because, f"/directives/{each.number}/revoke", because)


def decision_of(task: Task, directives: Any) -> Act:
    """What its office would answer: agreeing, with what the form must say."""
    form = {"directive": directives[-1].number} if task.key == "pull" and len(directives) == 1 else {}
    body = {"outcome": "agree", "form": form}
    return Act(f"/tasks/{task.id}/decision", {"outcome": "agree"}, f"/tasks/{task.id}/decision", body)


def offered_by(page: Client, number: str) -> set[str]:
    """Where the forms of the case's page, and of its list of children, are sent; a repair brings papers along."""
    offered: set[str] = set()
    for address in (f"/cases/{number}/roster", f"/cases/{number}"):
        if page.get(address).status != 200:
            continue
        for form in page.page.xpath("//form[@method='post']"):
            offered.add(local(form.get("action"), "/") or "")
            if form.xpath(".//input[@type='file']"):
                offered.add(f"/cases/{number}/attachments")
    return offered


@on_sqlite  # rules over plain facts: what reads them is asked on both databases elsewhere
@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
def test_a_page_offers_what_would_be_accepted_and_nothing_else(client: Client, state: Callable[..., Scene]) -> None:
    scene, wrong, accepted = state(client), [], 0

    for who, (user, duty) in scene.readers.items():
        page, program = signed_in(scene, user, duty), program_of(scene, user, duty)
        offered = offered_by(page, scene.number)
        for act in acts_on(scene.number):
            offers = act.address in offered
            by_hand = act.by_hand(page)
            if offers != (by_hand == 302) or (not offers and by_hand not in REFUSED):
                wrong.append(f"{who}: {act.address} {'offered' if offers else 'not offered'}, answered {by_hand}")
            answered = act.by_program(program) if act.api else None
            if answered is not None and offers != (answered in (200, 201)):
                wrong.append(f"{who}: {act.api} {'offered' if offers else 'not offered'}, by program {answered}")
            accepted += offers

    assert not wrong, "\n".join(wrong)
    assert accepted or state in OVER
