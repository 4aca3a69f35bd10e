"""Two records that may be one child's, and everybody who has a say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from app.students.models import Student
from tests.support import factories
from tests.support.client import Answer, Client
from tests.support.single_school_case import Matter, a_matter
from tests.support.transfer_case import Office, staff


@dataclass
class Doubt:
    """A child's record, perhaps another one, and everybody who has a say."""

    matter: Matter
    other: Student
    people: dict[str, Office] = field(default_factory=dict)  # by the office's code

    def mark(self, **more: Any) -> Answer:
        body = {"kind": "same_person", "explanation": "两校均有该生学籍", "other": self.named(), **more}
        body = {name: value for name, value in body.items() if value is not None}
        return self.matter.program("school").post(f"/students/{self.matter.child.id}/contest", body)

    def named(self) -> dict[str, str]:
        return {"main_number": self.other.main_number, "name": self.other.name}

    def submit(self, remedy: str, *, told: bool = True, **more: Any) -> Answer:
        proof = {"explanation": "经公安机关核实。", "proof": "户籍证明 12 号"}
        application = {"student": self.matter.child.id, "remedy": remedy, **proof, **more}
        return self.matter.submit("contested_record", application, told=told)

    def tasks(self) -> dict[str, Any]:
        return {each["key"]: each for each in self.matter.case()["waiting"]}

    def decide(self, key: str, outcome: str = "agree") -> Answer:
        task = self.tasks()[key]
        body = {"outcome": outcome}
        if outcome in ("refuse", "send_back"):
            body |= {"reason_code": "incomplete_papers", "opinion": "证据不足"}
        person = getattr(self.people[task["office"]["code"]], task["duty"])
        return self.matter.client.api(person).post(f"/tasks/{task['id']}/decision", body)

    def agree_until(self, key: str | None = None) -> list[str]:
        """Everybody agrees, whichever desk comes first; the keys in their order."""
        walked: list[str] = []
        while (waiting := self.tasks()) and key not in waiting:
            walked.append(next(iter(waiting)))
            assert self.decide(walked[-1]).status == 200
        return walked


def a_doubt(client: Client, other: str | None = "330106", *, same_school: bool = False, **more: Any) -> Doubt:
    """A child, and another record under a school of that bureau (or of the same school)."""
    matter = a_matter(client)
    there = matter.school if same_school else factories.a_school(other or "330106")
    twin = factories.a_student(there, name="陈思远", **more)
    people = {
        matter.school.office.code: matter.people["school"],
        matter.school.office.superior.code: matter.people["bureau"],
    }
    offices = [there.office, there.office.superior, factories.a_bureau("330100"), factories.a_bureau("330000")]
    for office in offices:
        if office.code not in people:
            people[office.code] = staff(office)
    return Doubt(matter, twin, people)
