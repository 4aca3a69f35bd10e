"""Figures as bars, events as XML."""
