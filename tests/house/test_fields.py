"""A field of the student has one list: forms and the table of the lock say what `app/students/fields.json` says."""

from __future__ import annotations

from tests.house.fields import FORMS, written
from tests.house.sources import TOP


def test_the_list_has_been_written_into_forms_and_table() -> None:
    stale = [path.relative_to(TOP).as_posix() for path, text in written() if text != path.read_text("utf-8")]

    assert not stale, f"run make fields: {stale}"
    assert len(FORMS) > 5
