"""Reads of what is watched."""
