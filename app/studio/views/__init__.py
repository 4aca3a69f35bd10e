"""The studio's pages: plain forms and links, usable without a script; the modeler is one more way into a draft."""

from app.studio.views import drafts, modeler, proposals, rehearsals, replays, scenarios  # noqa: F401 – of this blueprint
from app.studio.views.catalogue import bp

__all__ = ["bp"]
