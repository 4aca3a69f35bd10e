"""The catalogue: versions with what runs on them, export, import of hostile archives, writing back to the folders."""

from __future__ import annotations

import io
import shutil
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.settings import SOURCES
from tests.studio.conftest import Studio
from tests.studio.test_publishing import FILE, decide, proposed
from tests.support import factories
from tests.support.client import apart
from tests.support.databases import on_sqlite
from tests.support.single_school_case import Matter
from tests.support.transfer_case import Story

FORM = b'{"type": "object", "properties": {}}'


def packed(*files: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return raw.getvalue()


def fetched(studio: Studio, path: str, who: str = "analyst") -> bytes:
    """A file, as bytes."""
    program = studio.program(who)
    response = apart(program.http.get, f"/api/v1{path}", headers=program.headers)
    assert response.status_code == 200, response.get_data(as_text=True)
    return bytes(response.get_data())


def test_a_version_says_who_when_why_and_how_many_cases_run_on_it(studio: Studio, matter: Matter) -> None:
    assert matter.submit("class_change").status == 201
    _draft, proposal = proposed(studio)
    decide(studio, proposal)
    matter.child = factories.a_student(matter.school, name="李一诺")
    assert matter.submit("class_change").status == 201

    new, old = studio.program("publisher").get("/processes/class_change/versions").json["items"]

    assert [(each["number"], each["open_cases"], each["current"]) for each in (new, old)] == [
        (2, 1, True),
        (1, 1, False),
    ]
    assert (new["note"], new["drawn_by"]) == ("改名", studio.people["analyst"].name)
    assert (old["note"], old["drawn_by"], old["published_by"]) == (None, None, "系统")
    one = studio.program("analyst").get("/processes/class_change/versions/2").json
    assert "班级调整" in one["files"][FILE]
    assert one["forms"]["application"]["type"] == "object"
    assert one["open_cases"] == 1


def test_a_running_case_stays_on_its_version(studio: Studio, matter: Matter) -> None:
    number = matter.submit("class_change").json["number"]
    _draft, proposal = proposed(studio)
    decide(studio, proposal)

    assert matter.program("school").get(f"/cases/{number}").json["version"] == 1


def test_what_is_exported_comes_back_equal(studio: Studio) -> None:
    archive = fetched(studio, "/processes/transfer/versions/1/export")
    names = zipfile.ZipFile(io.BytesIO(archive)).namelist()
    assert "bpmn/transfer/transfer.bpmn" in names
    assert "forms/transfer/application.json" in names
    draft = studio.program("analyst").post("/drafts", {"key": "copied", "name": "甲"}).json["id"]

    answer = studio.program("analyst").upload(f"/drafts/{draft}/import", archive)

    assert answer.status == 200, answer.text
    for name in names:
        last = name.rsplit("/", 1)[-1]
        assert studio.text(draft, last).encode() == (SOURCES / name).read_bytes(), name
        assert fetched(studio, f"/processes/transfer/versions/1/files/{last}") == (SOURCES / name).read_bytes()
    again = zipfile.ZipFile(io.BytesIO(fetched(studio, f"/drafts/{draft}/export")))
    assert {name.rsplit("/", 1)[-1] for name in names} < {name.rsplit("/", 1)[-1] for name in again.namelist()}


def _link() -> zipfile.ZipInfo:
    info = zipfile.ZipInfo("application.json")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    return info


HOSTILE: dict[str, tuple[Any, str]] = {
    "no archive": (b"PK nothing", "不是 ZIP 压缩包"),
    "nothing": (packed(), "没有流程图"),
    "a path upwards": (packed(("../../etc/a.json", FORM)), "路径"),
    "a path from the top": (packed(("/etc/a.json", FORM)), "路径"),
    "a path of Windows": (packed(("..\\..\\a.json", FORM)), "路径"),
    "a drive": (packed(("C:/a.json", FORM)), "路径"),
    "a link": (packed((_link(), b"/etc/passwd")), "链接"),
    "another file": (packed(("a.exe", b"MZ")), "结尾"),
    "a name twice": (packed(("bpmn/a.json", FORM), ("forms/a.json", FORM)), "两次"),
    "a DOCTYPE": (packed(("a.bpmn", b"<!DOCTYPE x><definitions/>")), "DOCTYPE"),
    "too much of one": (packed(("a.json", b" " * 300_000)), "过大"),
    "a bomb": (packed(*((f"a{number}.bpmn", b" " * 999_999) for number in range(20))), "展开后"),
    "too many": (packed(*((f"a{number}.json", FORM) for number in range(200))), "最多"),
}


@pytest.mark.parametrize("case", HOSTILE)
@on_sqlite
def test_a_hostile_archive_changes_nothing(studio: Studio, case: str) -> None:
    raw, said = HOSTILE[case]
    draft = studio.draft()
    before = studio.program("analyst").get(f"/drafts/{draft}").json

    answer = studio.program("analyst").upload(f"/drafts/{draft}/import", raw)

    assert answer.status == 422, answer.text
    assert said in " ".join(each["detail"] for each in answer.json["objections"])
    assert studio.program("analyst").get(f"/drafts/{draft}").json == before


@on_sqlite
def test_what_systems_put_beside_the_files_is_passed_over(studio: Studio) -> None:
    draft = studio.draft()
    raw = packed(("甲/.DS_Store", b"x"), ("__MACOSX/甲/._a.json", b"x"), ("甲/extra.json", FORM))

    answer = studio.program("analyst").upload(f"/drafts/{draft}/import", raw)

    assert "extra.json" in [each["name"] for each in answer.json["files"]]


def test_the_catalogue_is_no_matter_of_schools(studio: Studio, story: Story) -> None:
    program = story.program("receiving_school", "operator")

    for path in ("/versions", "/versions/1", f"/versions/1/files/{FILE}", "/versions/1/export"):
        assert program.get(f"/processes/class_change{path}").status == 403
        assert studio.program("analyst").get(f"/processes/nothing{path}").status == 404
    assert studio.program("analyst").get("/processes/class_change/versions/9").status == 404
    assert studio.program("analyst").get("/processes/class_change/versions/1/files/nothing.bpmn").status == 404


# ── writing back ─────────────────────────────────────────────────────────────────────────────────────────────────────


@on_sqlite
def test_what_is_shipped_is_written_back_as_it_is(app: Flask, studio: Studio, tmp_path: Path) -> None:
    for shelf in ("bpmn", "forms"):
        shutil.copytree(SOURCES / shelf, tmp_path / shelf)

    done = app.test_cli_runner().invoke(args=["definitions", "export", "--to", str(tmp_path)])

    assert (done.exit_code, done.output) == (0, "")


@on_sqlite
def test_what_was_published_is_written_back(app: Flask, studio: Studio, tmp_path: Path) -> None:
    draft, _proposal = proposed(studio)
    studio.program("analyst").put(f"/drafts/{draft}/files/extra.json", FORM)
    again = studio.program("analyst").post(f"/drafts/{draft}/propose", {"note": "x"}).json["id"]
    assert decide(studio, again).status == 200
    (tmp_path / "bpmn/class_change").mkdir(parents=True)
    (tmp_path / "bpmn/class_change/gone.dmn").write_text("x")

    done = app.test_cli_runner().invoke(args=["definitions", "export", "class_change", "--to", str(tmp_path)])

    assert done.exit_code == 0, done.output
    assert "班级调整" in (tmp_path / "bpmn/class_change" / FILE).read_text("utf-8")
    assert (tmp_path / "forms/class_change/extra.json").exists()
    assert not (tmp_path / "bpmn/class_change/gone.dmn").exists()
    assert not (tmp_path / "bpmn/transfer").exists()
    wrong = app.test_cli_runner().invoke(args=["definitions", "export", "nothing", "--to", str(tmp_path)])
    assert (wrong.exit_code, "没有已发布的流程" in wrong.output) == (1, True)
