"""Prechecks of what a school does as a whole."""

from app.processes.school_year.precheck import school_reversal, whole_school

__all__ = ["school_reversal", "whole_school"]
