"""What of an application may be shown: nothing that is sealed in it, and where a declared national number stands."""

from __future__ import annotations

from typing import Any

from app.cases.models import CaseOutcome, CaseStatus
from app.cases.queries.case_reading import AnyCase


def shown_application(case: AnyCase) -> dict[str, Any]:
    """The application without what is sealed in it, with where a declared national number stands."""
    shown = without_sealed(case.application)
    if state := state_of_declared(case):
        shown["national_number_state"] = state
    return shown


def without_sealed(value: Any) -> Any:
    """Plain data without the ciphertexts that it keeps (`…_sealed`), however deep they lie."""
    if isinstance(value, dict):
        return {name: without_sealed(each) for name, each in value.items() if not str(name).endswith("_sealed")}
    return [without_sealed(each) for each in value] if isinstance(value, list) else value


def state_of_declared(case: AnyCase) -> str | None:
    """待核验 until the other province has answered; None for a case that declares no national number."""
    if "national_number_sealed" not in case.application:
        return None
    if case.status is not CaseStatus.CLOSED:
        return "待核验"
    return "外省已核验" if case.outcome is CaseOutcome.AGREED else "未核验"
