"""委托 hands on no duty that was not granted: only somebody of the same one acts in a colleague's post."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import sqlalchemy as sa

from app import clock
from app.database import db
from app.identity.models import Duty, Post
from tests.cases.test_delegations import give, given
from tests.cases.test_send_back_to import at_review
from tests.support.task_shapes import Shape, shaped, shelves

__all__ = ["shaped", "shelves"]


def test_nobody_gives_a_duty_that_was_not_granted(shaped: Callable[..., Shape]) -> None:
    """Neither an approver to an operator, nor the other way; what was given ends with the colleague's own post."""
    case = at_review(shaped, "sequential")
    operator, path = case.person("bureau_operator"), f"/tasks/{case.task('review')}/decision"

    refused = give(case, "bureau_approver", operator)

    assert (refused.status, refused.codes) == (422, {"E-DELEGATE-02"}), refused.text
    assert "安全管理员" in refused.json["objections"][0]["detail"]
    assert give(case, "bureau_operator", case.person("bureau_approver")).codes == {"E-DELEGATE-02"}
    people = case.program("bureau_approver").get("/delegations/people").json["people"]
    assert operator.id not in {each["id"] for each in people}
    mine = given(case)
    granted = sa.select(Post).where(Post.user_id == operator.id, Post.duty == Duty.APPROVER)
    db.session.scalars(granted).one().ends_on = clock.today() - dt.timedelta(days=1)
    db.session.commit()
    answer = case.matter.client.api(operator).post(path, {"outcome": "agree"}, X_Delegation=mine)
    assert answer.code == "E-POST"
