"""One client of a soak: it does what people do, at random, over HTTP, and remembers what it was told was done."""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from tests.soak.province import Person, Province
from tests.support.client import PASSWORD

MARK = {"reason_code": "not_local", "reason": "户籍与学籍均不在本区"}
NO = {"reason_code": "incomplete_papers", "opinion": "材料不全"}


@dataclass
class Told:
    """What servers have acknowledged: none of it may be lost."""

    decided: list[tuple[int, str]] = field(default_factory=list)  # task, outcome
    opened: list[str] = field(default_factory=list)
    recalled: list[str] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    marked: list[tuple[str, str, int]] = field(default_factory=list)  # case, bureau's code, position
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)  # what was done, and the status of the answer
    wrong: list[str] = field(default_factory=list)  # answers that no history may lead to


@dataclass
class Crowd:
    """What the clients share."""

    province: Province
    ports: list[int]
    told: Told = field(default_factory=Told)
    stop: threading.Event = field(default_factory=threading.Event)
    tokens: dict[str, str] = field(default_factory=dict)


class Unanswered(Exception):
    """The server died, or the answer never came: what was asked for may have been done or not."""


class Speaker:
    """A client that is one person for one act."""

    def __init__(self, crowd: Crowd, person: Person, chance: random.Random) -> None:
        self.crowd, self.person, self.chance = crowd, person, chance

    def get(self, path: str) -> Any:
        return self._ask("GET", path)[1]

    def post(self, path: str, body: Any, key: str | None = None) -> tuple[int, Any]:
        return self._ask("POST", path, body, key)

    def _ask(self, method: str, path: str, body: Any = None, key: str | None = None) -> tuple[int, Any]:
        token = self.crowd.tokens.get(self.person.username) or self._sign_in()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        return self._send(method, path, body, headers)

    def _sign_in(self) -> str:
        body = {"username": self.person.username, "password": PASSWORD}
        status, answer = self._send("POST", "/session", body, {"Content-Type": "application/json"})
        if status != 201:
            raise Unanswered
        self.crowd.tokens[self.person.username] = answer["token"]
        return str(answer["token"])

    def _send(self, method: str, path: str, body: Any, headers: dict[str, str]) -> tuple[int, Any]:
        port = self.chance.choice(self.crowd.ports)
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request(method, f"/api/v1{path}", json.dumps(body) if body is not None else None, headers)
            response = connection.getresponse()
            text = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise Unanswered from error
        finally:
            connection.close()
        self.crowd.told.answers[f"{method} {_kind(path)}", response.status] += 1
        if response.status >= 500:  # a broken connection to the database: done or not, nobody was told
            raise Unanswered
        return response.status, json.loads(text) if text else {}


def _kind(path: str) -> str:
    return "/".join("…" if any(sign.isdigit() for sign in part) else part for part in path.split("?")[0].split("/"))


class Client:
    """Acts until the crowd stops."""

    def __init__(self, crowd: Crowd, seed: int) -> None:
        self.crowd, self.chance = crowd, random.Random(seed)
        self.mine: list[tuple[Person, str]] = []  # cases it has opened
        self.acts = [
            (self.decide, 12), (self.transfer, 2), (self.register, 3), (self.arrive, 2),
            (self.roster, 1), (self.mark, 1), (self.recall, 1), (self.revoke, 1),
        ]  # fmt: skip

    def run(self) -> None:
        while not self.crowd.stop.is_set():
            acts, weights = zip(*self.acts, strict=True)
            with contextlib.suppress(Unanswered):
                self.chance.choices(acts, weights)[0]()

    def somebody(self, duty: str, offices: set[str] | None = None) -> Speaker:
        return Speaker(self.crowd, self.chance.choice(self.crowd.province.of(duty, offices)), self.chance)

    def _twice(self, who: Speaker, path: str, body: Any) -> tuple[int, Any]:
        """Post it, one time in three again under the same key: the answer must be about the same case."""
        key = f"{self.chance.getrandbits(64):x}" if self.chance.random() < 0.3 else None
        status, answer = who.post(path, body, key)
        if key and status in (200, 201):
            again, second = who.post(path, body, key)
            if again != status or second["number"] != answer["number"]:
                self.crowd.told.wrong.append(f"{path} under one key: {answer.get('number')}, then {again} {second}")
        return status, answer

    def decide(self) -> None:
        who = self.somebody(self.chance.choice(["operator", "approver", "approver"]))
        tasks = who.get("/tasks?limit=30").get("items") or []
        if not tasks:
            return
        task = who.get(f"/tasks/{self.chance.choice(tasks)['id']}")
        if "outcomes" not in task:
            return
        outcome = self.chance.choices(["agree", *task["outcomes"]], [8, *[1] * len(task["outcomes"])])[0]
        no = outcome in ("refuse", "send_back")
        body = {"outcome": outcome, **(NO if no else {"form": task.get("values") or {}})}
        if self.chance.random() < 0.3:
            body.pop("form", None)
        status, _ = self._twice(who, f"/tasks/{task['id']}/decision", body)
        if status == 200:
            self.crowd.told.decided.append((task["id"], outcome))

    def _open(self, office: str, process: str, application: Any, rows: Any = None) -> None:
        who = self.somebody("operator", {office})
        body = {"process": process, "application": application, **({"rows": rows} if rows else {})}
        status, answer = self._twice(who, "/cases", body)
        if status == 201:
            self.crowd.told.opened.append(answer["number"])
            self.mine.append((who.person, answer["number"]))

    def transfer(self) -> None:
        school = self.chance.choice(self.crowd.province.schools)
        application = {**self.chance.choice(self.crowd.province.enrolled), "to_school": school}
        self._open(school, "transfer", application)

    def register(self) -> None:
        rows = self.chance.sample(self.crowd.province.newcomers, self.chance.randint(1, 4))
        self._open(self.chance.choice(self.crowd.province.schools), "registration_primary", {"entry_year": 2026}, rows)

    def arrive(self) -> None:
        school = self.chance.choice(self.crowd.province.schools)
        self._open(school, "arrival", self.chance.choice(self.crowd.province.arrivals))

    def roster(self) -> None:
        there = self.crowd.province
        rows = self.chance.sample(there.graduates, self.chance.randint(1, 4))
        self._open(there.recruiting, "recruitment_roster", {"filing": there.filing}, rows)

    def mark(self) -> None:
        who = self.somebody("operator", {"330106", "330212"})
        tasks = who.get("/tasks?limit=30&process=recruitment_roster").get("items") or []
        approver = self.somebody("approver", {who.person.office})
        tasks += approver.get("/tasks?limit=30&process=recruitment_roster").get("items") or []
        if not tasks:
            return
        case, place = self.chance.choice(tasks)["case"], self.chance.randint(1, 3)
        status, _ = who.post(f"/cases/{case}/rows/marks", {"rows": [{"position": place, **MARK}]})
        if status == 200:
            self.crowd.told.marked.append((case, who.person.office, place))

    def recall(self) -> None:
        if not self.mine:
            return
        person, number = self.mine.pop(self.chance.randrange(len(self.mine)))
        status, _ = Speaker(self.crowd, person, self.chance).post(f"/cases/{number}/recall", {"reason": "家长改变主意"})
        if status == 200:
            self.crowd.told.recalled.append(number)

    def revoke(self) -> None:
        who = self.somebody("approver", {"330106", "330108", "330212"})
        there = who.get("/directives?status=issued&limit=30").get("items") or []
        if not there:
            return
        number = self.chance.choice(there)["number"]
        status, _ = who.post(f"/directives/{number}/revoke", {"reason": "学生信息有误"})
        if status == 200:
            self.crowd.told.revoked.append(number)


def lost(told: Told) -> list[str]:
    """What was acknowledged and is not there, as sentences. Reads the database."""
    import sqlalchemy as sa

    from app.cases.models import Case, CaseOutcome, Decision
    from app.database import db
    from app.divisions.models import Office
    from app.processes.recruitment.models import Roster, RosterChild
    from app.students.models import Directive, DirectiveStatus

    db.session.rollback()
    decisions = {row.task_id: row.outcome for row in db.session.scalars(sa.select(Decision))}
    cases = {row.number: row for row in db.session.scalars(sa.select(Case))}
    ended = {row.number: row.status for row in db.session.scalars(sa.select(Directive))}
    found = [
        f"task {task}: {outcome} was acknowledged" for task, outcome in told.decided if decisions.get(task) != outcome
    ]
    found += [f"case {number} was acknowledged" for number in told.opened if number not in cases]
    recalled = [cases.get(number) for number in told.recalled]
    found += [
        f"a recall was acknowledged: {case}"
        for case in recalled
        if not case or case.outcome is not CaseOutcome.RECALLED
    ]
    found += [
        f"directive {each} was revoked" for each in told.revoked if ended.get(each) is not DirectiveStatus.REVOKED
    ]
    for number, code, place in told.marked:
        office = db.session.scalars(sa.select(Office.id).where(Office.code == code)).one()
        where = (RosterChild.case_id == cases[number].id, RosterChild.position == place)
        joined = sa.select(RosterChild, Roster).join(Roster, Roster.case_id == RosterChild.case_id).where(*where)
        child, roster = db.session.execute(joined).one()
        side = "here" if roster.here_id == office else "source"
        if getattr(child, side) == "agreed" or not getattr(child, f"{side}_code"):
            found.append(f"child {number}/{place} was marked by {side}, and is {getattr(child, side)}")
    return found + told.wrong
