"""Forwarded addresses, believed from named proxies only: whoever else sends such a header is the one who asks."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Sequence
from typing import Any

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
UNIX = "unix"  # a proxy that comes over a socket of this machine has no address
FORWARDED = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_X_FORWARDED_HOST")


class NamedProxies:
    """WSGI: the browser's address, scheme and host as the last named proxy saw them."""

    def __init__(self, application: Callable[..., Any], names: Iterable[str]) -> None:
        self.application = application
        present = [each for each in names if each]
        self.unix = UNIX in present
        self.networks: Sequence[Network] = [
            ipaddress.ip_network(each, strict=False) for each in present if each != UNIX
        ]

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if self.is_named(environ.get("REMOTE_ADDR", "")):
            self.believe(environ)
        else:
            for header in FORWARDED:
                environ.pop(header, None)
        return self.application(environ, start_response)

    def is_named(self, address: str) -> bool:
        """True for the address of a proxy that is believed."""
        if not address:
            return self.unix
        try:
            known = ipaddress.ip_address(address)
        except ValueError:
            return False
        known = getattr(known, "ipv4_mapped", None) or known
        return any(known in network for network in self.networks)

    def believe(self, environ: dict[str, Any]) -> None:
        """From the right, past every hop that is a named proxy: the first that is none is who asks."""
        hops = _parts(environ.get("HTTP_X_FORWARDED_FOR"))
        for hop in reversed(hops):
            address = _address(hop)
            if address is None:
                break
            environ["REMOTE_ADDR"] = address
            if not self.is_named(address):
                break
        schemes, hosts = _parts(environ.get("HTTP_X_FORWARDED_PROTO")), _parts(environ.get("HTTP_X_FORWARDED_HOST"))
        if schemes and schemes[-1] in ("http", "https"):
            environ["wsgi.url_scheme"] = schemes[-1]
        if hosts:
            environ["HTTP_HOST"] = hosts[-1]


def _parts(header: str | None) -> list[str]:
    return [part for each in (header or "").split(",") if (part := each.strip())]


def _address(hop: str) -> str | None:
    """The address of a hop, without the port that some proxies add; None for what is none."""
    text = hop.strip('"')
    for candidate in (text, text.removeprefix("[").split("]")[0], text.rsplit(":", 1)[0]):
        try:
            return str(ipaddress.ip_address(candidate))
        except ValueError:
            continue
    return None
