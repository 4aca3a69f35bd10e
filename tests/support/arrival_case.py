"""A school that takes in a child from another province, and everybody who decides."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app import clock
from app.schools.models import School
from tests.support import factories
from tests.support.client import Answer, Client
from tests.support.kept import kept
from tests.support.single_school_case import GUARDIAN
from tests.support.transfer_case import Office, staff


@dataclass
class Arrival:
    """A school that takes in a child from another province."""

    client: Client
    school: School
    people: dict[str, Office]
    number: str = ""

    def application(self, **more: Any) -> dict[str, Any]:
        main = more.pop("main_number", None) or factories.a_number(place="341225")
        if more.get("has_record"):
            more = {"national_number": f"G{main}", **more}
        if more.get("national_number") == "":  # nobody knows it
            del more["national_number"]
        return {
            "name": "周沐阳", "sex": "1" if int(main[16]) % 2 else "2",
            "born_on": f"{main[6:10]}-{main[10:12]}-{main[12:14]}", "document_type": "1", "main_number": main,
            "grade": "13", "from_province": "340000", "from_school": "阜南县第一小学",
            "experience": "2023 年 9 月至今在阜南县第一小学就读", "reason": "随父母务工", "guardian": GUARDIAN,
            "signed_on": clock.today().isoformat(), **more,
        }  # fmt: skip

    def submit(self, **more: Any) -> Answer:
        answer = self.client.api(self.people["school"].operator).apply("arrival", self.application(**more))
        if answer.status == 201:
            self.number = answer.json["number"]
        return answer

    def case(self) -> dict[str, Any]:
        return self.client.api(self.people["school"].operator).get(f"/cases/{self.number}").json

    def decide(self, outcome: str = "agree", **more: Any) -> Answer:
        (task,) = self.case()["waiting"]
        who = "school" if task["office"]["code"] == self.school.office.code else "bureau"
        body: dict[str, Any] = {"outcome": outcome, **more}
        if outcome in ("refuse", "send_back"):
            body = {"reason_code": "incomplete_papers", "opinion": "缺原校学籍信息表", **body}
        program = self.client.api(getattr(self.people[who], task["duty"]))
        return program.post(f"/tasks/{task['id']}/decision", body)

    def agree_until(self, key: str | None = None) -> dict[str, Any]:
        while (case := self.case())["status"] != "closed" and case["waiting"][0]["key"] != key:
            answer = self.decide()
            assert answer.status == 200, answer.text
        return case


@kept
def an_arrival(client: Client, superior: str = "330106", **school: Any) -> Arrival:
    place = factories.a_school(superior, **school)
    return Arrival(client, place, {"school": staff(place), "bureau": staff(place.office.superior)})
