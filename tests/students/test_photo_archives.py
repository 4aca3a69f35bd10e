"""Archives of photos as people make them: a folder around the pictures, a directory that lies, a busy database."""

from __future__ import annotations

from typing import Any

import pytest

from app.database import db
from app.students.operations import photos as photo_operations
from app.web.zip_archives import entries_of
from tests.students.test_photos import photos, reader, school, upload, upload_all
from tests.support.papers import a_picture, a_zip
from tests.support.single_school_case import Matter

__all__ = ["school"]


def named(*names: str) -> list[tuple[str, str]]:
    """What becomes of files of these names in one archive."""
    archive = a_zip(**dict.fromkeys(names, b"x"))
    return [(each.name, each.fault) for each in entries_of(archive, field="archive")]


def test_one_folder_around_the_pictures_is_what_windows_makes_by_itself(school: Matter) -> None:
    number, clerk = school.child.main_number, reader(school)
    stray = dict.fromkeys(("__MACOSX/二年级1班/._a.jpg", "二年级1班/Thumbs.db", "二年级1班/._a.jpg"), b"x")

    page = upload_all(clerk, a_zip(**{f"二年级1班/{number}.jpg": a_picture(size=(800, 1000))}, **stray))

    assert "共 1 个文件，收下 1 张" in page.text
    assert photos() == [school.child.id]


def test_a_folder_is_no_part_of_the_names_and_a_way_out_of_it_is_refused() -> None:
    told = "文件须直接放在压缩包中，或都放在同一个文件夹中"

    assert named("照片/一班/a.jpg", "照片/一班/b.jpg") == [("a.jpg", ""), ("b.jpg", "")]
    assert named("照片\\a.jpg") == [("a.jpg", "")]
    assert named("一班/a.jpg", "二班/b.jpg") == [("一班/a.jpg", told), ("二班/b.jpg", told)]
    assert named("../a.jpg") == [("../a.jpg", told)]
    assert named("/etc/a.jpg") == [("/etc/a.jpg", told)]


def test_an_archive_whose_directory_points_before_its_start_is_a_fault_of_the_file() -> None:
    honest = a_zip(**{"a.jpg": b"x" * 100})
    place = honest.index(b"PK\x01\x02")
    pointing = honest[: place + 42] + (0xFFFFFFF0).to_bytes(4, "little") + honest[place + 46 :]
    end = honest.rindex(b"PK\x05\x06")
    before = honest[: end + 16] + (0xFFFFFF).to_bytes(4, "little") + honest[end + 20 :]

    for content in (pointing, before):
        assert [each.fault for each in entries_of(content, field="archive")] == ["文件已损坏"]


def test_pictures_are_unpacked_before_anybodys_writing_waits(school: Matter, monkeypatch: pytest.MonkeyPatch) -> None:
    writing: list[bool] = []
    make = photo_operations.portrait

    def watched(content: bytes) -> bytes:
        raw: Any = db.session.connection().connection.dbapi_connection
        writing.append(bool(getattr(raw, "in_transaction", False)))
        return make(content)

    monkeypatch.setattr(photo_operations, "portrait", watched)
    upload_all(reader(school), a_zip(**{f"{school.child.main_number}.jpg": a_picture(size=(800, 1000))}))
    upload(reader(school), school, a_picture(size=(800, 1000)))

    assert writing == [False, False]
    assert photos() == [school.child.id]
