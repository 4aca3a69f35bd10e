"""Verbs of arrivals, departures and the messages between provinces."""
