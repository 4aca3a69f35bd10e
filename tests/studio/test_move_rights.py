"""Who may move cases: an analyst proposes, another person approves, on pages too; every act stands in the audit."""

from __future__ import annotations

import sqlalchemy as sa

from app import audit
from app.audit import AuditEvent
from app.auditing.labels import PARTICULARS, SUBJECTS, VERBS
from app.database import db
from tests.studio.conftest import Studio
from tests.studio.test_moves import REASON, beyond, decide, propose, proposed
from tests.studio.test_pages import browser, error
from tests.support import factories
from tests.support.client import Client
from tests.support.databases import on_sqlite
from tests.support.transfer_case import Story, a_story

__all__ = ["beyond"]


def test_two_persons_are_needed(studio: Studio, beyond: Story) -> None:
    both = studio.program("both")
    posts = {each["duty"]: str(each["id"]) for each in both.get("/me").json["posts"]}
    body = {"task": "releasing_school", "to": "receiving_school", "reason": REASON}
    answer = both.post(f"/cases/{beyond.number}/moves", body, X_Post=posts["analyst"])
    assert answer.status == 200, answer.text
    move = answer.json["id"]

    own = both.post(f"/moves/{move}/decision", {"outcome": "agree"}, X_Post=posts["publisher"])

    assert (own.status, own.code) == (403, "E-OWN")
    assert decide(studio, move, "analyst").status == 403
    assert propose(studio, beyond, "receiving_school", who="publisher").status == 403
    again = propose(studio, beyond, "receiving_bureau")
    assert (again.code, f"第 {move} 号环节调整待审批" in again.json["detail"]) == ("E-MOVE", True)
    assert decide(studio, move, outcome="send_back").code == "E-INPUT"
    assert decide(studio, move, outcome="send_back", opinion="请写明文号").json["status"] == "returned"
    assert decide(studio, move).code == "E-STALE"
    withdrawn = proposed(studio, beyond, "receiving_bureau")
    assert studio.program("colleague").post(f"/moves/{withdrawn}/withdraw").json["status"] == "withdrawn"
    assert studio.program("analyst").post(f"/moves/{withdrawn}/withdraw").code == "E-STALE"
    assert beyond.waiting()["key"] == "releasing_school"


def test_moves_are_no_matter_of_others(studio: Studio, beyond: Story) -> None:
    move = proposed(studio, beyond, "receiving_school")
    city, province = factories.a_bureau("330100"), factories.a_bureau("330000")
    others = [
        beyond.program("receiving_bureau"),
        beyond.program("releasing_school", "operator"),
        studio.client.api(factories.a_user(city, "publisher")),
        studio.client.api(factories.a_user(city, "analyst")),
        studio.client.api(factories.a_user(province, "auditor")),
        studio.client.api(factories.a_user(province, "approver")),
    ]

    for program in others:
        for path in (f"/moves/{move}", "/moves", f"/cases/{beyond.number}/position"):
            assert program.get(path).status == 403, path
        body = {"task": "releasing_school", "to": "receiving_bureau", "reason": REASON}
        assert program.post(f"/cases/{beyond.number}/moves", body).status == 403
        assert program.post(f"/moves/{move}/decision", {"outcome": "agree"}).status == 403
        assert program.post(f"/moves/{move}/withdraw").status == 403
    assert beyond.waiting()["key"] == "releasing_school"
    assert studio.program("publisher").get("/moves/999").status == 404
    assert decide(studio, 999).status == 404
    assert studio.program("analyst").get("/cases/20260101-000001/position").status == 404


def test_the_position_names_steps_and_offices_and_no_child(studio: Studio, beyond: Story) -> None:
    answer = studio.program("analyst").get(f"/cases/{beyond.number}/position")

    assert answer.status == 200, answer.text
    [waits] = answer.json["waits_at"]
    assert (waits["key"], waits["office"]) == ("releasing_school", beyond.releasing.office.name)
    targets = {each["key"]: each["why_not"] for each in waits["targets"]}
    assert targets["receiving_school"] is None
    assert "尚未" in targets["releasing_bureau"]
    db.session.rollback()
    child = db.session.merge(beyond.child)
    assert child.name not in answer.text
    assert child.main_number not in answer.text
    other = a_story(studio.client)
    assert other.submit().status == 201
    proposed(studio, beyond, "receiving_school")
    listed = studio.program("publisher").get(f"/moves?case={other.number}").json["items"]
    assert listed == []
    [one] = studio.program("publisher").get("/moves").json["items"]
    assert (one["case"], one["task"], one["to"]) == (beyond.number, "releasing_school", "receiving_school")


def test_every_act_stands_in_the_audit_in_chinese(studio: Studio, beyond: Story) -> None:
    decide(studio, proposed(studio, beyond, "receiving_school"))
    decide(
        studio, proposed(studio, beyond, "receiving_bureau", "receiving_school"), outcome="send_back", opinion="不必"
    )
    studio.program("analyst").post(
        f"/moves/{proposed(studio, beyond, 'receiving_bureau', 'receiving_school')}/withdraw"
    )

    told = [each for each in db.session.scalars(sa.select(AuditEvent)) if each.verb.endswith("move")]
    assert {each.verb for each in told} == {
        "studio/propose_move",
        "studio/approve_move",
        "studio/return_move",
        "studio/withdraw_move",
        "cases/move",
    }
    assert {each.verb for each in told} <= VERBS.keys()
    assert {each.subject.partition(":")[0] for each in told} <= SUBJECTS.keys()
    assert {"task", "case", "move"} <= PARTICULARS.keys()
    assert [each.subject for each in told if each.verb == "cases/move"] == [f"case:{beyond.number}"]
    assert list(audit.verify()) == []


@on_sqlite
def test_a_move_goes_through_the_pages(studio: Studio, beyond: Story) -> None:
    analyst, publisher = browser(studio), browser(studio, "publisher")
    assert "没有环节调整" in analyst.get("/studio/running").text
    empty = analyst.get("/studio/running/position?case=")
    assert (empty.status, "请填写办件编号" in empty.text) == (200, True)
    unknown = analyst.get("/studio/running/position?case=20260101-000001")
    assert (unknown.status, bool(error(analyst))) == (404, True)
    place = f"/studio/running/position?case={beyond.number}"
    page = analyst.get(place).text
    assert "由“转出学校核办”调整到“转入学校审核”" in page
    assert "不能调整到的环节" in page
    assert "提出环节调整" not in publisher.get(place).text
    analyst.get(place)
    nowhere = analyst.post("/studio/moves", case=beyond.number, place="", reason=REASON)
    assert (nowhere.status, "请选择要调整到的环节" in error(analyst)) == (422, True)
    chosen = "releasing_school>receiving_school"
    silent = analyst.post("/studio/moves", case=beyond.number, place=chosen, reason=" ")
    assert (silent.status, "请填写调整的原因" in error(analyst)) == (422, True)

    move = str(analyst.post("/studio/moves", case=beyond.number, place=chosen, reason=REASON).location)

    assert "撤回环节调整" in analyst.get(move).text
    assert REASON in publisher.get("/studio/running").text
    publisher.get(move)
    unsaid = publisher.post(f"{move}/decision", outcome="send_back", opinion="")
    assert (unsaid.status, "请填写意见" in error(publisher)) == (422, True)
    assert publisher.post(f"{move}/decision", outcome="agree", opinion="").status == 302
    assert "已调整" in publisher.get(move).text
    assert beyond.waiting()["key"] == "receiving_school"
    official = Client(studio.client.app).sign_in(beyond.people["receiving_school"].approver)
    assert "调整到本环节" in official.get(f"/cases/{beyond.number}").text
    analyst.get(place)
    back = {"case": beyond.number, "place": "receiving_school>receiving_bureau", "reason": REASON}
    second = str(analyst.post("/studio/moves", **back).location)
    assert analyst.post(f"{second}/withdraw").status == 302
    assert "已撤回" in analyst.get(second).text
