"""补办学历证明, a process by configuration alone: for whoever has lost the certificate of a stage, from its school."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from app.database import db
from app.students.models import Change, Standing
from tests.support import factories
from tests.support.client import Client
from tests.support.papers import proofs
from tests.support.single_school_case import Matter, a_matter
from tests.support.transfer_case import staff

KEY = "education_proof"


@pytest.fixture
def graduate(client: Client) -> Matter:
    """Somebody who has left the last grade of a primary school, which keeps the archive."""
    return a_matter(client, grade="16", standing=Standing.GRADUATED)


def asked(matter: Matter, **more: Any) -> dict[str, Any]:
    return {
        "student": matter.child.id, "stage": "primary", "certificate": "graduation", "left_in": 2025, "cause": "lost",
        "purpose": "办理入伍手续", "explanation": "搬家时遗失", **more,
    }  # fmt: skip


def test_the_school_finds_it_on_file_its_bureau_confirms_and_the_record_stays(graduate: Matter) -> None:
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Change))
    assert graduate.submit(KEY, asked(graduate)).status == 201
    assert [step["office"]["code"] for step in graduate.case()["route"]] == [graduate.school.office.code, "330106"]

    assert graduate.decide("send_back").json["status"] == "repairing"
    assert graduate.decide(form={"certificate_number": "2025-016"}).status == 200
    assert graduate.decide().status == 200
    done = graduate.decide()

    assert (done.json["status"], done.json["outcome"]) == ("closed", "agreed")
    assert done.json["application"]["certificate_number"] == "2025-016"
    clerk = Client(graduate.client.app).sign_in(graduate.people["school"].operator)
    sheet = clerk.get(f"/cases/{graduate.number}/sheet")
    for words in ("补办学历证明审批表", "核对属实", "核验属实", "2025-016", "遗失"):
        assert words in sheet.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Change)) == before
    assert graduate.enrolment.standing is Standing.GRADUATED


def test_a_damaged_certificate_is_shown_a_lost_one_cannot_be(graduate: Matter) -> None:
    program = graduate.program("school")

    refused = program.post("/cases", {"process": KEY, "application": asked(graduate, cause="damaged")})

    assert refused.codes == {"E-PROOF"}
    assert {each["field"] for each in refused.json["objections"]} == {
        "attachments.signed_application", "attachments.damaged_certificate",
    }  # fmt: skip
    assert graduate.submit(KEY, asked(graduate, cause="damaged")).status == 201


def test_it_opens_from_its_card_by_page(graduate: Matter) -> None:
    clerk = Client(graduate.client.app).sign_in(graduate.people["school"].operator)
    assert "补办学历证明" in clerk.get(f"/apply/?student={graduate.child.id}").text
    assert "记不清的不填" in clerk.get(f"/apply/{KEY}?student={graduate.child.id}").text
    typed = {name: str(value) for name, value in asked(graduate).items()}

    sent = clerk.post(f"/apply/{KEY}", **typed, **proofs(KEY, typed))

    assert sent.status == 302, sent.text
    page = Client(graduate.client.app).sign_in(graduate.people["school"].approver).get(str(sent.location)).text
    assert "核对属实，出具证明" in page


def test_neither_another_school_nor_a_bureau_applies_for_it(graduate: Matter) -> None:
    other = staff(factories.a_school("330106"))

    answer = graduate.client.api(other.operator).apply(KEY, asked(graduate))
    assert answer.status == 404
    assert graduate.program("bureau").apply(KEY, asked(graduate)).status in (403, 404)
