"""What can be imported: one kind per process that takes a list of children."""

from app.imports.kinds.kind import KINDS, Imported, Incoming, Kind, add_kind, kind_of, kinds_for

__all__ = ["KINDS", "Imported", "Incoming", "Kind", "add_kind", "kind_of", "kinds_for"]
