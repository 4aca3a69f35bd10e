"""The studio's pages: plain forms and links, usable without a script; the modeler is one more way into a draft."""

from app.studio.views import (  # noqa: F401 – their pages are of this blueprint
    drafts,
    editors,
    halts,
    migrations,
    modeler,
    moves,
    proposals,
    rehearsals,
    replays,
    scenarios,
    step_figures,
    today,
    variants,
)
from app.studio.views.catalogue import bp

__all__ = ["bp"]
