"""A school that is merged: not while its roster is under way; a filed plan follows it to the successor."""

from __future__ import annotations

from flask import Flask

from app.cases import commands
from tests.processes.recruitment.test_rosters import a_recruiting
from tests.processes.reorganisation.test_reorganisation import Plan
from tests.support import factories
from tests.support.client import Client
from tests.support.transfer_case import staff


def test_a_school_is_not_merged_while_its_roster_is_under_way(client: Client, app: Flask) -> None:
    recruiting = a_recruiting(client)
    recruiting.wants(1)
    recruiting.submit()
    successor = factories.a_school("330106", stages="junior")

    answer = Plan(client, recruiting.school, bureau=recruiting.people["here"]).submit(
        "merger", successor=successor.office.code
    )

    assert answer.codes == {"E-REORG"}
    assert recruiting.number in answer.json["detail"]


def test_a_filed_plan_follows_its_school_to_the_successor(client: Client, app: Flask) -> None:
    recruiting = a_recruiting(client)
    successor = factories.a_school("330106", stages="junior", seats=40)
    bureau = recruiting.people["here"]

    Plan(client, recruiting.school, bureau=bureau).carry_out("merger", successor=successor.office.code)

    recruiting.school, recruiting.people["school"] = successor, staff(successor)
    recruiting.until_pull(2)
    recruiting.agree("pull")
    commands.tick()
    assert recruiting.statuses() == ["registered"] * 2
    assert recruiting.quota() == (2, 0)
