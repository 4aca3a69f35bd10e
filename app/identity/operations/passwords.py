"""Hashing: argon2id, a few at a time, and never while a transaction is open."""

from __future__ import annotations

import contextlib
import functools
import os
import secrets
import threading
from collections.abc import Iterator

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from flask import current_app

from app.database import end_reading
from app.errors import Refused

AT_ONCE = max(1, min(4, (os.cpu_count() or 2) // 2 + 1))  # hashes: each takes 64 MB and a tenth of a second
MOST_WAITING = 3  # fewer than the threads of the embedded server, so that others are still served
LONGEST_WAIT = 3.0  # seconds
_running = threading.BoundedSemaphore(AT_ONCE)
_admitted = threading.BoundedSemaphore(AT_ONCE + MOST_WAITING)


class Busy(Refused):
    code = "E-BUSY"
    text = "登录的人过多，请在 {seconds} 秒后再试。"


def hasher() -> PasswordHasher:
    """argon2id; tests make it cheap by configuration."""
    cost = current_app.config.get("PASSWORD_COST", (3, 65536, 2))
    return _hasher(*cost)


@functools.lru_cache(maxsize=4)
def _hasher(time_cost: int, memory_cost: int, parallelism: int) -> PasswordHasher:
    return PasswordHasher(time_cost=time_cost, memory_cost=memory_cost, parallelism=parallelism)


@functools.lru_cache(maxsize=4)
def _nobodys_hash(present: PasswordHasher) -> str:
    return present.hash(secrets.token_urlsafe())


def matches(stored: str | None, password: str) -> bool:
    """True when the password is that of the stored hash; without one, False after as much work.

    What was read before is given up: no connection is held meanwhile. Raises Busy when too many are at it.
    """
    present = hasher()
    end_reading()
    with _a_slot():
        try:
            return bool(present.verify(stored or _nobodys_hash(present), password)) and stored is not None
        except VerificationError:
            return False


def hashed(password: str) -> str:
    """The hash to store. Raises Busy."""
    present = hasher()
    end_reading()
    with _a_slot():
        return present.hash(password)


@contextlib.contextmanager
def _a_slot() -> Iterator[None]:
    """One of the few slots for hashing; a few callers may wait for one. Raises Busy at once when more do."""
    if not _admitted.acquire(blocking=False):
        raise Busy(seconds=2)
    try:
        if not _running.acquire(timeout=LONGEST_WAIT):
            raise Busy(seconds=2)
        try:
            yield
        finally:
            _running.release()
    finally:
        _admitted.release()
