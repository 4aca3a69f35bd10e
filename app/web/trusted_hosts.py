"""Under which names the system is reached: its links, QR codes and answers follow the setting, never the request."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request, url_for

from app.errors import Refused

OF_THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "[::1]"})
ASKED_BY_MACHINES = ("/healthz", "/readyz")  # by whatever address the balancer uses; they hold no link


class UntrustedHost(Refused):
    code = "E-HOST"
    text = "本系统不以此地址提供服务，请使用正式网址访问。（管理员：正式网址由 XUEJI_URL 设定。）"


def refuse_untrusted_host() -> None:
    """Only the name of XUEJI_URL, and this machine's own, are served. Raises UntrustedHost."""
    if request.path in ASKED_BY_MACHINES:
        return
    ours = urlsplit(current_app.config.get("URL") or "").hostname
    name = _name_of(request.host)
    if name != ours and name not in OF_THIS_MACHINE:
        raise UntrustedHost()


def _name_of(host: str) -> str:
    """The host without its port, in lower case and without a full stop at its end."""
    name = host.rsplit(":", 1)[0] if not host.endswith("]") and ":" in host else host
    return name.lower().rstrip(".")


def public_url(endpoint: str, **values: str) -> str:
    """An address to be printed or encoded: under XUEJI_URL; without it under the name by which one came."""
    base = (current_app.config.get("URL") or "").rstrip("/")
    path = url_for(endpoint, **values)  # type: ignore[arg-type]
    return (base or request.host_url.rstrip("/")) + path
