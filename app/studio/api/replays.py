"""重放, for programs: last term's cases run through a draft."""

from __future__ import annotations

import datetime as dt

from app.access import actor, allow
from app.definitions.queries import compiled_content
from app.studio.api.drafts import bp
from app.studio.presenters.json_types import ReplaysJson
from app.studio.presenters.replays import replays_json
from app.studio.queries import drafts as queries
from app.studio.queries.replays import MOST_CASES, replays_of
from app.studio.rules.files import content_of
from app.studio.rules.refusals import NotRunnable
from app.web import operation, read_json
from workflows import DiagramRefused

SINCE = {
    "type": "object",
    "properties": {"since": {"type": "string", "title": "自何日起办结", "format": "date"}},
    "required": ["since"],
}


@bp.post("/drafts/<int:draft_id>/replay")
@allow("analyst", "publisher")
@operation(f"重放：自某日起按流程图办结的办件（至多 {MOST_CASES} 件），在草稿上会怎样办理；不写入任何内容", body=SINCE)
def replay_process_draft(draft_id: int) -> ReplaysJson:
    since = dt.date.fromisoformat(read_json(SINCE)["since"])
    draft = queries.draft_for(actor(), draft_id)
    try:
        version = compiled_content(draft.process_key, content_of(queries.files_of(draft.id)))
    except DiagramRefused as refused:
        raise NotRunnable(why=refused.sentence) from refused
    return replays_json(replays_of(version, since, draft.line), since)
