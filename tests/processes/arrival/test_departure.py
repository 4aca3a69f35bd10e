"""转往省外: another province asks for a child, or the school proposes it; the record goes, a copy stays."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from app import audit, clock
from app.cases.commands import tick
from app.cases.models import Case
from app.database import db, transaction
from app.exchange import operations as exchange
from app.exchange.adapters import ANSWER, REQUEST, SENT, WITHDRAWN, Envelope
from app.exchange.models import MessageIn
from app.students.models import Archive, Change, NumberKind, Standing, Student, StudentNumber
from app.students.rules.sealed_numbers import sealed_number
from tests.cases.test_races import count
from tests.support import factories
from tests.support.arrival_case import an_arrival
from tests.support.client import Client
from tests.support.other_provinces import ANHUI, Elsewhere
from tests.support.single_school_case import GUARDIAN, Matter, a_matter
from tests.support.transfer_case import Story


def request(elsewhere: Elsewhere, child: Student, reference: str = "R1", **more: Any) -> None:
    body = {"name": child.name, "main_number": child.main_number, "to_school": "阜南县第一小学", **more}
    elsewhere.says.append(Envelope(reference, ANHUI, REQUEST, body))


def asked_by(elsewhere: Elsewhere, matter: Matter, **more: Any) -> str:
    """The other province has asked for the child; the number of the case that opened."""
    request(elsewhere, matter.child, **more)
    tick()
    matter.number = db.session.scalars(sa.select(Case.number).where(Case.process_key == "departure")).one()
    return matter.number


def answers(elsewhere: Elsewhere) -> list[tuple[str, Any]]:
    tick()
    return [(each.answers, each.body["answer"]) for each in elsewhere.took if each.kind == ANSWER]


def test_asked_for_the_school_and_its_superior_let_the_child_go(matter: Matter, elsewhere: Elsewhere) -> None:
    asked_by(elsewhere, matter)
    assert matter.submit("suspension").codes == {"E-CASE-01"}
    assert [step["office"]["code"] for step in matter.case()["route"]] == [matter.school.office.code, "330106"]

    matter.finish()

    assert matter.case()["outcome"] == "agreed"
    assert (matter.enrolment.standing.value, matter.enrolment.ends_on) == ("transferred", clock.today())
    archive = db.session.scalars(sa.select(Archive)).one()
    assert (archive.left_to, archive.custodian_id) == (ANHUI, matter.school.id), "an electronic copy stays"
    assert db.session.scalars(sa.select(Change.code)).all() == ["ZD"]
    assert factories.the_quota(matter.school, "13").used == 0
    assert answers(elsewhere) == [("R1", "agreed")]
    sent = elsewhere.took[-1].body["record"]
    assert (sent["main_number"], sent["entries"][0]["title"]) == (matter.child.main_number, "体质健康测试")
    assert list(audit.verify()) == []


@pytest.mark.parametrize("desk", ["school_approval", "bureau_approval"])
def test_refused_at_any_desk_the_other_side_hears_so(matter: Matter, elsewhere: Elsewhere, desk: str) -> None:
    asked_by(elsewhere, matter)
    while matter.waiting()["key"] != desk:
        matter.decide()

    assert matter.decide("refuse").json["outcome"] == "refused"

    assert answers(elsewhere) == [("R1", "refused")]
    assert matter.enrolment.standing.value == "active"


@pytest.mark.parametrize("desk", ["school_approval", "bureau_approval"])
def test_sent_back_it_is_repaired_and_goes_on(matter: Matter, elsewhere: Elsewhere, desk: str) -> None:
    asked_by(elsewhere, matter)
    while matter.waiting()["key"] != desk:
        matter.decide()
    assert matter.decide("send_back").json["status"] == "repairing"

    matter.finish()

    assert answers(elsewhere) == [("R1", "agreed")]


def test_what_cannot_be_is_answered_at_once(client: Client, elsewhere: Elsewhere) -> None:
    held, contested = a_matter(client), a_matter(client)
    suspended = a_matter(client, standing=Standing.SUSPENDED)
    held.submit("skip")
    db.session.execute(sa.update(Student).where(Student.id == contested.child.id).values(contested=True))
    db.session.commit()
    request(elsewhere, held.child, "R1", name="另一人")
    request(elsewhere, held.child, "R2")
    request(elsewhere, suspended.child, "R3")
    request(elsewhere, contested.child, "R4")
    elsewhere.says.append(Envelope("R5", ANHUI, REQUEST, {"name": "无名", "main_number": factories.a_number()}))
    elsewhere.says.append(Envelope("R6", "990000", REQUEST, {}))
    tick()

    assert answers(elsewhere) == [("R1", "2001"), ("R2", "2002"), ("R3", "2002"), ("R4", "2003"), ("R5", "2001")]
    assert count(Case, Case.process_key == "departure") == 0


def test_the_other_side_may_take_its_request_back(matter: Matter, elsewhere: Elsewhere) -> None:
    asked_by(elsewhere, matter)
    elsewhere.says.append(Envelope("R2", ANHUI, WITHDRAWN, {}, "R1"))

    tick()

    case = matter.case()
    assert (case["outcome"], "安徽省撤回" in case["ended_because"]) == ("terminated", True)
    elsewhere.says.append(Envelope("R3", ANHUI, WITHDRAWN, {}, "R1"))
    tick()
    assert db.session.scalars(sa.select(MessageIn.fault).order_by(MessageIn.id)).all()[-1] == "没有在办的转出申请"


def departure(matter: Matter) -> dict[str, Any]:
    return {
        "student": matter.child.id, "province": ANHUI, "to_school": "阜南县第一小学", "reason": "回原籍就读",
        "guardian": GUARDIAN, "signed_on": clock.today().isoformat(),
    }  # fmt: skip


def test_with_the_paper_form_the_school_proposes_it(matter: Matter, elsewhere: Elsewhere) -> None:
    assert matter.submit("departure", departure(matter)).status == 201

    matter.finish()

    tick()
    assert [(each.kind, each.province) for each in elsewhere.took] == [(SENT, ANHUI)]
    assert matter.enrolment.standing.value == "transferred"


def test_refused_nobody_outside_hears_of_it(matter: Matter, elsewhere: Elsewhere) -> None:
    matter.submit("departure", departure(matter))

    assert matter.decide("refuse").json["outcome"] == "refused"

    tick()
    assert elsewhere.took == []


def test_who_went_away_comes_back_by_a_transfer(matter: Matter, elsewhere: Elsewhere) -> None:
    matter.submit("departure", departure(matter))
    while matter.case()["status"] != "closed":
        matter.decide()
    arrival = an_arrival(matter.client, "330212")

    answer = arrival.submit(name=matter.child.name, main_number=matter.child.main_number)

    assert answer.json["outcome"] == "redirected"


def test_two_workers_act_on_a_message_once(matter: Matter, elsewhere: Elsewhere) -> None:
    asked_by(elsewhere, matter)
    kept = db.session.scalars(sa.select(MessageIn.id)).one()

    with transaction():
        assert exchange.take(kept) is None

    assert orjson.loads(db.session.get_one(MessageIn, kept).body)["name"] == matter.child.name


def test_who_keeps_the_archive_of_one_who_left_is_shown(matter: Matter, elsewhere: Elsewhere) -> None:
    """The province it went to; the school here keeps an electronic copy, and answers for it until the child is back."""
    address, name = f"/students/{matter.child.id}", matter.school.office.name
    clerk = Client(matter.client.app).sign_in(matter.people["school"].operator)
    assert matter.program("school").get(address).json["archive"]["left_to"] is None
    assert f"<dd>{name}" in clerk.get(address).text

    asked_by(elsewhere, matter)
    matter.finish()

    kept = f"安徽省（已转出，{name}留存电子副本）"
    for who in ("school", "bureau"):
        archive = matter.program(who).get(address).json["archive"]
        assert archive["left_to"] == {"code": ANHUI, "name": "安徽省"}
        assert archive["custodian"]["code"] == matter.school.office.code
        reader = Client(matter.client.app).sign_in(matter.people[who].operator)
        assert kept in reader.get(address).text
        assert f"档案保管：{kept}" in reader.get(f"{address}/card").text
    neighbour = Client(matter.client.app).api(factories.a_user(factories.a_bureau("330108"), "operator"))
    assert neighbour.get(address).status == 404


def test_once_the_child_is_back_the_archive_is_with_the_new_school(matter: Matter, elsewhere: Elsewhere) -> None:
    asked_by(elsewhere, matter)
    matter.finish()
    arrival = an_arrival(matter.client, "330212")
    answer = arrival.submit(name=matter.child.name, main_number=matter.child.main_number, grade="13")
    assert answer.json["outcome"] == "redirected", answer.text
    number = db.session.scalars(sa.select(Case.number).where(Case.process_key == "transfer")).one()
    people = {
        "receiving_school": arrival.people["school"], "receiving_bureau": arrival.people["bureau"],
        "releasing_school": matter.people["school"], "releasing_bureau": matter.people["bureau"],
    }  # fmt: skip
    back = Story(arrival.client, matter.child, arrival.school, matter.school, people, number)
    back.agree_until("pull")
    assert back.decide().json["outcome"] == "agreed"

    archive = arrival.client.api(arrival.people["school"].operator).get(f"/students/{matter.child.id}").json["archive"]

    assert (archive["left_to"], archive["custodian"]["code"]) == (None, arrival.school.office.code)


def test_the_record_that_goes_out_names_numbers_and_no_hash(matter: Matter, elsewhere: Elsewhere) -> None:
    old, new = matter.child.main_number, factories.a_number()
    born = f"{new[6:10]}-{new[10:12]}-{new[12:14]}"
    matter.walk("key_correction", main_number=new, born_on=born, sex="1" if int(new[16]) % 2 else "2")
    db.session.add(
        StudentNumber(
            student_id=matter.child.id, kind=NumberKind.NATIONAL, valid_from=clock.today(), reason="",
            case_id=factories.a_takeover().id, **sealed_number(f"G{old}"),
        )
    )  # fmt: skip
    db.session.commit()
    db.session.expire_all()
    asked_by(elsewhere, matter, name="陈思源", main_number=new)
    matter.finish()
    tick()

    record = next(each.body["record"] for each in elsewhere.took if each.kind == ANSWER)

    assert record["national_number"] == f"G{old}"
    assert {(each["kind"], each["value"]) for each in record["numbers"]} == {
        ("former_main", old), ("national", f"G{old}"),
    }  # fmt: skip
