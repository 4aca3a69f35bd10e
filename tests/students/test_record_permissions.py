"""Whoever reads a child's record is offered on its page exactly what would be accepted from them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.identity.models import User
from app.students.models import Standing
from tests.support import factories
from tests.support.client import Client
from tests.support.papers import a_picture, sent
from tests.support.single_school_case import Matter, a_matter
from tests.walking import local, nothing_stays


def acts_on(child: int) -> list[tuple[str, Callable[[], dict[str, Any]]]]:
    """What a record's page offers, with what is sent."""
    return [
        (f"/students/{child}/unmask", dict),
        (f"/students/{child}/photo", lambda: {"photo": sent(("照片.jpg", a_picture(size=(400, 500))))[0]}),
        (f"/students/{child}/proofs", lambda: {"purpose": "办理户口"}),
        (f"/students/{child}/contest", lambda: {"kind": "no_number", "explanation": "户口簿与学籍不符"}),
    ]


def readers_of(matter: Matter) -> dict[str, User]:
    """The school, its bureau, those above it, and a school beside it."""
    people = {f"{who} {duty}": getattr(matter.people[who], duty) for who in matter.people for duty in DUTIES}
    for code in ("330100", "330000"):
        people |= {f"{code} {duty}": factories.a_user(factories.a_bureau(code), duty) for duty in DUTIES}
    return {**people, "another school": factories.a_user(factories.a_school("330106"), "operator")}


DUTIES = ("operator", "approver")


@pytest.mark.parametrize("standing", [Standing.ACTIVE, Standing.SUSPENDED, Standing.DROPPED_OUT, Standing.WITHDRAWN])
def test_a_record_offers_what_would_be_accepted_and_nothing_else(client: Client, standing: Standing) -> None:
    matter = a_matter(client, standing=standing)
    wrong, offers = [], 0

    for who, user in readers_of(matter).items():
        page = Client(client.app).sign_in(user)
        opened = page.get(f"/students/{matter.child.id}").status == 200
        forms = page.page.xpath("//form[@method='post']") if opened else []
        offered = {local(form.get("action"), "/") for form in forms}
        for address, typed in acts_on(matter.child.id):
            with nothing_stays():
                answered = page.post(address, **typed()).status
            if (address in offered) is not (answered in (200, 302)):
                wrong.append(f"{who}: {address} {'offered' if address in offered else 'not offered'}, {answered}")
            offers += address in offered

    assert not wrong, "\n".join(wrong)
    assert offers
