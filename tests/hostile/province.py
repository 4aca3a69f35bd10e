"""A small province in which every address finds something, and everybody who may call it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app import clock
from app.cases.models import Attachment, Case, Notice, Task
from app.database import db
from app.divisions.models import Office
from app.imports.commands import work
from app.imports.models import ImportFile
from app.students.models import Directive, Student, Suspension
from app.students.models.cohorts import Discrepancy, DiscrepancyKind
from app.students.models.issued import Proof
from app.web.checks import code_of
from tests.cases.test_attachments import upload
from tests.conftest import MONDAY
from tests.imports.children import KEY, a_child, filled
from tests.processes.recruitment.test_rosters import a_recruiting
from tests.support import factories
from tests.support.client import PASSWORD, Client, apart
from tests.support.papers import a_picture
from tests.support.single_school_case import a_matter
from tests.support.transfer_case import a_story

DUTIES = ("analyst", "publisher", "auditor", "sysadmin", "secadmin")


@dataclass
class Person:
    """Somebody who calls pages and the interface; None is a stranger."""

    role: str  # 330106.approver
    duty: str
    user: Any
    browser: Any = None
    token: str = ""
    sees: dict[tuple[str, str], str] = field(default_factory=dict)  # what an address may hold for this person

    def sign_in(self, client: Client) -> None:
        """A fresh session of both kinds."""
        self.browser = client.app.test_client()
        if self.user is None:
            return
        typed = {"username": self.user.username, "password": PASSWORD}
        assert apart(self.browser.post, "/sign-in", data=typed).status_code == 302
        self.token = apart(self.browser.post, "/api/v1/session", json=typed).get_json()["token"]


def a_province(client: Client) -> list[Person]:
    """Cases at several desks, papers, a roster, an import, a plan, and people of every duty."""
    recruiting = a_recruiting(client)
    recruiting.wants(2)
    assert recruiting.submit().status == 201
    recruiting.agree("school_approval")
    clock.set_to(MONDAY)
    story = a_story(client)
    assert story.submit().status == 201
    upload(story.program("receiving_school", "operator"), story.number, ("居住证明.png", a_picture("PNG")))
    story.agree_until("pull")
    story.child = factories.a_student(story.releasing)
    assert story.submit().status == 201
    story.decide()
    matter = a_matter(client)
    matter.walk("suspension")
    matter.child = factories.a_student(matter.school, name="李一诺")
    assert matter.submit("key_correction").status == 201
    school = matter.program("school")
    child = factories.a_student(matter.school, name="王小明")
    assert school.post(f"/students/{child.id}/proofs", {"purpose": "办理居住证"}).status == 201
    files = school.upload(f"/imports?kind={KEY}", filled([a_child(), a_child(name="李四", guardian__phone="1")]))
    assert files.status == 201, files.text
    work()
    db.session.add(
        Discrepancy(
            case_id=db.session.scalars(sa.select(Case.id).order_by(Case.id)).first(),
            school_id=matter.school.id,
            kind=DiscrepancyKind.PERSON_ONLY,
            name="插班生",
            grade="11",
            class_number=1,
            found_at=clock.now(),
        )
    )
    db.session.commit()
    people = [Person("stranger", "", None)]
    for place in (matter.school, factories.a_bureau("330106"), factories.a_bureau("330000")):
        people += [_person(place, duty) for duty in ("operator", "approver")]
    people += [_person(recruiting.school, "operator"), _person(factories.a_bureau("330100"), "approver")]
    people += [_person(factories.a_bureau("330000"), duty) for duty in DUTIES]
    for person in people:
        person.sign_in(client)
        person.sees = dict(_seen_by(person))
    return people


def _person(place: Any, duty: str) -> Person:
    office = place if isinstance(place, Office) else place.office
    return Person(f"{office.code}.{duty}", duty, factories.a_user(place, duty))


# by the name in the address and the folder before it: where to look whether the person sees one, and what there is
PLACES: dict[tuple[str, str], tuple[str, Any]] = {
    ("students", "student_id"): ("/students/{}", Student.id),
    ("cases", "number"): ("/cases/{}", Case.number),
    ("tasks", "task_id"): ("/api/v1/tasks/{}", Task.id),
    ("directives", "number"): ("/directives/{}/paper", Directive.number),
    ("proofs", "number"): ("/proofs/{}/paper", Proof.number),
    ("suspensions", "certificate"): ("/suspensions/{}/paper", Suspension.certificate),
    ("imports", "file_id"): ("/imports/{}", ImportFile.id),
    ("notices", "notice_id"): ("", Notice.id),
    ("discrepancies", "discrepancy_id"): ("", Discrepancy.id),
    ("attachments", "attachment_id"): ("", Attachment.id),
    ("offices", "code"): ("", Office.code),
}


def _seen_by(person: Person) -> Iterator[tuple[tuple[str, str], str]]:
    """What stands in addresses for this person: the newest that it may open, else any."""
    for name, (address, column) in PLACES.items():
        there = [str(each) for each in db.session.scalars(sa.select(column).order_by(column.desc()).limit(12))]
        assert there, f"the province has no {name}"
        looks = address and person.duty in ("operator", "approver")
        yield name, next((each for each in there if looks and _opens(person, address.format(each))), there[0])
    proof = db.session.scalars(sa.select(Proof.id).order_by(Proof.id)).first()
    yield ("check", "code"), code_of("P", proof or 1)
    yield ("processes", "key"), "suspension"
    yield ("apply", "key"), "suspension"
    yield ("kinds", "key"), KEY
    yield ("imports", "key"), KEY


def _opens(person: Person, address: str) -> bool:
    signed = {"Authorization": f"Bearer {person.token}"}
    return bool(apart(person.browser.get, address, headers=signed).status_code == 200)
