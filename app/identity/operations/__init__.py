"""Signing in and out, passwords, people and their posts."""

from app.identity.operations.failures import lift_locks
from app.identity.operations.passwords import Busy, hashed, hasher
from app.identity.operations.people import (
    add_user,
    disable,
    end_post,
    end_posts,
    give_post,
    reopen,
    reset_password,
    seal,
    unseal,
)
from app.identity.operations.sessions import (
    Attempt,
    Opened,
    acting,
    change_password,
    choose_post,
    new_password,
    nobody,
    seen,
    sign_in,
    sign_out,
    try_password,
)

__all__ = [
    "Attempt",
    "Busy",
    "Opened",
    "acting",
    "add_user",
    "change_password",
    "choose_post",
    "disable",
    "end_post",
    "end_posts",
    "give_post",
    "hashed",
    "hasher",
    "lift_locks",
    "new_password",
    "nobody",
    "reopen",
    "reset_password",
    "seal",
    "seen",
    "sign_in",
    "sign_out",
    "try_password",
    "unseal",
]
