"""Cases of recruiting beyond the own area: a school, the bureaus that decide, and their people by office code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.schools.models import School
from tests.support import factories
from tests.support.client import Answer, Client, Program
from tests.support.transfer_case import Office, staff


@dataclass
class Recruiting:
    """One school, and whoever is asked."""

    client: Client
    school: School
    people: dict[str, Office] = field(default_factory=dict)
    number: str = ""

    @property
    def code(self) -> str:
        return str(self.school.office.code)

    def at(self, code: str) -> Office:
        """The people of that office."""
        if code not in self.people:
            place = self.school.office if code == self.code else factories.a_bureau(code)
            self.people[code] = staff(place)
        return self.people[code]

    def program(self, code: str, duty: str = "operator") -> Program:
        return self.client.api(getattr(self.at(code), duty))

    def submit(self, process: str, application: dict[str, Any], by: str | None = None) -> Answer:
        body = {"process": process, "application": application}
        answer = self.program(by or self.code).post("/cases", body)
        if answer.status == 201:
            self.number = answer.json["number"]
        return answer

    def case(self) -> dict[str, Any]:
        """As its applicant sees it: every open task with its office."""
        applicant = self.code if self.code in self.people else next(iter(self.people))
        return self.program(applicant).get(f"/cases/{self.number}").json

    @property
    def waits(self) -> list[str]:
        return [task["key"] for task in self.case()["waiting"]]

    def task(self, key: str) -> dict[str, Any]:
        return next(task for task in self.case()["waiting"] if task["key"] == key)

    def decide(self, key: str, outcome: str = "agree", **more: Any) -> Answer:
        """The office at whose desk that task lies decides it."""
        task = self.task(key)
        body: dict[str, Any] = {"outcome": outcome, **more}
        if outcome in ("refuse", "send_back"):
            body = {"reason_code": "incomplete_papers", "opinion": "缺招生计划文件", **body}
        return self.program(task["office"]["code"], task["duty"]).post(f"/tasks/{task['id']}/decision", body)

    def agree(self, *keys: str) -> Recruiting:
        for key in keys:
            answer = self.decide(key)
            assert answer.status == 200, answer.text
        return self


def a_plan(client: Client, superior: str = "330106", *, source: str = "330108", **school: Any) -> Recruiting:
    """A school with ten seats of each cohort that wants children of the source area; the source's bureau exists."""
    factories.a_bureau(source)
    return Recruiting(client, factories.a_school(superior, **{"stages": "senior", **school}))


def asked_for(source: str = "330108", **more: Any) -> dict[str, Any]:
    """An acceptable application on the house's clock (23 November 2026)."""
    return {
        "source": source,
        "stage": "senior",
        "entry_year": 2026,
        "cap": 6,
        "closes_on": "2026-12-20",
        "basis": "杭教招〔2026〕8 号",
        **more,
    }
