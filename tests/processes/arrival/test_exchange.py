"""Other provinces: records asked for and sent through a boundary, by messages that outlive a lost connection."""

from __future__ import annotations

import datetime as dt

import pytest
import sqlalchemy as sa
from flask import Flask

from app import audit, clock
from app.cases.commands import tick
from app.database import db
from app.exchange.adapters import ANSWER, RECEIVED, REQUEST, Envelope
from app.exchange.models import MessageIn, MessageOut
from app.students.models import Archive, Student
from tests.cases.test_races import count
from tests.support import factories
from tests.support.arrival_case import Arrival, an_arrival
from tests.support.client import Client
from tests.support.other_provinces import ANHUI, Elsewhere


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


def test_the_record_has_come_and_the_seat_has_gone(arrival: Arrival, elsewhere: Elsewhere) -> None:
    asked_for(arrival)
    tick()
    factories.the_quota(arrival.school, "13").total = 0
    db.session.commit()
    elsewhere.answer(answer="agreed")
    tick()
    assert waiting(arrival) == "await_seat"
    factories.the_quota(arrival.school, "13").total = 1
    db.session.commit()

    assert arrival.decide().json["outcome"] == "agreed"


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
