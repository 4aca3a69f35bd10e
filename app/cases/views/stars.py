"""关注 from the list or from the page of a case."""

from __future__ import annotations

from typing import Any

from flask import redirect, request

from app.access import actor, allow
from app.cases import operations
from app.cases.views.blueprint import bp
from app.database import transaction
from app.web import local_address


@bp.post("/cases/<number>/star")
@allow("operator", "approver")
def star(number: str) -> Any:
    with transaction():
        operations.star(number, actor=actor(), on=request.form.get("on") == "yes")
    return redirect(local_address(request.form.get("next")))
