"""The province's analysts and publishers, and drafts of theirs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from app.definitions import queries as definitions
from tests.studio.county_studio import COUNTY, NEIGHBOUR, Variants
from tests.support import factories
from tests.support.client import Client, Program
from tests.support.kept import kept


@dataclass
class Studio:
    """Who draws and who publishes; `program` speaks for each of them."""

    client: Client
    people: dict[str, Any]

    def program(self, who: str) -> Program:
        return self.client.api(self.people[who])

    def draft(self, key: str = "class_change", who: str = "analyst") -> int:
        """A draft of a published process."""
        answer = self.program(who).post("/drafts", {"process": key})
        assert answer.status == 201, answer.text
        return int(answer.json["id"])

    def text(self, draft: int, name: str) -> str:
        return self.program("analyst").get(f"/drafts/{draft}/files/{name}").text

    def edit(self, draft: int, name: str, old: str, new: str, who: str = "analyst") -> Any:
        """Replace a piece of a file."""
        program = self.program(who)
        read = program.get(f"/drafts/{draft}/files/{name}")
        assert old in read.text
        return program.put(f"/drafts/{draft}/files/{name}", read.text.replace(old, new).encode(), If_Match=read.etag)


@pytest.fixture
def studio(app: Flask, client: Client) -> Iterator[Studio]:
    """The province's department with two analysts, two publishers and one who is both."""
    definitions._compiled_versions.clear()  # a database begins anew, and gives an id again that was known before
    yield Studio(client, the_department(client))
    definitions._compiled_versions.clear()


@kept
def the_department(_client: Client) -> dict[str, Any]:
    province = factories.a_bureau("330000")
    duties = {"analyst": "analyst", "colleague": "analyst", "publisher": "publisher", "other": "publisher"}
    people = {who: factories.a_user(province, duty) for who, duty in duties.items()}
    people["both"] = factories.a_post(factories.a_user(province, "analyst"), province, "publisher")
    return people


@pytest.fixture
def variants(studio: Studio) -> Variants:
    """A county with an analyst and a publisher, and another county with the same."""
    people: dict[str, Any] = {
        "provincial_analyst": studio.people["analyst"],
        "provincial_publisher": studio.people["publisher"],
    }
    for prefix, code in (("", COUNTY), ("neighbour_", NEIGHBOUR)):
        bureau = factories.a_bureau(code)
        people[f"{prefix}analyst"] = factories.a_user(bureau, "analyst")
        people[f"{prefix}publisher"] = factories.a_user(bureau, "publisher")
    factories.a_bureau("330212")
    both = factories.a_user(factories.a_bureau(COUNTY), "analyst")
    people["both"] = factories.a_post(both, factories.a_bureau(COUNTY), "publisher")
    return Variants(studio.client, people)
