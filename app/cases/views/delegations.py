"""我的委托: what one has given and was given, a new one, and taking one back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, redirect, render_template, url_for

from app import clock
from app.access import actor, allow
from app.cases import operations, queries
from app.cases.presenters.delegations import STATE_NAMES, delegation_form, wish_of
from app.cases.queries.delegations import delegations_of, people_to_delegate_to
from app.cases.rules.refusals import NotGiven
from app.cases.transactions import work_leave
from app.cases.views.blueprint import bp
from app.database import end_reading, transaction
from app.errors import Objected, objections_of
from app.web import add_menu, form_values, objections, whole_number

add_menu("我的工作", "我的委托", "cases.delegations", ("operator", "approver"))


@bp.get("/delegations")
@allow("operator", "approver")
def delegations() -> Any:
    return _page()


@bp.post("/delegations")
@allow("operator", "approver")
def give_delegation() -> Any:
    caller, form = actor(), _form()
    typed = form_values(form)
    try:
        if faults := list(objections(form, typed)):
            raise Objected(list(faults))
        wish = wish_of(typed, whole_number(typed["to_user"], least=1) or 0)
        end_reading()
        with transaction():
            given = operations.delegate(wish, actor=caller).id
    except (Objected, NotGiven) as refusal:
        return _page(errors=objections_of(refusal), typed=typed), 422
    if wish.leave and wish.starts_on <= clock.today():
        work_leave(given, actor=caller)
    flash("委托已登记。", "success")
    return redirect(url_for("cases.delegations"))


@bp.post("/delegations/<int:delegation_id>/revoke")
@allow("operator", "approver")
def revoke_delegation(delegation_id: int) -> Any:
    with transaction():
        operations.revoke_delegation(delegation_id, actor=actor())
    flash("委托已撤销，受委托人不能再代为办理。", "success")
    return redirect(url_for("cases.delegations"))


def _form() -> dict[str, Any]:
    return delegation_form(people_to_delegate_to(actor()), queries.process_names())


def _page(*, errors: Sequence[Any] = (), typed: Mapping[str, Any] | None = None) -> str:
    caller, today = actor(), clock.today()
    rows = delegations_of(caller)
    return render_template(
        "cases/delegations.html",
        given=[(each, *STATE_NAMES[each.state_on(today)]) for each in rows if each.post.user_id == caller.user_id],
        received=[(each, *STATE_NAMES[each.state_on(today)]) for each in rows if each.to_user_id == caller.user_id],
        form=_form(),
        names=queries.process_names(),
        errors=errors,
        typed=typed if typed is not None else {"starts_on": today.isoformat()},
        caller=caller,
    )
