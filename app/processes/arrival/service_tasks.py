"""The verbs of arrivals and departures that a diagram may call by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.processes.arrival.operations import arrival, messages
from app.students.operations import CaseContext
from workflows import service_task


@service_task("arrival/create")
def create_record(context: CaseContext, facts: Mapping[str, Any]) -> None:
    """新建学籍与档案: for a child whom the province does not know."""
    arrival.create(context)


@service_task("arrival/redirect")
def redirect_arrival(context: CaseContext, facts: Mapping[str, Any]) -> None:
    """转为省内转学: the child is known, so the arrival goes on as a transfer."""
    arrival.redirect(context)


@service_task("exchange/request_record")
def request_record(context: CaseContext, facts: Mapping[str, Any]) -> None:
    """向外省申请调档: written here, sent by the worker."""
    messages.request_record(context)


@service_task("exchange/read_answer")
def read_answer(context: CaseContext, facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """外省答复: whether the record has come."""
    return messages.read_answer(context)


@service_task("exchange/send_record")
def send_record(context: CaseContext, facts: Mapping[str, Any]) -> None:
    """转出并发送档案: the enrolment ends, the record goes to the other province."""
    messages.send_record(context)


@service_task("exchange/answer_refused")
def answer_refused(context: CaseContext, facts: Mapping[str, Any]) -> None:
    """答复外省不予转出: only where it has asked."""
    messages.answer_refused(context)
