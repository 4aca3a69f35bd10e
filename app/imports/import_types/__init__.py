"""What can be imported: one kind per process that takes a list of children."""

from app.imports.import_types import registration
from app.imports.import_types.import_type import KINDS, Before, Incoming, Kind, Known, add_kind, kind_of, kinds_for

__all__ = ["KINDS", "Before", "Incoming", "Kind", "Known", "add_kind", "kind_of", "kinds_for", "registration"]
