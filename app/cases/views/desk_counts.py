"""What waits at the desk of whoever acts, as the menu and the first page say it: counted once for a page."""

from __future__ import annotations

from flask import g

from app import clock
from app.access import actor
from app.cases import queries
from app.cases.queries import oversight


def waiting_count() -> int:
    """How much waits for whoever acts; counted once per request."""
    if "waiting_count" not in g:
        g.waiting_count = queries.count_waiting(actor())
    return int(g.waiting_count)


def waiting_by_light() -> queries.Waiting:
    """The same with how much of it is overdue and nearly so; before it is counted without."""
    if "waiting_by_light" not in g:
        g.waiting_by_light = queries.count_by_light(actor(), clock.now())
        g.waiting_count = g.waiting_by_light.total
    found: queries.Waiting = g.waiting_by_light
    return found


def unread_count() -> int:
    """Notices that nobody of the office has read; counted once per request."""
    if "unread_count" not in g:
        g.unread_count = oversight.count_unread(actor())
    return int(g.unread_count)
