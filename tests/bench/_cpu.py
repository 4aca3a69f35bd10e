"""CPU of this process and of this database's own backends, whatever else runs on the server."""

from __future__ import annotations

import contextlib
import os
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def of_backends(database: str) -> float:
    """CPU seconds of the processes that serve the PostgreSQL database of that name, while they live."""
    total = 0.0
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with contextlib.suppress(OSError):
                if f" {database} ".encode() in (folder / "cmdline").read_bytes():
                    fields = (folder / "stat").read_text().rsplit(")", 1)[1].split()
                    total += sum(map(int, fields[11:13])) / TICK
    return total


def spent(database: str | None = None) -> float:
    """CPU seconds of this process so far, with those of the backends of that database."""
    return time.process_time() + (of_backends(database) if database else 0.0)
