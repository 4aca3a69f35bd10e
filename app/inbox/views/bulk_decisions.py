"""批量办理: a sheet of the cases that were ticked, decided one by one at one press, and what became of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from app import clock
from app.access import actor, allow
from app.cases import operations
from app.cases.models import Case, TaskStatus
from app.cases.operations import Answer
from app.cases.operations.answers import OPINION
from app.cases.queries.bulk_decisions import BulkTask, bulk_tasks, cases_of
from app.cases.queries.seen import seen_first
from app.cases.rules import light, time_left
from app.cases.rules.bulk_decisions import IN_BULK, MOST_AT_ONCE, AnotherStep, TooManyAtOnce
from app.cases.transactions import DecidedInBulk, decide_each
from app.cases.views.timeline import words_of
from app.database import end_reading, transaction
from app.definitions.queries import APPLICATION
from app.definitions.rules.forms import fields_of
from app.errors import InvalidInput, Missing, Refused
from app.inbox.views.blueprint import bp
from app.schools.models import GRADES
from app.web import canonical, local_address, objections, typed_text, whole_number

MOST_UNTYPED = 20  # more cases than that are decided only by whoever types how many there are
MOST_SHOWN = 3  # fields of an application
LOOKED_UP = ("division", "office", "rows", "student")  # widgets of fields whose words are read from the database


@dataclass(frozen=True)
class Line:
    """A case of the sheet: what matters of it, and why it is not decided with the others."""

    task: BulkTask
    case: Case
    refusal: Refused | None
    grade: str
    essentials: list[tuple[str, str]]
    light: str
    left: str


@dataclass(frozen=True)
class Sheet:
    """What was ticked."""

    lines: list[Line]
    apart: list[Line]

    @property
    def first(self) -> BulkTask | None:
        return (self.lines or self.apart)[0].task if self.lines or self.apart else None


@bp.get("/inbox/bulk")
@allow("operator", "approver")
def bulk() -> Any:
    """The sheet of what was ticked, before it is decided."""
    ids, caller = _ticked(request.args.getlist("task")), actor()
    cases = cases_of(bulk_tasks(caller, ids).values())
    if first := [task_id for case in cases.values() for task_id in seen_first(case, caller)]:
        end_reading()
        with transaction():
            operations.mark_seen(first)
    return _page(_sheet(ids))


@bp.post("/inbox/bulk")
@allow("operator", "approver")
def decide_in_bulk() -> Any:
    """Decide what stands on the sheet; what is refused stays, with its sentence."""
    caller, ids, opinion = actor(), _ticked(request.form.getlist("task")), typed_text("opinion")
    faults = [*objections(OPINION, {"opinion": opinion}), *_faults(ids)]
    if faults:
        return _page(_sheet(ids), errors=faults, typed={"opinion": opinion}), 422
    answer = Answer(request.form.get("outcome", ""), opinion=opinion)
    results = decide_each(ids, answer, request.form.get("key"), actor=caller)
    if "back" in request.form and all(each.refusal is None for each in results):
        numbers = "、".join(each.number or "" for each in results)
        flash(f"办件 {numbers}：{_word(ids, answer)}，已办理。", "success")
        return redirect(local_address(request.form["back"]))
    return _result(ids, results, answer)


def _ticked(values: Sequence[str]) -> list[int]:
    """The tasks of the request. Raises InvalidInput for more than are decided at once, Missing for what is none."""
    ids = [whole_number(each, least=1) for each in dict.fromkeys(values)]
    if len(ids) > MOST_AT_ONCE:
        raise TooManyAtOnce()
    found = [each for each in ids if each is not None]
    if len(found) < len(ids):
        raise Missing()
    return found


def _faults(ids: Sequence[int]) -> Iterator[Refused]:
    if request.form.get("outcome") not in IN_BULK:
        yield InvalidInput(sentence="批量办理只能同意或确认。", field="outcome")
    if not ids:
        yield InvalidInput(sentence="没有勾选办件。", field="task")
    elif len(ids) > MOST_UNTYPED and whole_number(_counted()) != len(ids):
        yield InvalidInput(sentence=f"超过 {MOST_UNTYPED} 件的，请填写勾选的件数（{len(ids)}）以确认。", field="count")


def _counted() -> str:
    """How many there are, as it was typed: an input method may write its digits full-width."""
    return request.form.get("count", "").translate(canonical.FULL_WIDTH).strip()


def _sheet(ids: Sequence[int]) -> Sheet:
    """Those of the actor's office alone; the first that may be decided in bulk says of which step the others are."""
    tasks = bulk_tasks(actor(), ids)
    ordered = [tasks[each] for each in ids if each in tasks]
    cases = cases_of(ordered)
    step = next((each.step for each in ordered if each.refusal is None), None)
    lines = [
        _line(each, cases[each.row.case_id], each.refusal or (None if each.step == step else AnotherStep()))
        for each in ordered
    ]
    return Sheet([each for each in lines if each.refusal is None], [each for each in lines if each.refusal])


def _line(task: BulkTask, case: Case, refusal: Refused | None) -> Line:
    row, now = task.row, clock.now()
    return Line(
        task=task,
        case=case,
        refusal=refusal,
        grade=GRADES.get(row.grade, ""),
        essentials=list(_essentials(task, case))[:MOST_SHOWN],
        light=light(row.deadline, now),
        left=time_left(row.deadline, now),
    )


def _essentials(task: BulkTask, case: Case) -> Iterator[tuple[str, str]]:
    """The first fields of the application that say something by themselves."""
    for name, part in fields_of(task.version.forms.get(APPLICATION)).items():
        value = case.application.get(name)
        plain = part.get("type") in ("string", "integer", "boolean") and part.get("x-widget") not in LOOKED_UP
        if plain and value not in (None, "") and "pattern" not in part and part.get("format") != "cn-division":
            yield str(part.get("title", name)), words_of(part, value)


def _page(sheet: Sheet, *, errors: Sequence[Refused] = (), typed: dict[str, str] | None = None) -> str:
    first = sheet.first
    return render_template(
        "inbox/bulk.html",
        sheet=sheet,
        first=first,
        heading=f"批量办理：{first.version.name}“{first.row.name}”" if first else "批量办理",
        outcomes=first.outcomes if first and sheet.lines else [],
        counted=len(sheet.lines) > MOST_UNTYPED,
        most_untyped=MOST_UNTYPED,
        key=operations.new_key(),
        errors=errors,
        typed=typed or {},
    )


def _word(ids: Sequence[int], answer: Answer) -> str:
    """What the record says of the answer."""
    spec = next((each.spec for each in bulk_tasks(actor(), ids).values() if each.spec), None)
    return spec.record(answer.outcome) if spec else "已办理"


def _result(ids: Sequence[int], results: Sequence[DecidedInBulk], answer: Answer) -> str:
    tasks = bulk_tasks(actor(), ids)
    left = [each.task_id for each in results if each.refusal is not None]
    waiting = [each for each in left if each in tasks and tasks[each].row.status == TaskStatus.OPEN]
    return render_template(
        "inbox/bulk_result.html",
        results=[(each, tasks.get(each.task_id)) for each in results],
        done=len(results) - len(left),
        waiting=len(waiting),
        word=_word(ids, answer),
        again=url_for("inbox.bulk", task=waiting),
    )
