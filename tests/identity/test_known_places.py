"""Where somebody has signed in before: what others type beside it counts for them, and its own failures have an end."""

from __future__ import annotations

import datetime as dt

from flask import Flask

from app import clock
from app.identity import rules
from app.identity.models import User
from tests.conftest import MONDAY
from tests.identity.test_lockouts import ELSEWHERE, HOME, attempt, browser, person, sign_in
from tests.support.client import PASSWORD

__all__ = ["person"]


def test_a_program_is_not_kept_out_by_what_is_typed_on_the_page_behind_its_address(app: Flask, person: User) -> None:
    assert attempt(app, person.username, PASSWORD).status == 201
    for _ in range(rules.LOCK_AFTER):
        sign_in(browser(app, ELSEWHERE), person.username, "wrong")

    assert attempt(app, person.username, PASSWORD).status == 201
    assert "账号已锁定" in sign_in(browser(app, ELSEWHERE), person.username).text, "the page stays locked"


def test_from_a_known_place_too_nobody_tries_more_than_the_ceiling_in_a_day(app: Flask, person: User) -> None:
    for address in (ELSEWHERE, HOME):
        assert attempt(app, person.username, PASSWORD, address=address).status == 201
    for number in range(rules.CEILING):
        clock.set_to(MONDAY + number // rules.LOCK_AFTER * dt.timedelta(minutes=31))
        assert attempt(app, person.username).code in ("E-PASSWORD", "E-LOCKED")
    clock.set_to(MONDAY + dt.timedelta(hours=8))

    refused = attempt(app, person.username, PASSWORD)

    assert (refused.status, refused.code) == (423, "E-RESTRICTED")
    assert attempt(app, person.username, PASSWORD, address=HOME).status == 201, "elsewhere the owner comes in"
    clock.set_to(MONDAY + dt.timedelta(hours=30))
    assert attempt(app, person.username, PASSWORD).status == 201
