"""What happened to a case beside its decisions, as its page tells it: hurried, moved, late, ended from outside."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from app.cases.models import Case, CaseOutcome
from app.cases.queries import oversight


def hurried(case: Case, see: bool, names: dict[int, str]) -> Iterator[dict[str, Any]]:
    """The applicant's urges and the superiors' supervisions, among what happened."""
    for at, task_id, said, moved_from, text in oversight.urges_of(case.id):
        if moved_from is not None:
            yield _moved(at, names[task_id], text)
            continue
        yield {
            "title": names[task_id],
            "office": said.office.name if said else case.applicant_office.name,
            "who": said.user.name if said and see else "",
            "outcome": "督办" if said else "催办",
            "kind": "amber",
            "opinion": said.opinion if said and see else "",
            "reason": "",
            "at": at,
            "state": "done",
            "duration": "",
        }


def _moved(at: dt.datetime, task: str, text: str) -> dict[str, Any]:
    """A calendar that came late has moved the deadline of a step."""
    return {
        "title": task,
        "office": "",
        "who": "",
        "outcome": "期限调整",
        "kind": "grey",
        "opinion": "",
        "reason": text,
        "at": at,
        "state": "done",
        "duration": "",
    }


def late(case: Case) -> dict[str, Any]:
    """The lock has overtaken a registration."""
    return {
        "title": "转为补录",
        "office": "",
        "who": "",
        "outcome": "补录",
        "kind": "amber",
        "opinion": "",
        "reason": "新生信息已锁定，本件未在锁定前办结",
        "at": case.late_at,
        "state": "done",
        "duration": "",
    }


def the_end(case: Case) -> dict[str, Any]:
    """What ended the case from outside its diagram."""
    redirected = case.outcome is CaseOutcome.REDIRECTED
    return {
        "title": "转为其他办件" if redirected else "终止办理",
        "office": "",
        "who": "",
        "outcome": "已转办" if redirected else "已终止",
        "kind": "grey",
        "opinion": "",
        "reason": case.ended_because,
        "at": case.closed_at,
        "state": "done",
        "duration": "",
    }
