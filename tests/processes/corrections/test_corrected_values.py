"""What a correction says is checked as the same field of a registration is: by its list, and by the day's divisions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.single_school_case import Matter, matter

__all__ = ["matter"]
FORMS = Path(__file__).parents[3] / "forms"


@pytest.mark.parametrize("process", ["key_correction", "locked_correction"])
def test_an_ethnic_group_that_there_is_not_is_refused(matter: Matter, process: str) -> None:
    refused = matter.submit(process, ethnic_group="99")

    assert (refused.status, refused.codes) == (422, {"E-INPUT"})
    assert [each["field"] for each in refused.json["objections"]] == ["ethnic_group"]
    assert matter.submit(process, ethnic_group="98").status == 201, "of the list, though of no group"


def test_an_address_in_a_division_of_the_past_is_refused_after_the_lock_too(matter: Matter) -> None:
    def corrected(address: str) -> dict[str, Any]:
        return {"student": matter.child.id, "address": address, "proof": "户口簿首页", "reason": "录入错误"}

    refused = matter.submit("locked_correction", corrected("杭州市下城区文晖路1号"))

    assert (refused.status, refused.codes) == (422, {"E-DIVISION"})
    assert "现为拱墅区" in refused.json["detail"]
    assert matter.submit("locked_correction", corrected("杭州市拱墅区文晖路1号")).status == 201


def test_every_form_asks_for_a_group_a_county_and_an_address_alike() -> None:
    forms = [path for path in sorted(FORMS.glob("*/*.json")) if path.stem not in ("proofs", "reasons")]
    asked = {
        (path.relative_to(FORMS).as_posix(), name): part
        for path in forms
        for name, part in json.loads(path.read_text("utf-8"))["properties"].items()
    }
    groups = {place: len(part.get("oneOf", ())) for place, part in asked.items() if place[1].endswith("ethnic_group")}
    addresses = {place: part.get("format") for place, part in asked.items() if place[1].endswith("address")}
    counties = {place: part.get("format") for place, part in asked.items() if place[1].endswith("division")}

    assert set(groups.values()) == {58}, groups
    assert set(addresses.values()) == {"cn-address"}, addresses
    assert set(counties.values()) == {"cn-division"}, counties
    assert min(len(groups), len(addresses), len(counties)) > 10
