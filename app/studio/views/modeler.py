"""The modeler: one diagram of a draft over the whole window; its script reads and saves through the interface."""

from __future__ import annotations

from typing import Any

from flask import g, render_template

from app.access import actor, allow, found
from app.studio.queries import drafts as queries
from app.studio.queries.catalogue import overtaken_by
from app.studio.views.catalogue import bp
from app.web.formatting import moment


@bp.get("/drafts/<int:draft_id>/diagrams/<name>/edit")
@allow("analyst", "publisher")
def edit_diagram(draft_id: int, name: str) -> Any:
    """A diagram to draw on; a publisher reads it there and plays its counter-examples, and changes nothing."""
    draft = queries.draft_for(actor(), draft_id)
    file = found(queries.file_of(draft.id, name))
    found(name.endswith(".bpmn") or None)
    g.editor_page = True  # bpmn-js places what it draws by style attributes
    draws = actor().duty == "analyst"
    return render_template(
        "studio/modeler.html",
        draft=draft,
        name=name,
        diagrams=[each.name for each in draft.files if each.name.endswith(".bpmn")],
        proposal=queries.open_proposal_of(draft.id),
        draws=draws,
        proposes=draws and not overtaken_by(draft),
        changed=f"{file.changed_by.name}，{moment(file.changed_at)}",
    )
