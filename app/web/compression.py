"""Pages and style sheets compressed on their way out; static files that a browser keeps for good.

Compression tells by the length of an answer how often what was asked for stands in it (the BREACH attack): who can make
a victim's browser ask for `?q=…` again and again, and see the lengths, finds out letter by letter what else stands on
the page, a child's name or the token against forged requests. A token that is written anew for each answer would
protect itself alone. So a page is compressed only where no other site can have made the browser ask: the browser says
so itself in `Sec-Fetch-Site`, which no script can set, or where it sends none (plain HTTP) by a `Referer` of this very
host, which other sites can leave out but not forge. Answers to programs stay as they are.
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from whitenoise import WhiteNoise
from whitenoise.responders import StaticFile

SHORTEST = 1000  # bytes: what is less fits into one packet anyway
LARGEST = 8_000_000  # bytes: what is more is sent as it comes
LEVEL = 4  # of 9: a page of 16 KB takes 0.08 ms and shrinks to 3.5 KB, with the highest level to 3.2 KB
PAGES = {"text/html"}
FILES = {"text/css", "text/javascript", "application/javascript", "image/svg+xml"}  # the same for everybody
FOR_GOOD = "public, max-age=31536000, immutable"

Headers = list[tuple[str, str]]


class StaticFiles(WhiteNoise):
    """WhiteNoise, with files that never change again at the address that holds their content's hash.

    digest -- of a file by its path below the root, as `asset` puts it into the address (`?v=`). Under any other hash,
    which an old page may ask for right after an upgrade, the file is kept for a day as without one.
    """

    def __init__(self, application: Any, *, digest: Callable[[str], str], prefix: str, **options: Any) -> None:
        super().__init__(application, prefix=prefix, **options)
        self.digest, self.prefix = digest, f"/{prefix}"

    def serve(self, static_file: StaticFile, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Serve the file, for good where the address says which content is meant."""
        path = environ["PATH_INFO"].removeprefix(self.prefix)
        if known := environ.get("HTTP_IF_NONE_MATCH"):
            environ = {**environ, "HTTP_IF_NONE_MATCH": known.removeprefix("W/")}  # compared weakly (RFC 9110, 13.1.2)
        asked = parse_qs(environ.get("QUERY_STRING", "")).get("v")
        if asked != [self.digest(path)]:
            return super().serve(static_file, environ, start_response)

        def start(status: str, headers: Headers, *rest: Any) -> Any:
            kept = [each for each in headers if each[0].lower() != "cache-control"]
            return start_response(status, [*kept, ("Cache-Control", FOR_GOOD)], *rest)

        return super().serve(static_file, environ, start)


class Compression:
    """A WSGI application whose pages and style sheets are compressed for those who take it."""

    def __init__(self, application: Any) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        started: list[Any] = []

        def start(*said: Any) -> Callable[[bytes], object]:
            started[:] = said
            return _no_write

        body = self.application(environ, start)
        status, headers, *rest = started
        kind = _value(headers, "Content-Type").partition(";")[0]
        if kind in PAGES | FILES:
            headers = _varied(headers, "Sec-Fetch-Site, Referer" if kind in PAGES else "")
            if _may(environ, status, headers) and (kind in FILES or _is_own(environ)):
                headers, body = _compressed(headers, body, keep=kind in FILES)
        start_response(status, headers, *rest)
        return body


def _may(environ: dict[str, Any], status: str, headers: Headers) -> bool:
    """True when a whole answer of a bearable length goes to somebody who takes gzip."""
    length = _value(headers, "Content-Length")
    return (
        environ["REQUEST_METHOD"] != "HEAD"
        and not status.startswith(("206", "304"))
        and not _value(headers, "Content-Encoding")
        and length.isdecimal()
        and SHORTEST <= int(length) <= LARGEST
        and _takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", ""))
    )


def _takes_gzip(accepted: str) -> bool:
    offers = [each.replace(" ", "").lower().partition(";q=") for each in accepted.split(",")]
    return any(name == "gzip" and (weight or "1").strip("0.") != "" for name, _, weight in offers)


def _is_own(environ: dict[str, Any]) -> bool:
    """True when the browser asks of this site's own accord, or its user's."""
    site = environ.get("HTTP_SEC_FETCH_SITE")
    if site is not None:
        return site in ("same-origin", "none")
    referer, host = environ.get("HTTP_REFERER", ""), environ.get("HTTP_HOST", "")
    return bool(host) and _host_of(referer) == host


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""


def _compressed(headers: Headers, body: Iterable[bytes], *, keep: bool) -> tuple[Headers, Iterable[bytes]]:
    """keep -- the same for everybody: compressed once for each content."""
    try:
        content = b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()
    small = _gzip_once(content) if keep else _gzip(content)
    changed = {"content-length": str(len(small)), "etag": _weak(_value(headers, "ETag"))}
    written = [(name, changed.get(name.lower(), value)) for name, value in headers]
    return [*written, ("Content-Encoding", "gzip")], [small]


def _gzip(content: bytes) -> bytes:
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, 31)
    return packer.compress(content) + packer.flush()


_gzip_once = functools.lru_cache(maxsize=32)(_gzip)


def _weak(tag: str) -> str:
    """Of another form of the same content: only a weak tag may be shared (RFC 9110, 8.8.1)."""
    return tag if tag.startswith("W/") or not tag else f"W/{tag}"


def _varied(headers: Headers, more: str) -> Headers:
    """Whoever keeps an answer must know on what its form depends."""
    names = [each for each in (_value(headers, "Vary"), "Accept-Encoding", more) if each]
    if "accept-encoding" in _value(headers, "Vary").lower():
        names.remove("Accept-Encoding")
    return [*(each for each in headers if each[0].lower() != "vary"), ("Vary", ", ".join(names))]


def _value(headers: Headers, name: str) -> str:
    return next((value for each, value in headers if each.lower() == name.lower()), "")


def _no_write(_data: bytes) -> object:
    raise NotImplementedError("nothing of the application writes without a body")
