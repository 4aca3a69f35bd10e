"""停用: nobody starts the process, what is open goes on, and everybody is told why."""

from __future__ import annotations

from app.database import db
from app.definitions.models import Process
from tests.studio.conftest import Studio
from tests.support.client import Client
from tests.support.databases import on_sqlite
from tests.support.single_school_case import Matter


def test_nobody_starts_it_and_what_is_open_goes_on(studio: Studio, matter: Matter) -> None:
    assert matter.submit("class_change").status == 201
    waiting = matter.waiting()["id"]

    answer = studio.program("publisher").post("/processes/class_change/off", {"reason": "等待新规定"})
    assert (answer.status, answer.json["off"], answer.json["off_reason"]) == (200, True, "等待新规定")

    school = matter.program("school")
    assert "class_change" not in [each["key"] for each in school.get("/processes").json["items"]]
    refused = matter.submit("class_change")
    assert (refused.status, refused.code) == (422, "E-OFF")
    assert refused.json["detail"] == "“调班”已于 2026-11-23 停用（等待新规定），停用期间不能发起，在办的办件照常办理。"
    decided = matter.program("school", "approver").post(f"/tasks/{waiting}/decision", {"outcome": "agree"})
    assert decided.json["status"] == "closed"


def test_the_card_says_so_and_the_form_does_not_open(studio: Studio, matter: Matter) -> None:
    studio.program("publisher").post("/processes/class_change/off", {"reason": "等待新规定"})
    clerk = Client(matter.client.app).sign_in(matter.people["school"].operator)

    cards = clerk.get("/apply/")
    assert "停用（等待新规定）" in cards.text
    assert not clerk.page.xpath("//a[contains(@href, '/apply/class_change')]")
    assert clerk.get(f"/apply/class_change?student={matter.child.id}").status == 422
    assert "调班" not in clerk.get(f"/apply/?student={matter.child.id}").text


def test_on_again_it_is_started_as_before(studio: Studio, matter: Matter) -> None:
    studio.program("publisher").post("/processes/class_change/off", {"reason": "等待新规定"})
    again = studio.program("publisher").post("/processes/class_change/off", {"reason": "等待新规定"})
    assert (again.status, again.code) == (422, "E-SWITCHED")

    assert studio.program("publisher").post("/processes/class_change/on").json["off"] is False

    assert studio.program("publisher").post("/processes/class_change/on").code == "E-SWITCHED"
    assert matter.submit("class_change").status == 201


@on_sqlite
def test_only_the_provinces_publisher_switches(studio: Studio, matter: Matter) -> None:
    program = studio.program("publisher")
    assert studio.program("analyst").post("/processes/class_change/off", {"reason": "x"}).status == 403
    assert matter.program("bureau").post("/processes/class_change/off", {"reason": "x"}).status == 403
    assert program.post("/processes/nothing/off", {"reason": "x"}).status == 404
    for reason in ("", " ", "x" * 201):
        assert program.post("/processes/class_change/off", {"reason": reason}).code == "E-INPUT"
    db.session.expire_all()
    assert db.session.get_one(Process, "class_change").off_since is None
