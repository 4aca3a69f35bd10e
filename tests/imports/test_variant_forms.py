"""Where a school's bureau has a variant of the process, a workbook is read by the form of that variant's rows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from app import clock
from app.database import db
from app.definitions import queries as definitions
from app.definitions.models import Process, ProcessVariant, ProcessVersion
from app.divisions.models import Office
from tests.imports.children import KEY, a_child, filled, sender
from tests.support import factories
from tests.support.client import Client

COUNTY, NEIGHBOUR, CITY = "330106", "330105", "330100"
ASKED = "former_name"


@pytest.fixture
def asks_more(app: Flask) -> Iterator[Office]:
    """A county whose variant, based on another version of the province, asks for one field more of each child."""
    definitions._compiled_versions.clear()
    bureau = factories.a_bureau(COUNTY)
    current = db.session.get_one(Process, KEY).current
    assert current is not None
    row = current.forms["row"]
    version = ProcessVersion(
        process_key=KEY,
        number=1,
        checksum="c" * 64,
        files=current.files,
        forms={**current.forms, "row": {**row, "required": [*row["required"], ASKED]}},
        published_at=clock.now(),
        published_by="county",
        office_id=bureau.id,
        based_on_id=current.id,
    )
    line = ProcessVariant(process_key=KEY, office_id=bureau.id, current_id=0)
    db.session.add(line)
    db.session.flush()
    db.session.add(version)
    db.session.flush()
    line.current_id = version.id
    db.session.commit()
    yield bureau
    definitions._compiled_versions.clear()


def test_a_school_of_the_county_is_asked_by_the_form_on_which_its_case_opens(client: Client, asks_more: Office) -> None:
    own, other = factories.a_school(COUNTY, seats=30), factories.a_school(NEIGHBOUR, seats=30)
    clerk, neighbour = sender(client, own), sender(client, other)

    assert clerk.send(filled([a_child(name="张三"), a_child(name="王五", **{ASKED: "王伍"})])).status == 201
    assert neighbour.send(filled([a_child(name="李四")])).status == 201

    assert clerk.file()["counts"] == {"ok": 1, "warning": 0, "error": 1, "skipped": 0, "imported": 0}
    [row] = clerk.rows("error")
    assert [(each["field"], each["code"]) for each in row["faults"]] == [(ASKED, "E-INPUT")]
    assert neighbour.file()["counts"]["ok"] == 1
    [kind] = [each for each in clerk.program.get("/imports/kinds").json["items"] if each["key"] == KEY]
    assert ASKED in kind["form"]["required"]
    [kind] = [each for each in neighbour.program.get("/imports/kinds").json["items"] if each["key"] == KEY]
    assert ASKED not in kind["form"]["required"]
    assert clerk.confirm().status == 200
    assert clerk.file()["counts"]["imported"] == 1


def test_a_bureau_that_imports_for_several_schools_has_each_row_asked_by_its_own_form(
    client: Client, asks_more: Office
) -> None:
    own, other = factories.a_school(COUNTY, seats=30), factories.a_school(NEIGHBOUR, seats=30)
    clerk = sender(client, factories.a_bureau(CITY))
    rows = [a_child(name="张三", school=own.office.code), a_child(name="李四", school=other.office.code)]

    assert clerk.send(filled(rows, school=True)).status == 201

    assert [(each["name"], each["faults"][0]["field"]) for each in clerk.rows("error")] == [("张三", ASKED)]
    assert clerk.file()["counts"]["ok"] == 1
