"""Slow and greedy clients: each address has its bounds, and others are answered meanwhile."""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from app import embedded_server
from tests.house.sources import TOP
from tests.support.buffering_proxy import BufferingProxy

HALF = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nusername=33"
PROMPT = 5.0  # seconds, on a machine that has other things to do; the fault took more than ten


def answers(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """An application that reads what it is sent."""
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", "2"), ("Content-Type", "text/plain")])
    return [b"ok"]


@pytest.fixture
def server() -> Iterator[embedded_server.Server]:
    server = embedded_server.server_for(answers, port=0)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server
    server.stop()
    thread.join(10)


@contextlib.contextmanager
def half_sent(port: int, count: int) -> Iterator[list[socket.socket]]:
    """That many requests, each with a head and the beginning of a body."""
    with contextlib.ExitStack() as stack:
        found = []
        for _ in range(count):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            connection.sendall(HALF)
            found.append(connection)
        yield found


def asked(port: int, path: str = "/healthz") -> tuple[int, float]:
    """The status of an answer, and how long it took."""
    began = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status, time.monotonic() - began


def test_half_sent_posts_keep_nobody_waiting(server: embedded_server.Server) -> None:
    with half_sent(server.effective_port, 250):
        status, took = asked(server.effective_port)

    assert (status, took < PROMPT) == (200, True), took


def test_two_hundred_kept_connections_are_answered_alike(server: embedded_server.Server) -> None:
    with contextlib.ExitStack() as stack:
        connections = []
        for _ in range(200):
            connection = http.client.HTTPConnection("127.0.0.1", server.effective_port, timeout=20)
            stack.callback(connection.close)
            connections.append(connection)
        slowest = 0.0
        for _round in range(3):
            began = time.monotonic()
            for connection in connections:
                connection.request("GET", "/healthz")
            for connection in connections:
                answer = connection.getresponse()
                assert (answer.status, answer.read()) == (200, b"ok")
            slowest = max(slowest, time.monotonic() - began)

    assert slowest < PROMPT, slowest


def test_a_request_must_have_arrived_in_its_time(server: embedded_server.Server) -> None:
    """However it trickles: each byte is activity, and the time runs from the first."""
    with half_sent(server.effective_port, 1) as (connection,):
        asked(server.effective_port)  # the half one has been read by then
        connection.sendall(b"x")
        asked(server.effective_port)
        server.maintenance(time.time() + embedded_server.ARRIVAL / 2)
        assert asked(server.effective_port)[0] == 200
        connection.sendall(b"x")  # still open
        server.maintenance(time.time() + embedded_server.ARRIVAL + 5)

        assert closed(connection)


def closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(100) == b""
    except ConnectionResetError:
        return True


def test_of_one_address_the_silent_connections_give_way(server: embedded_server.Server) -> None:
    server.most_of_one = 20
    with half_sent(server.effective_port, 30) as connections:
        assert asked(server.effective_port)[0] == 200
        assert closed(connections[0])
        assert asked(server.effective_port)[0] == 200
        assert len(server.active_channels) <= 22


def channel(address: str) -> Any:
    return SimpleNamespace(addr=(address, 1))


def test_addresses_take_turns_and_none_takes_all_threads() -> None:
    queue = embedded_server.FairQueue(most_of_one=2)
    for address in ["greedy"] * 5 + ["other"] * 2:
        queue.append(channel(address))

    taken = [queue.popleft().addr[0] for _ in range(4)]

    assert taken == ["greedy", "other", "greedy", "other"]
    assert len(queue) == 0, "three wait, and theirs have their share"
    queue.done("greedy")
    assert len(queue) == 3
    assert queue.popleft().addr[0] == "greedy"


def test_a_greedy_address_leaves_threads_to_others() -> None:
    """In the server itself: six of its requests are being answered, the seventh waits, another address does not."""
    begun, go_on, served = threading.Semaphore(0), threading.Event(), []
    dispatcher = embedded_server.Dispatcher()
    dispatcher.set_thread_count(embedded_server.THREADS)

    def task(address: str, wait: bool) -> Any:
        def service() -> None:
            begun.release()
            if wait:
                go_on.wait(20)
            served.append(address)
            dispatcher.done(address)

        return SimpleNamespace(addr=(address, 1), service=service, cancel=lambda: None)

    for _ in range(10):
        dispatcher.add_task(task("greedy", True))
    for _ in range(embedded_server.MOST_THREADS_OF_ONE):
        assert begun.acquire(timeout=20)
    dispatcher.add_task(task("other", False))
    assert begun.acquire(timeout=20), "the other has a thread at once"
    assert not begun.acquire(blocking=False), "the seventh waits"
    go_on.set()
    for _ in range(4):
        assert begun.acquire(timeout=20)
    dispatcher.shutdown()
    assert served.count("greedy") == 10


def test_the_production_stack_behind_a_proxy_that_buffers(tmp_path: Path) -> None:
    """gunicorn gets whole requests only, as nginx gives them (README): half-sent ones stay at the proxy."""
    module = tmp_path / "wsgi.py"
    module.write_text("from tests.test_slow_clients import answers as application\n", encoding="utf-8")
    gate = socket.create_server(("127.0.0.1", 0))
    command = [
        sys.executable,
        "-m",
        "gunicorn",
        "--workers",
        "2",
        "--bind",
        f"fd://{gate.fileno()}",
        "wsgi:application",
    ]
    command += ["--chdir", str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": str(TOP)}
    with (
        subprocess.Popen(command, env=environment, pass_fds=[gate.fileno()], stderr=subprocess.DEVNULL) as process,
        BufferingProxy(gate.getsockname()[1]) as proxy,
    ):
        try:
            assert asked(proxy.port)[0] == 200
            with half_sent(proxy.port, 250):
                status, took = asked(proxy.port)
        finally:
            process.terminate()
            gate.close()

    assert (status, took < PROMPT) == (200, True), took
