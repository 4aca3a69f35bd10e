"""Who is signed in and which posts they hold; the accounts of a jurisdiction."""

from app.identity.queries.sessions import (
    HeldPost,
    Session,
    demo_users,
    digest,
    failures_at,
    failures_of,
    is_known_mark,
    known_places,
    locked_until,
    names_failed_from,
    post_held,
    recent_failures,
    signed_in,
    untold_failures,
    user_by_name,
    user_of,
)

__all__ = [
    "HeldPost",
    "Session",
    "demo_users",
    "digest",
    "failures_at",
    "failures_of",
    "is_known_mark",
    "known_places",
    "locked_until",
    "names_failed_from",
    "post_held",
    "recent_failures",
    "signed_in",
    "untold_failures",
    "user_by_name",
    "user_of",
]
