"""The processes of a soak, and whoever kills them."""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

STARTS_IN = 60.0  # seconds


@dataclass
class Processes:
    """Servers and a worker on one database; each may be killed, and is started again."""

    url: str
    attachments: str
    moment: str
    folder: Path
    ports: list[int] = field(default_factory=list)
    running: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)  # by port; 0 is the worker
    killed: int = 0
    broken_connections: int = 0

    def start(self, servers: int) -> None:
        """Start everything and wait until it answers."""
        self.ports = [_free_port() for _ in range(servers)]
        for port in (*self.ports, 0):
            self._start(port)
        for port in self.ports:
            self.wait_for(port)

    def _start(self, port: int) -> None:
        command = [sys.executable, "-m", "tests.soak.serving"]
        log = str(self.folder / f"process-{port}.log")
        told = {
            "url": self.url, "attachments": self.attachments, "moment": self.moment, "port": port, "log": log,
        }  # fmt: skip
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        assert process.stdin
        process.stdin.write(json.dumps(told).encode() + b"\n")
        process.stdin.close()
        self.running[port] = process

    def wait_for(self, port: int) -> None:
        """Until the server answers."""
        until = time.monotonic() + STARTS_IN
        while time.monotonic() < until:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    return
            time.sleep(0.1)
        raise AssertionError(f"no server answers at {port}")

    def kill(self, port: int) -> None:
        """Kill one process without a word, and start it again."""
        self.running[port].kill()
        self.running[port].wait()
        self.killed += 1
        self._start(port)

    def break_a_connection(self) -> None:
        """End one database connection of the servers or the worker, where a server holds them (PostgreSQL)."""
        if self.url.startswith("sqlite"):
            return
        engine = sa.create_engine(self.url, isolation_level="AUTOCOMMIT", poolclass=sa.pool.NullPool)
        ended = sa.text(
            "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND application_name <> 'kept' ORDER BY random() LIMIT 1) AS one"
        )
        with engine.connect() as connection:
            self.broken_connections += len(connection.execute(ended).all())

    def disturb(self, stop: threading.Event, chance: random.Random, every: float) -> None:
        """Kill and break until told to stop; the last server alive is never killed with the others."""
        while not stop.wait(every * chance.uniform(0.5, 1.5)):
            what = chance.choice(["worker", "server", "connection"])
            if what == "connection":
                self.break_a_connection()
            elif what == "worker":
                self.kill(0)
            else:
                port = chance.choice(self.ports)
                self.kill(port)
                with contextlib.suppress(AssertionError):
                    self.wait_for(port)

    def end(self) -> None:
        """Kill everything."""
        for process in self.running.values():
            process.kill()
        for process in self.running.values():
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
