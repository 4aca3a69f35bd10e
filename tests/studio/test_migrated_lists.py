"""Cases about lists go over too: before their decision, while the worker is at their rows, and after."""

from __future__ import annotations

import pytest

from app.cases import operations
from app.cases.commands import work_on_migrations
from app.cases.models import Batch, Case
from app.cases.operations.batches import work_chunk
from app.database import db, transaction
from app.errors import Stale
from tests.processes.registration.test_registration import a_row, an_entry
from tests.studio.conftest import Studio
from tests.studio.test_migrations import Publish, current_number, decide, progress

KEY = "registration_primary"


@pytest.fixture(autouse=True)
def _later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows are left to the worker: nobody works the first of them with the decision."""

    def left(_case_id: int, size: int = 0) -> bool:
        raise Stale()

    monkeypatch.setattr(operations, "work_chunk", left)


def test_a_list_that_is_being_worked_goes_on_in_the_other_version(studio: Studio, publish_altered: Publish) -> None:
    entry = an_entry(studio.client)
    submitted = entry.submit([a_row(name=name) for name in ("陈小满", "李小雪", "周小寒")])
    assert submitted.status == 201, submitted.text
    while db.session.query(Batch).one().released_at is None:
        assert entry.decide("agree").status == 200
        db.session.rollback()
    case_id = db.session.query(Case).one().id
    with transaction():
        assert work_chunk(case_id, size=1), "rows are waiting"
    publish_altered(KEY, ('name="逐名办理完毕"', 'name="名单逐名办毕"'))
    to = current_number(KEY)
    program = studio.program("analyst")

    answer = program.post(f"/processes/{KEY}/migrations", {"from": 1, "to": to, "reason": "改名"})
    assert answer.status == 200, answer.text
    assert decide(studio, answer.json["id"]).status == 200
    work_on_migrations()

    assert progress(studio, answer.json["id"]) == {"moved": 1}, program.get(
        f"/migrations/{answer.json['id']}/cases"
    ).text
    while True:
        with transaction():
            if not work_chunk(case_id, size=1):
                break
    db.session.rollback()
    case = db.session.get_one(Case, case_id)
    assert (case.status, case.outcome, case.version.number) == ("closed", "agreed", to)
    assert db.session.query(Batch).one().worked == 3


def test_a_list_whose_verb_is_no_more_stays(studio: Studio, publish_altered: Publish) -> None:
    entry = an_entry(studio.client)
    submitted = entry.submit([a_row(name="陈小满")])
    assert submitted.status == 201, submitted.text
    while db.session.query(Batch).one().released_at is None:
        assert entry.decide("agree").status == 200
        db.session.rollback()
    publish_altered(KEY, ("rows/register_new", "rows/register_graduates"))

    answer = studio.program("analyst").post(
        f"/processes/{KEY}/migrations", {"from": 1, "to": current_number(KEY), "rehearse": True}
    )

    assert answer.status == 200, answer.text
    [said] = answer.json["rehearsal"]["items"]
    assert (said["verdict"], said["detail"]) == ("cannot", "名单正在办理，新版本没有办理名单的这项操作")
