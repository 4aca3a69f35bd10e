"""试运行 of what is shipped: processes begin with their own forms, and changes of a child go the whole way."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask

from app import clock
from tests.processes.registration.test_registration import a_row
from tests.studio.conftest import Studio
from tests.studio.test_rehearsals import everything
from tests.support import factories
from tests.support.databases import on_sqlite
from tests.support.single_school_case import Matter

SHOWN = {"suspension": "active", "correction": "active", "resumption": "suspended", "return_to_school": "dropped_out"}


def to_the_end(studio: Studio, draft: int, body: dict[str, Any]) -> dict[str, Any]:
    """Whoever waits gives the first outcome that the task offers."""
    outcomes: list[str] = []
    for _ in range(12):
        answer = studio.program("analyst").post(f"/drafts/{draft}/rehearse", {**body, "outcomes": outcomes})
        assert answer.status == 200, answer.text
        found: dict[str, Any] = answer.json
        assert found["refused"] == [], found["refused"]
        if found["outcome"] or found["takes_effect_on"]:
            return found
        outcomes.append(found["waiting"][0]["outcomes"][0]["outcome"])
    raise AssertionError("no end")


@on_sqlite
@pytest.mark.parametrize("key", SHOWN)
def test_a_change_of_an_invented_child_goes_the_whole_way(studio: Studio, matter: Matter, key: str) -> None:
    application = {name: each for name, each in matter.application(key).items() if name != "student"}
    if key == "resumption":
        application["grade"] = "13"
    proofs = studio.program("analyst").get(f"/processes/{key}/versions/1").json["forms"].get("proofs", [])
    child = {"at": "applicant", "grade": "13", "standing": SHOWN[key]}
    body = {"applicant": {"kind": "school", "stage": "primary"}, "child": child, "application": application}
    draft = studio.draft(key)

    found = to_the_end(studio, draft, {**body, "papers": [each["kind"] for each in proofs]})

    assert found["outcome"] == "agreed", found
    assert found["changes"]


@on_sqlite
def test_what_is_agreed_to_for_a_later_day_waits_for_it_and_takes_effect(studio: Studio, matter: Matter) -> None:
    application = {**matter.application("withdrawal"), "leaves_on": "=day+3"}
    application.pop("student")
    draft = studio.draft("withdrawal")
    child = {"at": "applicant", "grade": "32", "standing": "active"}
    body = {"applicant": {"kind": "school", "stage": "senior"}, "child": child, "application": application}
    body["papers"] = ["guardian_application"]

    found = to_the_end(studio, draft, body)

    assert (found["takes_effect_on"], found["outcome"]) == ("2026-11-26", None)
    steps = [*({"outcome": "agree"} for _ in found["played"]), {"waits": True}]
    after = studio.program("analyst").post(f"/drafts/{draft}/rehearse", {**body, "outcomes": steps}).json
    assert after["outcome"] == "agreed", after["refused"]
    assert after["changes"] == ["演练生：退学，自 2026-11-26 起"]
    assert clock.today() == dt.date(2026, 11, 23)  # for everybody else


def test_a_list_is_registered_in_its_season_and_kept_with_it(app: Flask, studio: Studio, matter: Matter) -> None:
    draft = studio.draft("registration_primary")
    row = {**a_row(), "household_division": "330106"}
    row["born_on"], row["main_number"] = "2021-03-05", factories.a_number(dt.date(2021, 3, 5))
    row["sex"] = "1" if int(row["main_number"][16]) % 2 else "2"
    body: dict[str, Any] = {
        "applicant": {"kind": "school"},
        "application": {"entry_year": "=school_year+0"},
        "row": row,
    }

    today = studio.program("analyst").post(f"/drafts/{draft}/rehearse", {**body, "outcomes": []}).json
    assert today["refused"]  # in November nobody is registered
    before = everything(app)
    found = to_the_end(studio, draft, {**body, "on": "09-07"})
    assert {name for name, each in everything(app).items() if before[name] != each} <= {"sign_in"}

    assert (found["outcome"], found["today"]) == ("agreed", "2027-09-07"), found
    assert [each.split("：")[1] for each in found["changes"]] == ["小学新生注册，自 2027-09-07 起"]
    steps = [{"task": each["task"], "outcome": each["outcome"]} for each in found["played"]]
    script = {**found["script"], "steps": steps}
    kept = studio.program("analyst").post(f"/drafts/{draft}/scenarios", {"name": "新生", **script})
    assert kept.status == 201, kept.text
    assert '"on": "09-07"' in studio.text(draft, "scenario-1.scenario")
    assert studio.program("analyst").post(f"/drafts/{draft}/scenarios/run").json["items"][0]["passed"]
