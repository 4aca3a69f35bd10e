"""信息更正: what stands in the record of a child is put right."""

from __future__ import annotations

from flask import Flask

KEYS = ("correction", "key_correction", "locked_correction")


def init_app(app: Flask) -> None:
    """Register what these processes add to the engine."""
    from app.processes.corrections import examples  # noqa: F401 – their rules are among those of the changes
