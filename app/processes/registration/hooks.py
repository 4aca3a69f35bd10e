"""What registrations add to the engine: whose cohort they register, so that the lock finds them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.cases import hooks


@hooks.cohort("registration_primary", "registration_stage", "home_return")
def cohort(case_id: int, application: Mapping[str, Any]) -> int | None:
    """The entry year that the application names; once it has closed, the case goes on as 补录."""
    year: int | None = application.get("entry_year")
    return year
