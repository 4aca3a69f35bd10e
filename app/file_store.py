"""What is kept as files: sealed, named by the SHA-256 of what is in them, there as a whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from cryptography.exceptions import InvalidTag
from flask import current_app

from app.encryption import seal_bytes, unseal_bytes
from app.errors import Refused


class Lost(Refused):
    code = "E-FILE-LOST"
    text = "文件缺失或已损坏，不能打开，请联系系统管理员。"


def keep(content: bytes) -> str:
    """Write the content down, durably, before the row that names it is committed; return its SHA-256.

    The same content is kept once. A rollback leaves a file that nothing names: it does no harm.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    take_in(sha256, lambda: [seal_bytes(content)])
    return sha256


def holds(sha256: str) -> bool:
    """True when a file of that name is kept."""
    return _path(sha256).exists()


def every() -> Iterator[tuple[str, Path]]:
    """The name and place of every sealed file, in the order of their names."""
    digit = "[0-9a-f]"
    found = Path(current_app.config["ATTACHMENTS"]).glob(f"{digit * 2}/{digit * 64}")
    return ((path.name, path) for path in sorted(found))


def take_in(name: str, sealed: Callable[[], Iterable[bytes]]) -> None:
    """Keep a file that is sealed already under its name; one that is there stays as it is."""
    path = _path(name)
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, half = tempfile.mkstemp(dir=path.parent, prefix=".half-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(sealed())
            file.flush()
            os.fsync(file.fileno())
        os.replace(half, path)  # the whole file appears at once
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(half)
        raise
    _sync(path.parent)


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
