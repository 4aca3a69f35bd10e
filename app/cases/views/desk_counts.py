"""What waits at the desk of whoever acts, as the menu and the first page say it: counted once for a page."""

from __future__ import annotations

from flask import g

from app import clock
from app.access import actor
from app.cases.queries.desk_counts import DeskCounts, desk_counts


def counts() -> DeskCounts:
    """Every list of the menu with how much it holds, in one statement; counted once per request."""
    if "desk_counts" not in g:
        g.desk_counts = desk_counts(actor())
    found: DeskCounts = g.desk_counts
    return found


def waiting_count() -> int:
    """How much waits for whoever acts."""
    return counts().waiting


def counts_with_lights() -> DeskCounts:
    """The same with how much is overdue and nearly so: asked before the menu is drawn, it is the only count."""
    if "lights" not in g:
        g.lights = g.desk_counts = desk_counts(actor(), clock.now())
    found: DeskCounts = g.lights
    return found


def unread_count() -> int:
    """Notices that nobody of the office has read."""
    return counts().unread


def copies_count() -> int:
    """待阅: copies that nobody of the office has read."""
    return counts().copies


def urged_count() -> int:
    """催办: tasks of the desk about which somebody hurries."""
    return counts().urged


def drafts_count() -> int:
    """What whoever acts has typed in this post and not sent."""
    return counts().drafts


def running_count() -> int:
    """在办: running cases in which whoever acts took part."""
    return counts().running


def closed_count() -> int:
    """办结: closed cases in which the office took part."""
    return counts().closed


def applied_count() -> int:
    """Cases that the office applied for."""
    return counts().applied
