"""重放: the page on which an analyst sees what a draft would have made of cases that are closed."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Mapping
from typing import Any

from flask import render_template, request, url_for

from app import clock
from app.access import actor, allow
from app.definitions.queries import compiled_content
from app.errors import InvalidInput, Refused, objections_of
from app.studio.models import ProcessDraft
from app.studio.presenters.labels import WAYS
from app.studio.queries import drafts as queries
from app.studio.queries.replays import MOST_CASES, Replays, nothing_because, replays_of
from app.studio.rules.files import content_of
from app.studio.rules.refusals import NotRunnable
from app.studio.views.catalogue import bp
from app.web import canonical
from app.web.instants import read_day
from workflows import DiagramRefused

LONGEST_TERM = dt.timedelta(days=180)


@bp.get("/drafts/<int:draft_id>/replay")
@allow("analyst", "publisher")
def replay_draft(draft_id: int) -> Any:
    """The form, and with a day the cases closed since then: in which way each would have gone."""
    draft = queries.draft_for(actor(), draft_id)
    back = url_for("studio.draft", draft_id=draft.id)
    return _page(draft, queries.files_of(draft.id), back, f"草稿：{draft.name}")


@bp.get("/proposals/<int:proposal_id>/replay")
@allow("analyst", "publisher")
def replay_proposal(proposal_id: int) -> Any:
    """The same of what was proposed, for whoever is to publish it."""
    shown = queries.proposal_for(actor(), proposal_id)
    back = url_for("studio.proposal", proposal_id=shown.id)
    return _page(shown.draft, shown.files, back, f"发布申请第 {shown.id} 号")


def _page(draft: ProcessDraft, files: Mapping[str, str], back: str, said: str) -> Any:
    since = canonical.day(request.args.get("since", "").strip()[:30])
    errors: list[Any] = []
    found: Replays | None = None
    if since:
        try:
            found = _replayed(draft, files, since)
        except Refused as refusal:
            errors = list(objections_of(refusal))
    nothing = nothing_because(draft.process_key, draft.line) if found and not found.cases else None
    shown = render_template(
        "studio/replay.html",
        draft=draft,
        back=back,
        said=said,
        since=since or (clock.today() - LONGEST_TERM).isoformat(),
        found=found,
        nothing=nothing,
        ways=WAYS,
        most=MOST_CASES,
        errors=errors,
    )
    return (shown, 422) if errors else shown


def _replayed(draft: ProcessDraft, files: Mapping[str, str], since: str) -> Replays:
    day = None
    with contextlib.suppress(ValueError):
        day = read_day(since)
    if day is None:
        raise InvalidInput(sentence="日期须写作 2026-09-01 的样子。", field="since")
    try:
        version = compiled_content(draft.process_key, content_of(files))
    except DiagramRefused as refused:
        raise NotRunnable(why=refused.sentence) from refused
    return replays_of(version, day, draft.line)
