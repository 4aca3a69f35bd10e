"""The small province of a soak: schools and bureaus, their people, the children whom several schools want."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from app import clock
from tests.processes.registration.test_registration import a_graduate, a_row
from tests.support import factories
from tests.support.arrival_case import Arrival
from tests.support.client import Client

SEATS = 25  # of the cohort that everybody registers into


@dataclass
class Person:
    """Whom a client speaks as."""

    username: str
    office: str
    duty: str


@dataclass
class Province:
    """What the clients know of it; nothing here is read from the database while they run."""

    people: list[Person] = field(default_factory=list)
    schools: list[str] = field(default_factory=list)  # primary schools, by code
    enrolled: list[dict[str, Any]] = field(default_factory=list)  # children who may be transferred
    newcomers: list[dict[str, Any]] = field(default_factory=list)  # rows of six-year-olds nobody knows
    arrivals: list[dict[str, Any]] = field(default_factory=list)  # applications of children from elsewhere
    graduates: list[dict[str, str]] = field(default_factory=list)  # rows of a roster
    recruiting: str = ""  # the school that recruits from outside
    filing: str = ""

    def of(self, duty: str, offices: set[str] | None = None) -> list[Person]:
        return [each for each in self.people if each.duty == duty and (offices is None or each.office in offices)]


def build(client: Client, moment: dt.datetime) -> Province:
    """Four primary schools under three bureaus, a junior school that recruits, all their people."""
    clock.set_to(moment)
    there = Province()
    schools = [factories.a_school(superior, seats=SEATS) for superior in ("330106", "330106", "330108", "330212")]
    junior = factories.a_school("330106", stages="junior", seats=20, ownership="private")
    offices = {each.office.code: each.office for each in (*schools, junior)}
    offices |= {each.superior.code: each.superior for each in offices.values() if each.superior}
    for code, office in offices.items():
        for duty in ("operator", "approver", "approver"):
            user = factories.a_user(office, duty)
            there.people.append(Person(user.username, code, duty))
    there.schools = [each.office.code for each in schools]
    for place, school in enumerate(schools):
        for number in range(8):
            child = factories.a_student(school, grade=("12", "13", "14")[number % 3], name=f"吴{'甲乙丙丁'[place]}")
            there.enrolled.append(factories.an_application(child, school))
    there.newcomers = [a_row(name=f"陈{'思远明华'[n % 4]}") for n in range(90)]
    arrival = Arrival(client, schools[0], {})
    for _ in range(20):
        number = factories.a_number(place="341225")
        there.arrivals.append(arrival.application(main_number=number, name="周沐阳"))
    for known in there.enrolled[:6]:  # whom the province knows: these become transfers
        there.arrivals.append(arrival.application(main_number=known["main_number"], name=known["name"]))
    there.recruiting, origin = junior.office.code, factories.a_school("330212")
    there.filing = str(factories.a_filed_plan(junior, "330212", cap=30).number)
    for _ in range(30):
        child = a_graduate(origin)
        there.graduates.append({"main_number": child.main_number, "name": child.name})
    return there
