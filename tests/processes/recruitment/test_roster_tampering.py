"""However an analyst draws it: no recruit is directed or registered without the consents of both bureaus."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from app.cases import commands
from app.students.models import Directive, Enrolment
from tests.processes.recruitment.test_roster_directives import registered
from tests.processes.recruitment.test_rosters import Recruiting, a_recruiting
from tests.processes.registration.test_registration import a_graduate, an_entry, named
from tests.processes.registration.test_registration_races import count
from tests.support import factories
from tests.support.client import Client


@pytest.fixture
def recruiting(app: Flask, client: Client) -> Recruiting:
    return a_recruiting(client)


SCHOOL_AGREES = 'id="school_agrees" name="同意" sourceRef="school_outcome" targetRef="{}"'


def test_a_diagram_that_goes_straight_to_the_registration_registers_nobody(
    recruiting: Recruiting, publish_altered: Callable[..., None]
) -> None:
    publish_altered("recruitment_roster", (SCHOOL_AGREES.format("joint"), SCHOOL_AGREES.format("release")))
    recruiting.wants(2)
    recruiting.submit()

    answer = recruiting.decide("school_approval")
    commands.tick()

    assert (answer.status, answer.code) == (422, "E-POLICY")
    assert recruiting.statuses() == ["listed", "listed"]
    assert registered(recruiting) == 0
    assert recruiting.quota() == (0, 0)


def test_a_diagram_that_skips_the_consents_gets_no_directive(
    recruiting: Recruiting, publish_altered: Callable[..., None]
) -> None:
    publish_altered("recruitment_roster", (SCHOOL_AGREES.format("joint"), SCHOOL_AGREES.format("directives")))
    recruiting.wants(2)
    recruiting.submit()
    recruiting.agree("school_approval")

    answer = recruiting.decide("directives")

    assert (answer.status, answer.code) == (422, "E-POLICY")
    assert count(Directive) == 0


def test_a_diagram_that_lets_the_school_confirm_for_the_bureaus_is_refused(
    recruiting: Recruiting, publish_altered: Callable[..., None]
) -> None:
    publish_altered("recruitment_roster", (SCHOOL_AGREES.format("joint"), SCHOOL_AGREES.format("keep_here")))
    recruiting.wants(1)
    recruiting.submit()

    answer = recruiting.decide("school_approval")

    assert (answer.status, answer.code) == (403, "E-OFFICE")
    assert recruiting.statuses() == ["listed"]


def test_a_diagram_that_asks_one_bureau_alone_is_not_told_that_both_agree(
    recruiting: Recruiting, publish_altered: Callable[..., None]
) -> None:
    publish_altered(
        "recruitment_roster",
        (SCHOOL_AGREES.format("joint"), SCHOOL_AGREES.format("here_done")),
        ('sourceRef="here_answered" targetRef="joined"', 'sourceRef="here_answered" targetRef="answers"'),
    )
    recruiting.wants(1)
    recruiting.submit()
    recruiting.agree("school_approval")

    answer = recruiting.decide("confirm_here")

    assert (answer.status, answer.code) == (422, "E-CONSENT")
    assert recruiting.statuses() == ["listed"]


def test_a_child_diagram_that_skips_the_consents_goes_nowhere(
    recruiting: Recruiting, publish_altered: Callable[..., None]
) -> None:
    flow = 'id="to_joint" sourceRef="listed" targetRef="{}"'
    publish_altered("roster_child", (flow.format("joint"), flow.format("register")))
    recruiting.wants(1)
    recruiting.submit()
    recruiting.agree("school_approval")

    answer = recruiting.decide("confirm_here")

    assert (answer.status, answer.code) == (422, "E-STEP")
    assert recruiting.statuses() == ["listed"]


def test_another_process_that_calls_the_verb_registers_nobody(
    client: Client, publish_altered: Callable[..., None]
) -> None:
    publish_altered("registration_stage", ('id="rows/register_graduates"', 'id="rows/register_recruits"'))
    entry = an_entry(client, stages="junior")
    entry.submit([named(a_graduate(factories.a_school("330106")))], "registration_stage", stage="junior")

    answers = [entry.decide(), entry.decide()]

    assert [each.status for each in answers] == [200, 422]
    assert answers[-1].code == "E-POLICY"
    assert count(Enrolment, Enrolment.school_id == entry.school.id) == 0
