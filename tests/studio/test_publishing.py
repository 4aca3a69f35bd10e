"""Publishing in four eyes: an analyst proposes, another person publishes or returns; nothing forbidden goes through."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit import AuditEvent
from app.auditing.labels import PARTICULARS, SUBJECTS, VERBS
from app.database import db
from app.definitions.models import Process, ProcessVersion
from app.start import publish
from app.studio.models import Proposal
from tests.studio.conftest import Studio
from tests.support import factories
from tests.support.databases import on_sqlite

FILE = "class_change.bpmn"


def proposed(studio: Studio, who: str = "analyst", new: str = "班级调整") -> tuple[int, int]:
    """A draft in which the process is called otherwise, and its proposal."""
    draft = studio.draft(who=who)
    assert studio.edit(draft, FILE, 'name="调班"', f'name="{new}"', who=who).status == 200
    answer = studio.program(who).post(f"/drafts/{draft}/propose", {"note": "改名"})
    assert answer.status == 201, answer.text
    return draft, int(answer.json["id"])


def decide(studio: Studio, proposal: int, who: str = "publisher", outcome: str = "agree", opinion: str = "") -> Any:
    return studio.program(who).post(f"/proposals/{proposal}/decision", {"outcome": outcome, "opinion": opinion})


def numbers(key: str = "class_change") -> list[int]:
    asked = sa.select(ProcessVersion.number).where(ProcessVersion.process_key == key).order_by(ProcessVersion.number)
    return list(db.session.scalars(asked))


def test_what_another_person_approves_is_the_next_version(studio: Studio) -> None:
    draft, proposal = proposed(studio)

    answer = decide(studio, proposal)

    assert answer.status == 200, answer.text
    assert (answer.json["status"], answer.json["version"]) == ("approved", 2)
    db.session.expire_all()
    version = db.session.scalars(sa.select(ProcessVersion).where(ProcessVersion.number == 2)).one()
    assert db.session.get_one(Process, "class_change").current_id == version.id
    assert db.session.get_one(Process, "class_change").name == "班级调整"
    people = studio.people
    assert (version.drawn_by, version.published_by, version.note) == (
        people["analyst"].name,
        people["publisher"].name,
        "改名",
    )
    assert studio.program("analyst").get(f"/drafts/{draft}").status == 404
    assert studio.program("analyst").get("/drafts").json["items"] == []


def test_the_start_of_the_system_leaves_what_was_drawn_here(studio: Studio) -> None:
    _draft, proposal = proposed(studio)
    decide(studio, proposal)

    assert publish() == []

    assert db.session.get_one(Process, "class_change").name == "班级调整"
    assert numbers() == [1, 2]


def test_every_act_stands_in_the_audit_in_chinese(studio: Studio) -> None:
    draft, proposal = proposed(studio)
    decide(studio, proposal, outcome="send_back", opinion="请写明依据")
    second = studio.program("analyst").post(f"/drafts/{draft}/propose", {"note": "依据某文"}).json["id"]
    studio.program("analyst").post(f"/proposals/{second}/withdraw")
    third = studio.program("analyst").post(f"/drafts/{draft}/propose", {"note": "依据某文"}).json["id"]
    decide(studio, third)

    events = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.verb.startswith("studio/"))).all()
    verbs = [each.verb.removeprefix("studio/") for each in sorted(events, key=lambda each: each.place)]
    assert verbs == ["create_draft", "propose", "return", "propose", "withdraw", "propose", "publish"]
    assert {each.verb for each in events} <= VERBS.keys()
    assert {each.subject.split(":")[0] for each in events} <= SUBJECTS.keys()
    assert {"process", "version", "draft"} <= PARTICULARS.keys()


# ── who ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_nobody_approves_what_they_proposed_or_edited_in_whichever_post(studio: Studio) -> None:
    both = studio.program("both")
    posts = {each["duty"]: str(each["id"]) for each in both.get("/me").json["posts"]}
    _draft, proposal = proposed(studio, who="both")
    assert decide(studio, proposal, who="both").status == 403

    body = {"outcome": "agree"}
    answer = both.post(f"/proposals/{proposal}/decision", body, X_Post=posts["publisher"])

    assert (answer.status, answer.code) == (403, "E-OWN")
    edited = studio.draft()
    assert studio.edit(edited, FILE, 'name="调班"', 'name="甲"', who="both").status == 200
    other = studio.program("colleague").post(f"/drafts/{edited}/propose", {"note": "改名"}).json["id"]
    assert both.post(f"/proposals/{other}/decision", body, X_Post=posts["publisher"]).code == "E-OWN"
    returned = {"outcome": "send_back", "opinion": "不妥"}
    assert both.post(f"/proposals/{other}/decision", returned, X_Post=posts["publisher"]).code == "E-OWN"
    assert numbers() == [1]


def test_an_analyst_approves_nothing_and_a_publisher_proposes_nothing(studio: Studio) -> None:
    draft, proposal = proposed(studio)

    assert decide(studio, proposal, who="analyst").status == 403
    assert decide(studio, proposal, who="colleague").status == 403
    assert studio.program("publisher").post(f"/drafts/{draft}/propose", {"note": "x"}).status == 403
    assert studio.program("publisher").post(f"/proposals/{proposal}/withdraw").status == 403


def test_to_an_official_of_a_county_or_a_school_there_are_no_proposals(studio: Studio) -> None:
    _draft, proposal = proposed(studio)
    bureau, school = factories.a_bureau("330106"), factories.a_school()
    for place, duties in ((bureau, ("approver",)), (school, ("operator", "publisher"))):
        for duty in duties:
            program = studio.client.api(factories.a_user(place, duty))
            assert program.get("/proposals").status == 403
            assert program.get(f"/proposals/{proposal}").status == 403
            assert program.post(f"/proposals/{proposal}/decision", {"outcome": "agree"}).status == 403
    for duty in ("publisher", "analyst"):  # who have drafts of their own bureau
        program = studio.client.api(factories.a_user(bureau, duty))
        assert program.get("/proposals").json["items"] == []
        assert program.get(f"/proposals/{proposal}").status == 404
        assert program.post(f"/proposals/{proposal}/withdraw").status == (403 if duty == "publisher" else 404)
    assert decide(studio, 999).status == 404
    assert numbers() == [1]


# ── what forbids it ──────────────────────────────────────────────────────────────────────────────────────────────────


def test_with_an_error_in_it_a_draft_cannot_be_proposed(studio: Studio) -> None:
    draft = studio.draft()
    studio.program("analyst").delete(f"/drafts/{draft}/files/repair.json", If_Match="*")

    answer = studio.program("analyst").post(f"/drafts/{draft}/propose", {"note": "x"})

    assert answer.status == 422
    assert answer.codes == {"E-FINDING"}
    assert "没有表单 repair.json" in answer.json["detail"]


def test_what_is_like_the_current_version_cannot_be_proposed(studio: Studio) -> None:
    draft = studio.draft()

    assert studio.program("analyst").post(f"/drafts/{draft}/propose", {"note": "x"}).code == "E-UNCHANGED"
    assert studio.program("analyst").post(f"/drafts/{draft}/propose", {"note": " "}).code == "E-INPUT"
    assert studio.program("analyst").post(f"/drafts/{draft}/propose", {}).code == "E-INPUT"


def test_a_draft_that_was_edited_since_is_not_published(studio: Studio) -> None:
    draft, proposal = proposed(studio)
    studio.edit(draft, FILE, 'name="班级调整"', 'name="分班"')

    answer = decide(studio, proposal)

    assert (answer.status, answer.code) == (422, "E-DRAFT-CHANGED")
    assert numbers() == [1]
    studio.edit(draft, FILE, 'name="分班"', 'name="班级调整"')
    assert decide(studio, proposal).status == 200, "as it was proposed"


def test_a_draft_behind_a_newer_version_is_not_published_and_not_proposed(studio: Studio) -> None:
    _one, first = proposed(studio)
    second_draft, second = proposed(studio, who="colleague", new="分班")
    assert decide(studio, first).status == 200

    answer = decide(studio, second)

    assert (answer.status, answer.code) == (422, "E-NEWER")
    assert "第 2 版" in answer.json["detail"]
    again = studio.program("colleague").post(f"/drafts/{second_draft}/propose", {"note": "x"})
    assert again.code == "E-NEWER"
    assert numbers() == [1, 2]


def test_what_became_forbidden_meanwhile_is_not_published(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    _draft, proposal = proposed(studio)
    monkeypatch.setattr("app.studio.queries.lanes.faults_of_published", lambda _version: ["某项新规定"])

    answer = decide(studio, proposal)

    assert (answer.status, answer.codes) == (422, {"E-FINDING"})
    assert "某项新规定" in answer.json["detail"]


def test_returning_needs_an_opinion_and_leaves_the_draft(studio: Studio) -> None:
    draft, proposal = proposed(studio)

    assert decide(studio, proposal, outcome="send_back").code == "E-INPUT"
    answer = decide(studio, proposal, outcome="send_back", opinion="请写明依据")

    assert (answer.json["status"], answer.json["opinion"]) == ("returned", "请写明依据")
    assert studio.program("analyst").get(f"/drafts/{draft}").json["proposal"] is None
    assert decide(studio, proposal).code == "E-STALE"


def test_proposing_anew_takes_the_place_of_what_waited(studio: Studio) -> None:
    draft, first = proposed(studio)
    studio.edit(draft, FILE, 'name="班级调整"', 'name="分班"')

    second = studio.program("analyst").post(f"/drafts/{draft}/propose", {"note": "再改"}).json["id"]

    waiting = studio.program("publisher").get("/proposals?status=open").json["items"]
    assert [each["id"] for each in waiting] == [second]
    assert decide(studio, first).code == "E-STALE"
    assert decide(studio, second).status == 200


def test_deleting_a_draft_withdraws_its_proposal(studio: Studio) -> None:
    draft, proposal = proposed(studio)
    studio.program("analyst").delete(f"/drafts/{draft}")

    assert studio.program("publisher").get(f"/proposals/{proposal}").json["status"] == "withdrawn"
    assert decide(studio, proposal).code == "E-STALE"


def test_a_version_is_restored_as_a_new_draft_and_published_under_a_new_number(studio: Studio) -> None:
    _draft, proposal = proposed(studio)
    decide(studio, proposal)

    restored = studio.program("analyst").post("/drafts", {"process": "class_change", "version": 1}).json
    assert (restored["base"], restored["source"]) == (2, 1)
    again = studio.program("analyst").post(f"/drafts/{restored['id']}/propose", {"note": "恢复原名"}).json["id"]
    assert decide(studio, again).json["version"] == 3

    db.session.expire_all()
    assert db.session.get_one(Process, "class_change").name == "调班"
    assert publish() == []
    assert numbers() == [1, 2, 3]


def test_a_published_version_and_what_was_proposed_never_change(studio: Studio) -> None:
    _draft, proposal = proposed(studio)
    decide(studio, proposal)

    for model, values in (
        (ProcessVersion, {"note": "x"}),
        (ProcessVersion, {"drawn_by": "x"}),
        (Proposal, {"files": {}}),
    ):
        with pytest.raises(sa.exc.DBAPIError):
            db.session.execute(sa.update(model).values(**values))
        db.session.rollback()
    with pytest.raises(sa.exc.DBAPIError):
        db.session.execute(sa.update(Proposal).values(status="open"))
    db.session.rollback()


# ── races ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def at_once(*acts: Any) -> list[Any]:
    """Do all of them at the same time; what each answered."""
    answers: list[Any] = [None] * len(acts)
    ready = threading.Barrier(len(acts))

    def run(place: int) -> None:
        ready.wait()
        answers[place] = acts[place]()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return answers


def test_two_publishers_at_once_publish_one_version(app: Flask, studio: Studio) -> None:
    _draft, proposal = proposed(studio)
    programs = [studio.program(who) for who in ("publisher", "other")]

    answers = at_once(
        *(lambda each=each: each.post(f"/proposals/{proposal}/decision", {"outcome": "agree"}) for each in programs)
    )

    assert sorted(each.status for each in answers) == [200, 409]
    assert numbers() == [1, 2]


def test_a_draft_edited_while_it_is_approved_loses_nothing(app: Flask, studio: Studio) -> None:
    draft, proposal = proposed(studio)
    analyst, publisher = studio.program("analyst"), studio.program("publisher")
    path = f"/drafts/{draft}/files/{FILE}"
    read = analyst.get(path)
    text = read.text.replace("班级调整", "分班").encode()

    saved, approved = at_once(
        lambda: analyst.put(path, text, If_Match=read.etag),
        lambda: publisher.post(f"/proposals/{proposal}/decision", {"outcome": "agree"}),
    )

    # one of the two came first: either the edit is told that the draft is gone, or the publisher that it was edited
    assert (saved.status, approved.status) in {(404, 200), (200, 422)}, (saved.text, approved.text)
    assert numbers() == ([1, 2] if approved.status == 200 else [1])


def test_two_proposals_of_one_process_at_once_publish_one_version(app: Flask, studio: Studio) -> None:
    _one, first = proposed(studio)
    _two, second = proposed(studio, who="colleague", new="分班")
    one, other = studio.program("publisher"), studio.program("other")

    answers = at_once(
        lambda: one.post(f"/proposals/{first}/decision", {"outcome": "agree"}),
        lambda: other.post(f"/proposals/{second}/decision", {"outcome": "agree"}),
    )

    assert sorted(each.status for each in answers) == [200, 422]
    assert numbers() == [1, 2]


@on_sqlite
def test_the_outcome_is_one_of_two(studio: Studio) -> None:
    _draft, proposal = proposed(studio)

    assert decide(studio, proposal, outcome="refuse").code == "E-INPUT"
    assert decide(studio, proposal, opinion="x" * 2001).code == "E-INPUT"
