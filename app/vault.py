"""What is kept as files: sealed, named by the SHA-256 of what is in them, there as a whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from cryptography.exceptions import InvalidTag
from flask import current_app

from app.errors import Refused
from app.sealing import seal_bytes, unseal_bytes


class Lost(Refused):
    code = "E-FILE-LOST"
    text = "文件缺失或已损坏，不能打开，请联系系统管理员。"


def keep(content: bytes) -> str:
    """Write the content down, durably, before the row that names it is committed; return its SHA-256.

    The same content is kept once. A rollback leaves a file that nothing names: it does no harm.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    path = _path(sha256)
    if path.exists():
        return sha256
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, half = tempfile.mkstemp(dir=path.parent, prefix=".half-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(seal_bytes(content))
            file.flush()
            os.fsync(file.fileno())
        os.replace(half, path)  # the whole file appears at once
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(half)
        raise
    _sync(path.parent)
    return sha256


def fetch(sha256: str) -> bytes:
    """The content of that name. Raises Lost when it is not there or not what it was."""
    try:
        content = unseal_bytes(_path(sha256).read_bytes())
    except (OSError, InvalidTag, ValueError) as error:
        raise Lost() from error
    if hashlib.sha256(content).hexdigest() != sha256:
        raise Lost()
    return content


def _path(sha256: str) -> Path:
    return Path(current_app.config["ATTACHMENTS"]) / sha256[:2] / sha256


def _sync(folder: Path) -> None:
    """Make the new name in the folder durable too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
