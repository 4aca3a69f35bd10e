"""What can be imported: one kind per process that takes a list of children."""

from app.imports.kinds import registration
from app.imports.kinds.kind import KINDS, Before, Incoming, Kind, add_kind, kind_of, kinds_for

__all__ = ["KINDS", "Before", "Incoming", "Kind", "add_kind", "kind_of", "kinds_for", "registration"]
