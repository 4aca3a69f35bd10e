"""Other provinces: records asked for and sent through a boundary, by messages that outlive a lost connection."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from flask import Flask

from app import audit, clock
from app.cases.commands import tick
from app.cases.models import Case
from app.database import db, transaction
from app.exchange import adapters
from app.exchange import operations as exchange
from app.exchange.adapters import ANSWER, RECEIVED, REQUEST, SENT, WITHDRAWN, Envelope
from app.exchange.models import MessageIn, MessageOut
from app.students.models import Archive, Change, Standing, Student
from tests import factories
from tests.app.test_arrival import Arrival, an_arrival
from tests.app.test_races import count
from tests.client import Client
from tests.matters import GUARDIAN, Matter, a_matter

ANHUI = "340000"


@dataclass
class Elsewhere:
    """The other provinces as a test wants them."""

    reached: bool = True
    took: list[Envelope] = field(default_factory=list)
    says: list[Envelope] = field(default_factory=list)

    def send(self, envelope: Envelope) -> Sequence[Envelope]:
        if not self.reached:
            raise adapters.NotReached(sentence="对方没有应答。")
        self.took.append(envelope)
        return ()

    def fetch(self) -> Sequence[Envelope]:
        return self.says

    def answer(self, **body: Any) -> None:
        """Answer what was asked last."""
        asked = next(each for each in reversed(self.took) if each.kind == REQUEST)
        self.says.append(Envelope(f"A{len(self.says)}", asked.province, ANSWER, body, asked.reference))


@pytest.fixture
def elsewhere(app: Flask) -> Iterator[Elsewhere]:
    other = Elsewhere()
    app.config["OTHER_PROVINCES"] = other
    yield other
    app.config["OTHER_PROVINCES"] = "none"


@pytest.fixture
def arrival(app: Flask, client: Client) -> Arrival:
    return an_arrival(client)


def waiting(arrival: Arrival) -> str:
    (task,) = arrival.case()["waiting"]
    return task["key"]


def asked_for(arrival: Arrival) -> Arrival:
    """Both desks have agreed; the other province is asked."""
    assert arrival.submit(has_record=True).status == 201
    arrival.agree_until("await_other_province")
    return arrival


# ── a child comes ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_record_elsewhere_is_asked_for_and_comes_with_the_child(arrival: Arrival, elsewhere: Elsewhere) -> None:
    asked_for(arrival)
    assert (count(Student), elsewhere.took) == (0, []), "nothing leaves before the commit"
    tick()
    (request,) = elsewhere.took
    assert (request.province, request.kind, request.body["name"]) == (ANHUI, REQUEST, "周沐阳")
    assert waiting(arrival) == "await_other_province"
    elsewhere.answer(answer="agreed", entries=[{"title": "体质健康", "body": "良好"}])

    tick()

    case = arrival.case()
    assert (case["status"], case["outcome"], case["waiting"]) == ("closed", "agreed", [])
    archive = db.session.scalars(sa.select(Archive)).one()
    assert [(each.title, each.signed_by) for each in archive.entries if each.title == "体质健康"] == [
        ("体质健康", "安徽省")
    ]
    tick()
    assert [each.kind for each in elsewhere.took] == [REQUEST, RECEIVED]
    assert count(Student) == 1
    tick()
    assert count(MessageIn) == 1, "said again, kept once"
    assert list(audit.verify()) == []


@pytest.mark.parametrize(
    ("answer", "code", "sentence"),
    [
        ("2001", "E-OUT-2001", "身份信息有误"),
        ("2002", "E-OUT-2002", "在办业务"),
        ("2003", "E-OUT-2003", "问题学籍"),
        ("refused", "E-OUT", "不同意转出"),
    ],
)
def test_their_refusal_is_read_in_our_words_and_asked_again(
    arrival: Arrival, elsewhere: Elsewhere, answer: str, code: str, sentence: str
) -> None:
    asked_for(arrival)
    tick()
    elsewhere.answer(answer=answer)
    tick()
    (task,) = arrival.case()["waiting"]
    assert (task["key"], task["code"], sentence in task["note"]) == ("refused_elsewhere", code, True)
    assert count(Student) == 0

    assert arrival.decide().status == 200

    assert waiting(arrival) == "await_other_province"
    tick()
    elsewhere.answer(answer="agreed")
    tick()
    assert (arrival.case()["outcome"], count(Student)) == ("agreed", 1)


def test_after_their_refusal_the_school_may_give_up(arrival: Arrival, elsewhere: Elsewhere) -> None:
    asked_for(arrival)
    tick()
    elsewhere.answer(answer="2002")
    tick()

    assert arrival.decide("refuse").json["outcome"] == "refused"


def test_silence_may_be_ended_and_a_late_answer_moves_nothing(arrival: Arrival, elsewhere: Elsewhere) -> None:
    asked_for(arrival)
    tick()
    assert arrival.decide("refuse", opinion="久未答复").json["outcome"] == "refused"
    elsewhere.answer(answer="agreed")

    tick()

    assert (arrival.case()["outcome"], count(Student)) == ("refused", 0)
    assert db.session.scalars(sa.select(MessageIn.fault)).one() == "办件已办结"


def test_an_answer_to_nothing_is_kept_and_moves_nothing(arrival: Arrival, elsewhere: Elsewhere) -> None:
    elsewhere.says.append(Envelope("A1", ANHUI, ANSWER, {"answer": "agreed"}, "330000-2026-99999999"))
    elsewhere.says.append(Envelope("A2", ANHUI, "nonsense", {}))

    tick()

    faults = db.session.scalars(sa.select(MessageIn.fault).order_by(MessageIn.id)).all()
    assert faults == ["没有找到所答复的申请", "不认识的消息类别"]


def test_a_lost_connection_loses_nothing(arrival: Arrival, elsewhere: Elsewhere) -> None:
    asked_for(arrival)
    elsewhere.reached = False
    tick()
    tick()
    message = db.session.scalars(sa.select(MessageOut)).one()
    assert (message.attempts, message.fault, message.sent_at) == (1, "对方没有应答。", None)
    elsewhere.reached = True
    clock.set_to(clock.now() + dt.timedelta(minutes=5))

    assert tick()["messages"] == 1

    assert [each.reference for each in elsewhere.took] == [message.reference]


def test_without_a_connection_messages_wait(arrival: Arrival) -> None:
    asked_for(arrival)
    tick()

    assert "尚未连接" in db.session.scalars(sa.select(MessageOut.fault)).one()


def test_the_simulation_answers_by_itself(app: Flask, arrival: Arrival) -> None:
    app.config["OTHER_PROVINCES"] = "simulated"
    try:
        asked_for(arrival)
        tick()
        assert arrival.case()["outcome"] == "agreed"
        assert an_arrival(arrival.client).submit(name="张有误", has_record=True).status == 201
    finally:
        app.config["OTHER_PROVINCES"] = "none"


def test_what_is_said_of_a_child_is_sealed(arrival: Arrival) -> None:
    asked_for(arrival)

    raw = db.session.execute(sa.text("SELECT body FROM message_out")).scalar_one()

    assert "周沐阳".encode() not in bytes(raw)


# ── a child goes ─────────────────────────────────────────────────────────────────────────────────────────────────────


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

    while matter.case()["status"] != "closed":
        assert matter.decide().status == 200

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

    while matter.case()["status"] != "closed":
        assert matter.decide().status == 200

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

    while matter.case()["status"] != "closed":
        assert matter.decide().status == 200

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
