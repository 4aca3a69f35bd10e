"""Publishing: a diagram that does not hold together is refused, and the one before it stays."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask import Flask

import workflows
from app.database import db, transaction
from app.definitions import operations
from app.definitions.operations import NotPublishable
from app.definitions.queries import current_version
from tests.support.databases import on_sqlite
from tests.support.single_school_case import Matter

SOURCES = Path(operations.__file__).resolve().parents[2]


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of one process, to be drawn otherwise."""
    for shelf in ("bpmn", "forms"):
        shutil.copytree(SOURCES / shelf / "suspension", tmp_path / shelf / "suspension")
    monkeypatch.setattr(operations, "SOURCES", tmp_path)
    return tmp_path / "bpmn" / "suspension" / "suspension.bpmn"


def publish() -> list[str]:
    with transaction():
        return operations.publish_changed("分析员", lambda _compiled_version: [])


@on_sqlite
def test_a_diagram_that_cannot_end_is_refused(app: Flask, shelf: Path) -> None:
    before = current_version("suspension").number
    drawn = shelf.read_text("utf-8")
    lost = '<bpmn:sequenceFlow id="to_done" sourceRef="effect" targetRef="school_approval" />'
    flow = '<bpmn:sequenceFlow id="to_done" sourceRef="effect" targetRef="done" />'
    assert flow in drawn
    shelf.write_text(drawn.replace(flow, lost), "utf-8")

    with pytest.raises(NotPublishable) as refused:
        publish()

    db.session.rollback()
    assert refused.value.code == "E-PUBLISH"
    assert current_version("suspension").number == before


@on_sqlite
def test_what_holds_is_published_once(app: Flask, shelf: Path) -> None:
    shelf.write_text(shelf.read_text("utf-8").replace("核对材料，负责人审核。", "核对材料。"), "utf-8")

    assert publish() == ["suspension"]
    assert publish() == []


def test_a_diagram_that_leads_nowhere_is_told_to_whoever_decides(
    matter: Matter, monkeypatch: pytest.MonkeyPatch
) -> None:

    matter.submit("suspension")

    def broken(*_args: object, **_more: object) -> None:
        raise workflows.RunBroken("没有可走的分支")

    monkeypatch.setattr(workflows, "complete", broken)
    answer = matter.decide()

    assert (answer.status, answer.code) == (422, "E-RUN")
    assert "没有可走的分支" in answer.json["detail"]
    assert matter.waiting()["key"] == "school_approval"
