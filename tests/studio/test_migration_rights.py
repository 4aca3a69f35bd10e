"""Who may migrate running cases: an analyst proposes, another person starts; every act stands in the audit."""

from __future__ import annotations

import sqlalchemy as sa

from app import clock
from app.audit import AuditEvent
from app.auditing.labels import PARTICULARS, SUBJECTS, VERBS
from app.cases.commands import work_on_migrations
from app.cases.models import PreReview
from app.database import db
from tests.studio.conftest import Studio
from tests.studio.test_migrations import (
    OTHER_DAYS,
    Publish,
    begin,
    current_number,
    decide,
    migrated,
    proposed,
    renamed_school_step,
)
from tests.support import factories
from tests.support.transfer_case import Story


def test_two_persons_are_needed(studio: Studio, submitted: Story, publish_altered: Publish) -> None:
    publish_altered("transfer", OTHER_DAYS)
    both = studio.program("both")
    posts = {each["duty"]: str(each["id"]) for each in both.get("/me").json["posts"]}
    answer = both.post(
        "/processes/transfer/migrations",
        {"from": 1, "to": current_number(), "reason": "法规修订"},
        X_Post=posts["analyst"],
    )
    assert answer.status == 200, answer.text
    path = f"/migrations/{answer.json['id']}/decision"

    own = both.post(path, {"outcome": "agree"}, X_Post=posts["publisher"])

    assert (own.status, own.code) == (403, "E-OWN")
    assert studio.program("analyst").post(path, {"outcome": "agree"}).status == 403
    assert begin(studio, current_number(), who="publisher", reason="法规修订").status == 403
    assert begin(studio, current_number(), reason="又一次").code == "E-MIGRATION"
    assert decide(studio, answer.json["id"], outcome="send_back").code == "E-INPUT"
    assert decide(studio, answer.json["id"], outcome="send_back", opinion="请写明文号").json["status"] == "returned"
    assert decide(studio, answer.json["id"]).code == "E-STALE"
    work_on_migrations()
    assert submitted.case()["version"] == 1


def test_a_migration_is_no_matter_of_others(studio: Studio, submitted: Story, publish_altered: Publish) -> None:
    publish_altered("transfer", OTHER_DAYS)
    migration = proposed(studio, current_number())
    city = factories.a_user(factories.a_bureau("330100"), "publisher")

    for program, status in ((submitted.program("receiving_bureau"), 403), (studio.client.api(city), 404)):
        for path in (f"/migrations/{migration}", f"/migrations/{migration}/cases"):
            assert program.get(path).status == status, path
        assert program.post(f"/migrations/{migration}/decision", {"outcome": "agree"}).status == status
        assert program.post(f"/migrations/{migration}/undo", {"reason": "x"}).status == status
    assert studio.client.api(city).get("/migrations").json["items"] == []
    assert studio.program("publisher").get("/migrations/999").status == 404
    assert studio.program("publisher").post("/migrations/999/undo", {"reason": "x"}).status == 404
    assert begin(studio, 77, rehearse=True).status == 404
    assert begin(studio, 1, rehearse=True).code == "E-INPUT"
    assert begin(studio, current_number(), rehearse=True, mapping={"nothing": "pull"}).code == "E-INPUT"


def test_every_act_stands_in_the_audit_in_chinese(studio: Studio, submitted: Story, publish_altered: Publish) -> None:
    publish_altered("transfer", OTHER_DAYS)
    migration = migrated(studio, current_number())
    studio.program("publisher").post(f"/migrations/{migration}/undo", {"reason": "新版本有误"})
    work_on_migrations()

    events = db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.at, AuditEvent.place)).all()
    told = [each for each in events if "migrat" in each.verb]
    assert {each.verb for each in told} == {
        "studio/propose_migration",
        "studio/start_migration",
        "cases/migrate",
        "studio/finish_migration",
        "studio/undo_migration",
        "cases/undo_migration",
    }
    assert {each.verb for each in told} <= VERBS.keys()
    assert {each.subject.split(":")[0] for each in told} <= SUBJECTS.keys()
    assert {"migration", "version", "process"} <= PARTICULARS.keys()
    assert [each.subject for each in told if each.verb.startswith("cases/")] == [f"case:{submitted.number}"] * 2


def test_whoever_has_pre_reviewed_a_step_does_not_decide_it_as_another_one(
    studio: Studio, submitted: Story, publish_altered: Publish
) -> None:
    renamed_school_step(publish_altered)
    who, task = submitted.people["receiving_school"].operator.id, submitted.waiting()["id"]
    mapping = {"receiving_school": "school_of_arrival"}
    db.session.add(PreReview(task_id=task, user_id=who, recommendation="agree", opinion="", at=clock.now()))
    db.session.commit()

    refused = begin(studio, current_number(), reason="法规修订", mapping=mapping)

    assert (refused.status, refused.code) == (422, "E-MIGRATION"), "no case can move"
