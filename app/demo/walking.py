"""Cases of the demonstration walked through the real verbs, at earlier hours."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases import operations
from app.cases.models import Task, TaskStatus
from app.cases.operations import Answer
from app.cases.presenters.prefilled_forms import prefilled
from app.database import db, transaction
from app.definitions.queries import compiled_version
from app.definitions.rules.forms import fields_of
from app.demo.papers import proofs_for, signed_consent
from app.errors import Refused
from workflows import Kind

People = dict[tuple[int, str], Actor]
#: what a desk answers, by the word of a script; "repair" is the applicant's, who sends the same again
ANSWERS = {
    "agree": Answer("agree", opinion="同意。"),
    "repair": Answer("agree", opinion="已补充，请予办理。"),
    "back": Answer("send_back", "incomplete_papers", "附件不清，缺第二页，请补充。"),
    "again": Answer("send_back", "other", "申请中的日期与证明不一致，请核对后重报。"),
    "refuse": Answer("refuse", "other", "不符合办理条件，理由已向家长说明。"),
    "note": Answer("acknowledge", opinion="已阅。"),
}


def agree(case_id: int, people: People, steps: int) -> int:
    """Let that many desks agree, one after the other; how many did, fewer where nothing waits any more."""
    for done in range(steps):
        tell_guardian(case_id, people)
        with transaction():
            task = db.session.execute(
                sa.select(Task.id, Task.office_id, Task.duty, Task.key)
                .where(Task.case_id == case_id, Task.status == TaskStatus.OPEN)
                .order_by(Task.id)
                .limit(1)
            ).first()
            if task is None:
                return done
            answer = Answer("agree", opinion="同意。")
            if task.key.endswith("_opinion"):
                answer = Answer("acknowledge", form={"view": "support"})
            operations.decide(task.id, answer, actor=people[task.office_id, task.duty.value])
    return steps


def tell_guardian(case_id: int, people: People) -> None:
    """Let whoever tells the guardian record that, with their written consent, where the case waits for it."""
    while True:
        with transaction():
            task = _waiting(case_id)
            kind = compiled_version(task.version_id or 0).diagrams.tasks[task.key].kind if task else None
            if task is None or kind not in (Kind.GUARDIAN_NOTICE, Kind.OBJECTION_PERIOD):
                return
            clerk, form = people[task.office_id, task.duty.value], {}
            if kind is Kind.GUARDIAN_NOTICE:
                papers = [signed_consent()]
                operations.keep_papers(papers)
                operations.attach_to(task.case.number, papers, actor=clerk)
                form = {"served_on": clock.today().isoformat(), "means": "signed", "consented": True}
            operations.decide(task.id, Answer("agree", form=form), actor=clerk)


def _waiting(case_id: int) -> Task | None:
    asked = sa.select(Task).where(Task.case_id == case_id, Task.status == TaskStatus.OPEN).order_by(Task.id)
    return db.session.scalars(asked.limit(1)).first()


@contextmanager
def at_earlier_hours() -> Iterator[dt.datetime]:
    """Inside, the clock may be set back; after it, it goes on as before. Yields the hour it really is."""
    ahead = clock.now() - dt.datetime.now(dt.UTC)
    try:
        yield clock.now()
    finally:
        clock.set_to(dt.datetime.now(dt.UTC) + ahead)


@dataclass(frozen=True)
class Walk:
    """Cases that are opened and decided at earlier hours, never later than it really is."""

    people: People
    real: dt.datetime

    def at(self, days: float, minutes: int = 0) -> None:
        """The clock so many days before it really is."""
        clock.set_to(self.real - dt.timedelta(days=days, minutes=minutes))

    def open(
        self, process: str, application: Mapping[str, Any], school: int, rows: list[dict[str, Any]] | None = None
    ) -> int | None:
        """The case that the operator of that office opens now; None where a rule stands against it today."""
        papers = proofs_for(process, application)
        operations.keep_papers(papers)
        try:
            with transaction():
                clerk = self.people[school, "operator"]
                return operations.open_with(process, application, papers, actor=clerk, rows=rows)
        except Refused:
            return None

    def follow(self, case_id: int | None, script: Sequence[str], hours: float = 20) -> bool:
        """Let the desks answer as the script says, so many hours one after the other; False where one cannot."""
        if case_id is None:
            return False
        for word in script:
            clock.set_to(min(clock.now() + dt.timedelta(hours=hours), self.real))
            try:
                tell_guardian(case_id, self.people)
                with transaction():
                    self._answer(case_id, word)
            except Refused:
                return False
        return True

    def _answer(self, case_id: int, word: str) -> None:
        task = _waiting(case_id)
        if task is not None:
            version = compiled_version(task.version_id or 0)
            spec, form = version.diagrams.tasks[task.key], {}
            if word in ("agree", "repair"):
                known = fields_of(version.form(spec.form))
                form = {name: value for name, value in prefilled(task).items() if name in known}
            answer = ANSWERS["note" if word == "agree" and "agree" not in spec.outcomes else word]
            who = self.people[task.office_id, task.duty.value]
            operations.decide(task.id, Answer(answer.outcome, answer.reason_code, answer.opinion, form), actor=who)
