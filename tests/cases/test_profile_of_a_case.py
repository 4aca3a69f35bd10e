"""A case keeps the profile under which it opened: each verb of it is asked by its own rules, not by today's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from flask import Flask

from app.cases.commands import tick
from app.cases.models import Case
from app.database import db
from app.students.models import Student
from tests.processes.lock_postponement.test_locks import at
from tests.processes.registration.test_late import AFTER
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support import factories
from tests.support.arrival_case import an_arrival
from tests.support.client import Client
from tests.support.single_school_case import a_matter

OTHER = {"zj-2010": "zj-now", "zj-now": "zj-2010"}


@contextmanager
def rules_of(app: Flask, profile: str) -> Iterator[None]:
    """New cases open under that profile."""
    before, app.config["PROFILE"] = app.config["PROFILE"], profile
    try:
        yield
    finally:
        app.config["PROFILE"] = before


def test_a_withdrawal_that_today_would_not_open_is_made_true(client: Client, app: Flask) -> None:
    """Under zj-now nobody withdraws from compulsory education; under zj-2010 this child's school had asked."""
    matter = a_matter(client, grade="13")
    assert matter.submit("withdrawal").status == 201

    with rules_of(app, "zj-now"):
        case = matter.finish()
        again = a_matter(client, grade="13").submit("withdrawal")

    assert (case["profile"], case["outcome"], matter.enrolment.standing.value) == ("zj-2010", "agreed", "withdrawn")
    assert again.codes == {"E-RULE-WDR"}, "a new one is asked by the new rules"


@pytest.mark.parametrize("profile", OTHER)
def test_what_the_lock_leaves_to_the_school_is_asked_of_the_cases_own_table(
    client: Client, app: Flask, profile: str
) -> None:
    """The correction of a new pupil's address opened before the lock; after it zj-now leaves it to the school and
    zj-2010 to nobody but the superior.
    """
    at("2026-09-30T23:00:00")
    matter = a_matter(client, grade="11")
    with rules_of(app, profile):
        assert matter.submit("correction").status == 201
    at(AFTER)
    tick()

    with rules_of(app, OTHER[profile]):
        if profile == "zj-now":
            assert matter.decide().json["outcome"] == "agreed"
        else:
            with nothing_changes():
                refused = matter.decide()
            assert refused.codes == {"E-LOCK-01"}

    address = db.session.get_one(Student, matter.child.id, populate_existing=True).particulars.get("address")
    assert (address == "文三路 1 号") is (profile == "zj-now")


def test_a_repair_is_asked_by_the_rules_of_its_case(client: Client, app: Flask) -> None:
    """Under zj-now only children of special education repeat a grade of compulsory education."""
    matter = a_matter(client, grade="13")
    assert matter.submit("repeat").status == 201
    assert matter.decide("send_back").json["status"] == "repairing"

    with rules_of(app, "zj-now"):
        repaired = matter.decide(form={"reason": "身体原因，缺课三个月"})
        assert repaired.status == 200, repaired.text
        case = matter.finish()

    assert (case["outcome"], case["application"]["reason"]) == ("agreed", "身体原因，缺课三个月")


def test_the_case_in_which_another_goes_on_has_its_profile(client: Client, app: Flask) -> None:
    """An arrival of a child who is known here becomes a transfer: zj-now would ask it for its months."""
    arrival = an_arrival(client)
    number = factories.a_number(place="341225")
    assert arrival.submit(main_number=number).status == 201
    factories.a_student(factories.a_school("330212"), name="周沐阳", number=number)

    with rules_of(app, "zj-now"):
        assert arrival.agree_until()["outcome"] == "redirected"

    db.session.rollback()
    assert db.session.scalars(sa.select(Case.profile).where(Case.process_key == "transfer")).all() == ["zj-2010"]
