"""Before what cannot be undone the guardian is told, and has fifteen days to object (domain.md 8, 11). Pure answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from app.errors import Refused

PERIOD = 15  # days, counted from the day after the notice was served
SERVICE_PROOF, CONSENT = "service_proof", "guardian_consent"  # kinds of papers
ANSWER = "objection_answer"  # the field in which whoever decides answers


class PeriodRuns(Refused):
    code = "E-OBJECTION"
    text = (
        "告知书于 {served_on} 送达监护人，{days} 日内可以提出异议：自 {day} 起可以办理下一步，有监护人书面同意的除外。"
    )


class NotProved(Refused):
    """What was served, or consented to, is shown by a paper."""

    code = "E-OBJECTION-02"
    text = "请先在本件中上传{paper}，再登记。"


class NotAnswered(Refused):
    code = "E-OBJECTION-03"
    text = "监护人对本件提出了异议，请填写对异议的答复。"


class NotOfThisCase(Refused):
    """A day of the notice or the objection that cannot be one."""

    code = "E-OBJECTION-04"
    text = "{what}应在{since}（{first}）至今天之间。"


@dataclass(frozen=True)
class ServedNotice:
    """告知监护人 – what the operator has recorded of it by now."""

    served_on: dt.date
    means: str
    consented: bool
    objection: str = ""
    objected_on: dt.date | None = None
    is_over: bool = False  # the days to object, for whichever reason

    @property
    def decidable_from(self) -> dt.date:
        """The first day on which the case goes on without consent or objection."""
        return self.served_on + dt.timedelta(days=PERIOD + 1)


def objections_to_service(
    served_on: dt.date, opened_on: dt.date, today: dt.date, *, consented: bool, papers: Collection[str]
) -> Iterator[Refused]:
    """Against recording that the guardian was told on that day."""
    if not opened_on <= served_on <= today:
        named = {"what": "送达日期", "since": "提交申请之日", "first": f"{opened_on:%Y-%m-%d}"}
        yield NotOfThisCase(**named, field="form.served_on")
    yield from _about_papers(consented=consented, papers=papers)


def _about_papers(*, consented: bool, papers: Collection[str]) -> Iterator[Refused]:
    if consented and CONSENT not in papers:
        yield NotProved(paper="监护人签名的同意书", field="form.consented")
    elif not consented and SERVICE_PROOF not in papers:
        yield NotProved(paper="告知书送达凭证", field="form.served_on")


def objections_to_end_of_period(
    told: ServedNotice,
    today: dt.date,
    *,
    consented: bool,
    objection: str,
    objected_on: dt.date | None,
    papers: Collection[str],
) -> Iterator[Refused]:
    """Against ending the days to object: they have passed, the guardian consents in writing, or has objected already,
    which whoever decides answers.
    """
    if consented and CONSENT not in papers:
        yield NotProved(paper="监护人签名的同意书", field="form.consented")
    if objected_on is not None and not told.served_on <= objected_on <= today:
        named = {"what": "提出异议的日期", "since": "送达之日", "first": f"{told.served_on:%Y-%m-%d}"}
        yield NotOfThisCase(**named, field="form.objected_on")
    if not (told.consented or consented or objection) and today < told.decidable_from:
        yield PeriodRuns(served_on=f"{told.served_on:%Y-%m-%d}", days=PERIOD, day=f"{told.decidable_from:%Y-%m-%d}")


def must_answer(told: ServedNotice | None, outcome: str, answer: str) -> Refused | None:
    """Against a decision that says nothing to an objection that was made; sending back decides nothing."""
    if told is None or not told.objection or outcome == "send_back" or answer.strip():
        return None
    return NotAnswered(field=f"form.{ANSWER}")
