"""Routes of all county pairs; a start on a loaded demo database."""

from __future__ import annotations

import contextlib
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from tests.bench import Figure
from tests.cases.test_routes import TOP, Province, pairs, route
from workflows import compile_diagrams

ROUNDS = 5


def _all_pairs() -> float:
    source = TOP / "bpmn/transfer/transfer.bpmn"
    diagrams = compile_diagrams({source.name: source.read_bytes()}, "transfer")
    province, spent = Province(), []
    for _ in range(ROUNDS):
        began = time.process_time()
        for here, there in pairs():
            route(diagrams, province.schools[here], province.schools[there])
        spent.append(time.process_time() - began)
    return round(statistics.median(spent), 2)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _start(environment: dict[str, str]) -> float:
    """CPU and wall are the same here: nothing is waited for but the process itself. Seconds to /healthz."""
    port = _free_port()
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "app"], cwd=TOP, env={**environment, "PORT": str(port)}, stdout=subprocess.DEVNULL
    )
    try:
        while time.perf_counter() - began < 60:
            with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                return time.perf_counter() - began
        raise RuntimeError("the house did not come up")
    finally:
        process.terminate()
        process.wait()


def _start_s() -> float:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'demo.db'}"
        environment = {**os.environ, "XUEJI_DATABASE_URL": url}
        subprocess.run(
            [sys.executable, "-m", "flask", "--app", "app", "demo"], cwd=TOP, env=environment, check=True,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip
        return round(statistics.median(_start(environment) for _ in range(ROUNDS)), 2)


def measure() -> dict[str, Figure]:
    """The lines of the house as a whole."""
    return {
        "route.all_pairs_s": Figure(_all_pairs(), "s CPU", "≤ 2, aim 0.5", ROUNDS, "8,010 routes"),
        "start_s": Figure(_start_s(), "s", "≤ 3, aim 1.5", ROUNDS, "to /healthz, demo loaded"),
    }
