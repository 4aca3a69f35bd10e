"""Who may import, and for whom an import does not exist."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit import AuditEvent
from app.database import db
from app.imports.models import ImportFile, ImportRow
from app.imports.queries import payload_of
from tests.imports.children import KEY, Sender, a_child, filled, sender
from tests.support import factories
from tests.support.client import Client


def a_checked_file(client: Client) -> Sender:
    clerk = sender(client, factories.a_school())
    clerk.send(filled([a_child(name="张三"), a_child(name="李四", guardian__phone="1")]))
    return clerk


@pytest.mark.parametrize("who", ["neighbour school", "superior bureau", "neighbour bureau"])
def test_for_everybody_else_it_does_not_exist(app: Flask, client: Client, who: str) -> None:
    clerk = a_checked_file(client)
    bureau = factories.a_bureau("330106")
    place = {
        "neighbour school": factories.a_school(bureau),
        "superior bureau": bureau,
        "neighbour bureau": factories.a_bureau("330108"),
    }[who]
    stranger, address = sender(client, place).program, f"/imports/{clerk.ids[-1]}"

    answers = [stranger.get(f"{address}{part}") for part in ("", "/rows", "/schools")]
    answers += [stranger.post(f"{address}/{verb}") for verb in ("discard", "failed")]
    answers += [stranger.post(f"{address}/confirm", {"with_warnings": True})]

    assert {(each.status, each.code) for each in answers} == {(404, "E-MISSING")}
    assert stranger.get("/imports").json["items"] == []
    page = Client(app).sign_in(factories.a_user(place, "operator"))
    assert page.get(f"/imports/{clerk.ids[-1]}").status == 404
    assert page.get(f"/imports/{clerk.ids[-1]}/progress").status == 404


@pytest.mark.parametrize("duty", ["approver", "analyst", "auditor", "sysadmin"])
def test_only_operators_import(app: Flask, client: Client, duty: str) -> None:
    clerk = a_checked_file(client)
    other = client.api(factories.a_user(factories.a_school(), duty))

    assert other.get("/imports").status == 403
    assert other.upload(f"/imports?kind={KEY}", filled([a_child()])).status == 403
    assert other.get(f"/imports/{clerk.ids[-1]}").status == 403


def test_a_school_imports_for_itself_only(app: Flask, client: Client) -> None:
    own, other = factories.a_school(), factories.a_school()
    clerk = sender(client, own)

    clerk.send(filled([a_child(school=own.office.name), a_child(school=other.office.code)], school=True))

    assert [row["state"] for row in clerk.rows()] == ["ok", "error"]
    assert clerk.rows("error")[0]["faults"][0]["code"] == "E-SCHOOL"


def test_a_school_is_offered_its_own_stages_and_a_bureau_hears_of_a_wrong_one(app: Flask, client: Client) -> None:
    senior = factories.a_school(stages="senior")
    clerk, bureau = sender(client, senior), sender(client, senior.office.superior)

    bureau.send(filled([a_child(school=senior.office.code)], school=True))

    assert [each["key"] for each in clerk.program.get("/imports/kinds").json["items"]] == ["registration_senior"]
    assert clerk.send(filled([a_child()])).status == 403
    assert bureau.fault()["code"] == "E-STAGE"


def test_numbers_are_sealed_at_rest_and_masked_on_the_screen(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())
    number = factories.a_number()
    wrong = number[:17] + ("1" if number[17] != "1" else "2")

    clerk.send(filled([a_child(main_number=number), a_child(main_number=wrong)]))

    (fault,) = clerk.rows("error")[0]["faults"]
    assert fault["value"] == f"{wrong[:6]}********{wrong[-4:]}"
    db.session.rollback()
    for row in db.session.scalars(sa.select(ImportRow)):
        assert number.encode() not in row.payload
        assert number not in str(row.faults)
    events = db.session.scalars(sa.select(AuditEvent.content)).all()
    assert not [each for each in events if number in each or wrong in each]


def test_what_has_become_a_case_is_forgotten_but_for_the_name(app: Flask, client: Client) -> None:
    clerk = sender(client, factories.a_school())
    clerk.send(filled([a_child(name="张三")]))

    clerk.confirm()

    db.session.rollback()
    [row] = db.session.scalars(sa.select(ImportRow))
    assert payload_of(row.payload) == {"values": {"name": "张三"}}
    assert clerk.rows()[0]["name"] == "张三"
    assert db.session.scalar(sa.select(ImportFile.content)) is None


def test_taking_the_failed_rows_in_full_stands_in_the_audit(app: Flask, client: Client) -> None:
    clerk = a_checked_file(client)
    verbs = sa.select(AuditEvent.verb).order_by(AuditEvent.place)

    clerk.program.post(f"/imports/{clerk.ids[-1]}/failed")
    clerk.confirm()

    db.session.rollback()
    done = [verb for verb in db.session.scalars(verbs) if verb.startswith("imports/")]
    assert done == ["imports/receive", "imports/hand_out", "imports/confirm", "imports/finish"]
