"""Drafts, proposals and switched processes go into a backup and come back, sealed as they were."""

from __future__ import annotations

from pathlib import Path

from flask import Flask

from app import audit
from tests.backup.test_backup import contents
from tests.studio.conftest import Studio
from tests.studio.test_publishing import FILE, decide, proposed
from tests.support.backups import into_sqlite, run
from tests.support.client import Client
from tests.support.databases import on_sqlite


@on_sqlite
@into_sqlite
def test_a_proposal_that_waits_is_approved_after_a_restore(studio: Studio, tmp_path: Path, empty_house: Flask) -> None:
    _draft, first = proposed(studio)
    decide(studio, first)
    draft = studio.draft()
    studio.edit(draft, FILE, 'name="班级调整"', 'name="分班"')
    waiting = studio.program("analyst").post(f"/drafts/{draft}/propose", {"note": "改名"}).json["id"]
    studio.program("publisher").post("/processes/suspension/off", {"reason": "等待新规定"})
    file, before = tmp_path / "backup.zip", contents()
    assert run(studio.client.app, "backup", file)[0] == 0

    code, said = run(empty_house, "restore", file)

    assert code == 0, said
    with empty_house.app_context():
        assert contents() == before
        assert list(audit.verify()) == []
        studio.client = Client(empty_house)
        assert decide(studio, waiting).json["version"] == 3
        assert studio.program("publisher").post("/processes/suspension/on").json["off"] is False
