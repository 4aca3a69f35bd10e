"""No page of any duty offers a link or a button that leads nowhere."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from flask import Flask

from app.cases.models import RouteStep
from app.database import db
from app.processes.recruitment.models import Plan
from tests.hostile.province import a_province
from tests.support import factories
from tests.support.client import PASSWORD, Client
from tests.support.single_school_case import a_matter
from tests.walking import shape_of, walk_as


def give_the_plans_a_route() -> None:
    """The province's plans were put there without their cases having run: let their parties stand on the route."""
    walked = set(db.session.scalars(sa.select(RouteStep.case_id)))
    for plan in db.session.scalars(sa.select(Plan)):
        for position, office in enumerate(() if plan.case_id in walked else (plan.source, plan.school.office)):
            db.session.add(
                RouteStep(
                    case_id=plan.case_id, position=position, key="filing", name="备案", office_id=office.id,
                    duty="approver", reason="招生方案的一方",
                )
            )  # fmt: skip
    db.session.commit()


#: of a kind of page; where links lead does not depend on the database, and once each shows that its statements run
MOST = {"sqlite": 4, "postgresql": 1}


@pytest.mark.timeout(600)
def test_every_link_and_button_of_every_page_leads_somewhere_for_every_duty(
    app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(app.config, "WTF_CSRF_METHODS", set())
    people = [each for each in a_province(client) if each.user is not None]
    give_the_plans_a_route()
    factories.a_student(a_matter(client, grade="16").school, grade="16", name="周小满", graduated=True)

    most = MOST[db.engine.dialect.name]
    walks = [walk_as(app, each.user, PASSWORD, each.role, most) for each in people]

    assert {name: said for walk in walks for name, said in walk.faults.items()} == {}
    for walk, person in zip(walks, people, strict=True):
        if person.duty in ("operator", "approver"):
            assert len(walk.shapes) > 15, (walk.role, sorted(walk.shapes))
            assert sum(walk.pressed.values()) > 3, (walk.role, walk.pressed)


def test_addresses_of_one_shape_are_told_from_others() -> None:
    assert shape_of("/cases/20261126-000001?cursor=a") == shape_of("/cases/CSJK-7?cursor=b") == "/cases/*?cursor"
    assert shape_of("/apply/suspension") != shape_of("/apply/correction")
