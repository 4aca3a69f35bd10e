"""The embedded server: slow and greedy clients are bounded, and room is kept for others.

In production a proxy in front does this (README); here waitress holds each connection without a thread until its
request has arrived, so what must be bounded are the connections and the threads.
"""

from __future__ import annotations

import time
from collections import Counter, OrderedDict, deque
from collections.abc import Callable
from typing import Any

from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

THREADS = 8
MOST_THREADS_OF_ONE = 6  # of one address, so that two are always for others
MOST_CONNECTIONS = 1000
MOST_CONNECTIONS_OF_ONE = 400
ARRIVAL = 30.0  # seconds in which a request must have arrived, head and body
ARRIVAL_PER_MEGABYTE = 10.0  # more for each megabyte that has arrived: a photo archive over a slow line
IDLE = 60  # seconds a connection may be kept without a request


class FairQueue:
    """What waits for a thread, address by address in turn; who has its share of the threads already waits on."""

    def __init__(self, most_of_one: int) -> None:
        self.most_of_one = most_of_one
        self.waiting: OrderedDict[str, deque[Any]] = OrderedDict()
        self.running: Counter[str] = Counter()

    def append(self, channel: Any) -> None:
        self.waiting.setdefault(channel.addr[0], deque()).append(channel)

    def popleft(self) -> Any:
        """The next of the address whose turn it is."""
        address = next(each for each in self.waiting if self.running[each] < self.most_of_one)
        tasks = self.waiting.pop(address)
        channel = tasks.popleft()
        if tasks:
            self.waiting[address] = tasks  # at the end of the line
        self.running[address] += 1
        return channel

    def done(self, address: str) -> None:
        """A thread of that address is free again."""
        self.running[address] -= 1
        if not self.running[address]:
            del self.running[address]

    def __len__(self) -> int:
        """How many could be taken now."""
        return sum(len(tasks) for address, tasks in self.waiting.items() if self.running[address] < self.most_of_one)


class Dispatcher(ThreadedTaskDispatcher):
    """Waitress's threads, fed from a fair queue."""

    def __init__(self, most_of_one: int = MOST_THREADS_OF_ONE) -> None:
        super().__init__()
        self.queue = FairQueue(most_of_one)

    def done(self, address: str) -> None:
        """Called by a thread whose request is answered."""
        with self.lock:
            self.queue.done(address)
            self.queue_cv.notify()

    def shutdown(self, cancel_pending: bool = True, timeout: float = 5) -> bool:
        """Let no address's share hold back what is to be cancelled."""
        with self.lock:
            self.queue.most_of_one = 1 << 30
        return bool(super().shutdown(cancel_pending, timeout))


class Channel(HTTPChannel):
    """A connection that knows since when its request has been arriving."""

    arriving_since: float | None = None
    arrived = 0  # bytes of the request that is arriving

    def received(self, data: bytes) -> bool:
        """Take in what came; the time runs from a request's first byte to its last."""
        taken = bool(super().received(data))
        if self.request is None:
            self.arriving_since, self.arrived = None, 0
        else:
            self.arriving_since = self.arriving_since or time.time()
            self.arrived += len(data)
        return taken

    def is_late(self, now: float, arrival: float) -> bool:
        """True when the request took longer to arrive than it may."""
        allowed = arrival + self.arrived / 1_000_000 * ARRIVAL_PER_MEGABYTE
        return self.arriving_since is not None and now - self.arriving_since > allowed

    def service(self) -> None:
        """Answer one request, and let the next of this address be answered."""
        try:
            super().service()
        finally:
            self.server.task_dispatcher.done(self.addr[0])


class Server(TcpWSGIServer):
    """Waitress, with bounds for one address and for the time a request may take to arrive."""

    channel_class = Channel
    arrival = ARRIVAL
    most_of_one = MOST_CONNECTIONS_OF_ONE
    stopping = False

    def handle_accept(self) -> None:
        """Take a connection; of an address that has too many, the one that has been silent longest gives way."""
        super().handle_accept()
        by_address: dict[str, list[Any]] = {}
        for channel in self.active_channels.values():
            by_address.setdefault(channel.addr[0], []).append(channel)
        for channels in by_address.values():
            silent = sorted((each for each in channels if not each.requests), key=lambda each: each.last_activity)
            for channel in silent[: max(0, len(channels) - self.most_of_one)]:
                channel.will_close = True

    def stop(self) -> None:
        """End `run` in whatever thread it runs."""
        self.stopping = True
        self.pull_trigger()

    def run(self) -> None:
        """Serve until stopped or interrupted."""
        try:
            while not self.stopping:
                self.asyncore.loop(timeout=1, map=self._map, use_poll=True, count=1)
        except (SystemExit, KeyboardInterrupt):
            pass
        self.task_dispatcher.shutdown()
        self.asyncore.close_all(self._map)

    def maintenance(self, now: float) -> None:
        """Close what is idle, and what has been arriving for too long."""
        super().maintenance(now)
        for channel in self.active_channels.values():
            if channel.is_late(now, self.arrival):
                channel.will_close = True


def server_for(
    application: Callable[..., Any], *, port: int, host: str = "127.0.0.1", threads: int = THREADS
) -> Server:
    """A server that is ready to `run`."""
    adjustments = Adjustments(
        host=host,
        port=port,
        threads=threads,
        ident=None,
        connection_limit=MOST_CONNECTIONS,
        backlog=1024,
        channel_timeout=IDLE,
        cleanup_interval=5,
        asyncore_use_poll=True,  # select knows no more than 1024 files
        clear_untrusted_proxy_headers=False,  # we believe named proxies only, see app.web.proxies
    )
    dispatcher = Dispatcher()
    dispatcher.set_thread_count(threads)
    return Server(application, {}, dispatcher=dispatcher, adj=adjustments, sockinfo=adjustments.listen[0])


def serve(application: Callable[..., Any], *, port: int) -> None:
    """Serve on this machine until interrupted."""
    server = server_for(application, port=port)
    server.run()
