"""A proxy as nginx is one: it passes a request on when the whole of it has arrived, and holds the rest."""

from __future__ import annotations

import asyncio
import re
import threading

LENGTH = re.compile(rb"content-length:\s*([0-9]+)", re.IGNORECASE)


class BufferingProxy:
    """Listens on `port` and passes whole requests on to the server behind it, one connection each."""

    def __init__(self, behind: int) -> None:
        self.behind, self.port = behind, 0
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> BufferingProxy:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_error: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        server = await asyncio.start_server(self._taken, "127.0.0.1", 0, backlog=512)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for each in list(self._tasks):
            each.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _taken(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = LENGTH.search(head)
            body = await reader.readexactly(int(length[1]) if length else 0)
            back, forth = await asyncio.open_connection("127.0.0.1", self.behind)
            forth.write(head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n") + body)
            writer.write(await back.read())
            await writer.drain()
            forth.close()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            self._tasks.discard(task)
