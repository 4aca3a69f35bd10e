"""草稿: what was typed and not sent: kept at the press of 暂存 or by itself, listed, put back into its form."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from flask import flash, g, redirect, render_template, request, url_for

from app.access import actor, allow
from app.cases import hooks, operations
from app.cases.models import FormDraft
from app.cases.presenters.form_drafts import typed_lines
from app.cases.queries.cases import case_number_of_task
from app.cases.queries.form_drafts import (
    Field,
    draft_at,
    draft_line,
    drafts_elsewhere,
    drafts_of,
    fields_of,
    own_draft,
    place_of,
)
from app.cases.rules.form_drafts import MOST_DRAFTS, TERM, DraftPlace, NewerDraft, is_typed
from app.cases.views.blueprint import bp
from app.database import end_reading, transaction
from app.errors import Missing, Refused
from app.web import local_address, takes_files, whole_number
from app.web.errors import record_refused
from app.web.refilled_forms import Unsent, refilled, written_on


@dataclass(frozen=True)
class DraftShown:
    """The draft of a form on its page: which form, the revision that the page shows, and the post that it is of."""

    place: DraftPlace
    revision: int
    post_id: int
    draft: FormDraft | None = None

    @property
    def names(self) -> dict[str, str]:
        """What the form says of it: hidden fields, and what its script sends."""
        place = self.place
        named = {"task": place.task, "process": place.process, "student": place.student, "about": place.about}
        return {name: str(value) for name, value in named.items() if value}

    @property
    def script(self) -> dict[str, Any]:
        """The same as the programming interface takes it."""
        return {name: int(value) if name in ("task", "student") else value for name, value in self.names.items()}


def draft_shown(place: DraftPlace) -> DraftShown:
    """The draft of that form for this page; one that is shown again after a refusal says what it said."""
    post: int = g.post.id
    if request.method == "POST":
        return DraftShown(place, whole_number(request.form.get("draft_revision", ""), least=0) or 0, post)
    draft = draft_at(place, actor())
    return DraftShown(place, draft.revision if draft else 0, post, draft)


def with_draft(page: str, shown: DraftShown | None, path: str, *, files: bool = True) -> str:
    """The page with the draft put back into its form, which is sent to that path; as it is without one.

    files -- the form takes files too, which are no part of a draft
    """
    if shown is None or shown.draft is None:
        return page
    draft, fields = shown.draft, fields_of(shown.draft)
    unsent = Unsent(path, None, [list(each) for each in fields], [], draft.user_id, draft.saved_at.timestamp())

    def notice(unplaced: list[list[str]], found: bool) -> str:
        left = [each for each in unplaced if each[1]]
        return render_template("cases/_draft.html", draft=draft, unplaced=left, found=found, files=files)

    return refilled(page, unsent, notice)


def forget_sent(place: DraftPlace) -> None:
    """Delete the draft of what was just sent, in its transaction, where the form says that there is one."""
    if whole_number(request.form.get("draft_revision", ""), least=1):
        operations.forget_draft_at(place, actor=actor())


def keep_stale(place: DraftPlace) -> None:
    """Keep what was typed for a task that is over, so that it can be copied; say so on the page that refuses it."""
    fields = typed_fields()
    if not any(value.strip() for _name, value in fields):
        return
    end_reading()
    revision = whole_number(request.form.get("draft_revision", ""), least=0) or 0
    with suppress(Refused):
        with transaction():
            operations.keep_draft(place, fields, revision=revision, actor=actor())
        flash("您填写的内容已存入“草稿”，可以打开复制。", "success")


def typed_fields() -> list[Field]:
    """What this request's form says, without what is the page's own."""
    return [(name, value) for name, value in request.form.items(multi=True) if is_typed(name)]


@bp.get("/drafts/mine")
@allow("operator", "approver")
def drafts() -> Any:
    """The reader's own, in this post; of other posts how many."""
    caller = actor()
    elsewhere = drafts_elsewhere(caller)
    posts = [(post, elsewhere[post.office.id, post.duty.value]) for post in g.posts if _key(post) in elsewhere]
    return render_template(
        "cases/drafts.html",
        lines=[(line, None if line.over else address_of_draft(line.draft)) for line in drafts_of(caller)],
        elsewhere=posts,
        days=TERM.days,
        most=MOST_DRAFTS,
    )


def _key(post: Any) -> tuple[int, str]:
    return post.office.id, post.duty.value


@bp.post("/drafts/mine")
@allow("operator", "approver")
@takes_files(64)
def keep_draft() -> Any:
    """暂存: keep the form as it was sent, and go back to it."""
    place, fields = _place(), typed_fields()
    revision = whole_number(request.form.get("draft_revision", ""), least=0) or 0
    try:
        with transaction():
            draft = operations.keep_draft(place, fields, revision=revision, actor=actor())
            address = address_of_draft(draft)
    except NewerDraft as refusal:
        record_refused(refusal)
        return _newer(place, fields, refusal), 409
    flash("已暂存；也可以以后从“草稿”中打开，继续填写。", "success")
    return redirect(address)


def _newer(place: DraftPlace, fields: list[Field], refusal: Refused) -> str:
    """Both drafts, and the way to keep either: nothing that was typed is lost."""
    held = draft_at(place, actor())
    return render_template(
        "cases/newer_draft.html",
        refusal=refusal,
        shown=DraftShown(place, held.revision if held else 0, g.post.id, held),
        fields=fields,
        here=typed_lines(place, fields, actor()),
        held=typed_lines(place, fields_of(held), actor()) if held else [],
        address=address_of_draft(held) if held else None,
    )


def _place() -> DraftPlace:
    """Which form it is, as the form itself says. Raises Missing."""
    task = whole_number(request.form.get("draft_task", ""), least=1)
    if task is not None:
        return DraftPlace(task=task)
    process, about = request.form.get("draft_process", ""), request.form.get("draft_about", "")
    if not process or len(process) > 40 or len(about) > 32:
        raise Missing()
    return DraftPlace(
        process=process, student=whole_number(request.form.get("draft_student", ""), least=1), about=about
    )


@written_on("cases.keep_draft")
def page_of_draft() -> str:
    """Where 暂存 was pressed: without the address it came from, the list."""
    return url_for("cases.drafts")


@bp.get("/drafts/mine/<int:draft_id>")
@allow("operator", "approver")
def draft(draft_id: int) -> Any:
    """The text of a draft, to be copied: also where its form is gone."""
    line = draft_line(draft_id, actor())
    return render_template(
        "cases/draft.html",
        line=line,
        typed=typed_lines(place_of(line.draft), fields_of(line.draft), actor()),
        address=None if line.over else address_of_draft(line.draft),
    )


@bp.post("/drafts/mine/<int:draft_id>/delete")
@allow("operator", "approver")
def delete_draft(draft_id: int) -> Any:
    with transaction():
        operations.forget_draft(draft_id, actor=actor())
    flash("已删除草稿。", "success")
    return redirect(local_address(request.form.get("next") or url_for("cases.drafts")))


def address_of_draft(draft: FormDraft) -> str:
    """The page on which that draft is gone on with."""
    if draft.task_id is not None:
        return url_for("cases.show", number=case_number_of_task(draft.task_id))
    begins = hooks.start_page.get(draft.process_key)
    if begins:
        return url_for(begins, draft=draft.id)
    return url_for("applications.start", key=draft.process_key, student=draft.student_id)


def draft_of_address(process: str) -> FormDraft | None:
    """The draft that the address of a page names (`?draft=`), if it is one of that process. Raises Missing."""
    number = whole_number(request.args.get("draft", ""), least=1)
    if number is None:
        return None
    found = own_draft(number, actor())
    if found.process_key != process:
        raise Missing()
    return found
