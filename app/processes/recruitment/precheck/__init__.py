"""Prechecks of recruiting beyond the own area."""

from app.processes.recruitment.precheck import plans, roster

__all__ = ["plans", "roster"]
