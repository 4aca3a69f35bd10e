"""Cases that a person follows, for programs."""

from __future__ import annotations

from app.access import actor, allow
from app.cases import operations
from app.cases.api.cases import bp
from app.database import transaction
from app.web import operation


@bp.post("/cases/<number>/star")
@allow("operator", "approver")
@operation("关注一个办件，仅本人可见", status=204)
def star_case(number: str) -> None:
    with transaction():
        operations.star(number, actor=actor())


@bp.delete("/cases/<number>/star")
@allow("operator", "approver")
@operation("取消关注", status=204)
def unstar_case(number: str) -> None:
    with transaction():
        operations.star(number, actor=actor(), on=False)
