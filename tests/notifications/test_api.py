"""Webhooks for programs: the verbs of the pages, within the jurisdiction, and never a secret."""

from __future__ import annotations

from typing import Any

import orjson
from flask import Flask

from app.notifications.commands import work_on_pushes
from app.notifications.rules import WAITS
from tests.notifications.test_pushes import SECRET, delivery, later
from tests.support import factories
from tests.support.client import Client, Program
from tests.support.mail_servers import Pushes
from tests.support.transfer_case import Story


def administrator(app: Flask, code: str) -> Program:
    return Client(app).api(factories.a_user(factories.a_bureau(code), "sysadmin"))


def put(program: Program, path: str, **body: Any) -> Any:
    return program.put(path, orjson.dumps(body), Content_Type="application/json")


def test_an_address_is_set_changed_tried_and_its_dead_letters_sent_again(
    app: Flask, submitted: Story, pushes: tuple[Pushes, str]
) -> None:
    taken, url = pushes
    program, office = administrator(app, "330212"), submitted.releasing.office
    body = {"office": office.code, "address": url, "secret": SECRET, "kinds": ["urge", "result"]}

    made = program.post("/webhooks", body)

    assert made.status == 201, made.text
    assert (made.json["office"]["code"], made.json["enabled"]) == (office.code, True)
    assert program.post("/webhooks", body).code == "E-WEBHOOK", "one for each office"
    path = f"/webhooks/{made.json['id']}"
    assert SECRET not in program.get("/webhooks").text + program.get(path).text
    assert program.post(f"{path}/try").status == 204
    assert work_on_pushes() == 1
    assert len(taken.taken) == 1
    [sent] = program.get(f"{path}/deliveries").json["items"]
    assert (sent["kind"], sent["attempts"], bool(sent["sent_at"])) == ("test", 1, True)
    assert program.post(f"{path}/deliveries/{sent['id']}/again").code == "E-DELIVERY"
    changed = put(program, path, address="https://127.0.0.1:9/nobody", kinds=["urge"])
    assert changed.json["kinds"] == ["urge"]
    program.post(f"{path}/try")
    for wait in (*WAITS, WAITS[-1]):
        work_on_pushes()
        later(seconds=wait.total_seconds() + 60)
    program = administrator(app, "330212")
    [dead] = program.get(f"{path}/deliveries?dead=true").json["items"]
    assert dead["failed_at"]
    assert program.post(f"{path}/deliveries/{dead['id']}/again").status == 204
    assert delivery().failed_at is None
    assert put(program, path, address=url, kinds=["urge"], enabled=False).json["enabled"] is False


def test_the_neighbour_and_other_duties_set_nothing(app: Flask, submitted: Story, pushes: tuple[Pushes, str]) -> None:
    office = submitted.releasing.office
    body = {"office": office.code, "address": pushes[1], "secret": SECRET, "kinds": ["urge"]}
    path = f"/webhooks/{administrator(app, '330212').post('/webhooks', body).json['id']}"
    neighbour = administrator(app, "330106")
    assert neighbour.post("/webhooks", body).codes == {"E-INPUT"}
    assert neighbour.get("/webhooks").json["items"] == []
    for answer in (
        neighbour.get(path), put(neighbour, path, address=pushes[1], kinds=["urge"]), neighbour.post(f"{path}/try"),
        neighbour.get(f"{path}/deliveries"), neighbour.post(f"{path}/deliveries/1/again"),
    ):  # fmt: skip
        assert answer.status == 404
    assert submitted.program("releasing_school").get("/webhooks").code == "E-ALLOW"
    faults = administrator(app, "330212").post("/webhooks", {**body, "address": "ftp://x", "secret": "short"})
    assert {each["field"] for each in faults.json["objections"]} == {"address", "secret"}
