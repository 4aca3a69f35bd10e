"""Doors: every one has its guard, and none appears or vanishes unseen."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.conftest import make_app
from tests.house.routes import FILE, routes, rules

DESCRIBES = {"interface.index", "interface.openapi"}  # the description itself


@pytest.fixture(scope="module")
def house() -> Flask:
    """The application; no database is asked."""
    return make_app("sqlite://")


def test_every_view_says_who_may_call_it(house: Flask) -> None:
    open_doors = [rule.rule for rule in rules(house) if not getattr(house.view_functions[rule.endpoint], "allowed", ())]

    assert not open_doors, f"without allow(…) from app.access: {open_doors}"


def test_every_address_and_who_may_call_it_stands_in_routes_txt(house: Flask) -> None:
    written = FILE.read_text("utf-8").splitlines()

    assert written == routes(house), (
        "an address or its guard has changed: see that it is meant, then `python -m tests.house.routes`"
    )


def test_every_call_of_the_programming_interface_describes_itself(house: Flask) -> None:
    silent = [
        rule.rule
        for rule in rules(house)
        if rule.rule.startswith("/api/")
        and rule.endpoint not in DESCRIBES
        and not hasattr(house.view_functions[rule.endpoint], "operation")
    ]

    assert not silent, f"without @operation(…), so absent from OpenAPI: {silent}"
