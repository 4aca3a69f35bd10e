"""What has no length yet, or is a part of something, is not compressed."""

from __future__ import annotations

from typing import Any

from app.web.compression import Compression


def test_what_is_streamed_or_sent_in_parts_is_left_alone() -> None:
    for status, more in (("200 OK", []), ("206 Partial Content", [("Content-Length", "5000")])):
        parts = iter([b"x" * 2500] * 2)

        def application(_environ: Any, start: Any, status: str = status, more: Any = more, parts: Any = parts) -> Any:
            start(status, [("Content-Type", "text/css"), *more])
            return parts

        said: list[Any] = []
        environ = {"REQUEST_METHOD": "GET", "HTTP_ACCEPT_ENCODING": "gzip"}

        body = Compression(application)(environ, lambda *told, said=said: said.extend(told))

        assert body is parts
        assert "Content-Encoding" not in dict(said[1])
