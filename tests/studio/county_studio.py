"""A county that draws a variant of the transfer, its neighbour, and the province."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.support.client import Answer, Client, Program
from tests.support.variants import Step, with_step

FILE = "transfer.bpmn"
STEP = Step("f_rb_agree", "lane_receiving_bureau")
COUNTY, NEIGHBOUR = "330106", "330105"


@dataclass
class Variants:
    """The county's analyst and publishers, the neighbour's, the province's."""

    client: Client
    people: dict[str, Any]

    def program(self, who: str) -> Program:
        return self.client.api(self.people[who])

    def drawn(self, step: Step = STEP, who: str = "analyst", form: str | None = "receiving_bureau.json") -> int:
        """A draft with a further step and its form."""
        program = self.program(who)
        answer = program.post("/drafts", {"process": "transfer"})
        assert answer.status == 201, answer.text
        draft = int(answer.json["id"])
        self.draw(draft, step, who)
        if form is not None:
            text = program.get(f"/drafts/{draft}/files/{form}").text
            saved = program.put(f"/drafts/{draft}/files/{step.key}.json", text.encode(), If_None_Match="*")
            assert saved.status == 200, saved.text
        return draft

    def draw(self, draft: int, step: Step, who: str = "analyst") -> None:
        read = self.program(who).get(f"/drafts/{draft}/files/{FILE}")
        self.put(draft, with_step(read.text, step), who)

    def put(self, draft: int, text: str, who: str = "analyst", name: str = FILE) -> None:
        saved = self.program(who).put(f"/drafts/{draft}/files/{name}", text.encode(), If_Match="*")
        assert saved.status == 200, saved.text

    def replace(self, draft: int, old: str, new: str, name: str = FILE) -> None:
        text = self.program("analyst").get(f"/drafts/{draft}/files/{name}").text
        assert old in text
        self.put(draft, text.replace(old, new), name=name)

    def propose(self, draft: int, who: str = "analyst") -> Answer:
        return self.program(who).post(f"/drafts/{draft}/propose", {"note": "本县复核"})

    def decide(self, proposal: int, who: str = "publisher", outcome: str = "agree") -> Answer:
        body = {"outcome": outcome, "opinion": "同意"}
        return self.program(who).post(f"/proposals/{proposal}/decision", body)

    def publish(self, step: Step = STEP, prefix: str = "") -> dict[str, Any]:
        proposed = self.propose(self.drawn(step, f"{prefix}analyst"), f"{prefix}analyst")
        assert proposed.status == 201, proposed.text
        answer = self.decide(proposed.json["id"], f"{prefix}publisher")
        assert answer.status == 200, answer.text
        return dict(answer.json)

    def found(self, draft: int) -> str:
        """What the check says."""
        answer = self.program("analyst").post(f"/drafts/{draft}/check").json
        assert not answer["publishable"]
        return "；".join(each["message"] for each in answer["findings"] if each["severity"] == "error")

    def publish_by_the_province(self, old: str, new: str) -> None:
        """The province's process, changed and published by its own two people."""
        program = self.program("provincial_analyst")
        draft = program.post("/drafts", {"process": "transfer"}).json["id"]
        text = program.get(f"/drafts/{draft}/files/{FILE}").text
        self.put(draft, text.replace(old, new), "provincial_analyst")
        proposed = program.post(f"/drafts/{draft}/propose", {"note": "改名"})
        assert proposed.status == 201, proposed.text
        assert self.decide(proposed.json["id"], "provincial_publisher").status == 200
