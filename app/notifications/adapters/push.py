"""A push to an office's own system: signed, to an address that was looked at, never where the answer points.

The name is looked up once and the connection goes to the very address that was checked (no DNS rebinding); an address
of this machine or of an inner network is refused unless settings name it; redirects are not followed.
"""

from __future__ import annotations

import hmac
import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Collection, Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

import orjson

from app.notifications.adapters import NotDelivered
from app.notifications.rules import Network, fault_of_address, fault_of_url

TIMEOUT = 10.0  # seconds, of each step
LONGEST = 20.0  # seconds of a whole attempt: an answer that comes byte by byte holds nobody up
SIGNATURE, DELIVERY, TIMESTAMP = "X-Xueji-Signature", "X-Xueji-Delivery", "X-Xueji-Timestamp"


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """`sha256=…`: HMAC-SHA-256 of time, full stop and body, so that an old message cannot be sent as a new one."""
    signed = timestamp.encode() + b"." + body
    return f"sha256={hmac.new(secret.encode(), signed, 'sha256').hexdigest()}"


def push(
    url: str, secret: str, key: str, content: Mapping[str, Any], timestamp: int, allowed: Collection[Network]
) -> None:
    """Post a message; any answer of the 200s is yes. Raises NotDelivered."""
    if why := fault_of_url(url, allowed):
        raise NotDelivered(f"推送地址不能使用：{why}。")
    body = orjson.dumps({"id": key, **content})
    headers = {
        "Content-Type": "application/json",
        "User-Agent": "Xueji",
        DELIVERY: key,
        TIMESTAMP: str(timestamp),
        SIGNATURE: signature(secret, str(timestamp), body),
    }
    status = _status(urlsplit(url), body, headers, allowed)
    if 300 <= status < 400:
        raise NotDelivered(f"对方要求转到另一地址（{status}），系统不跟随转向，请填写最终地址。")
    if not 200 <= status < 300:
        raise NotDelivered(f"对方没有接收（{status}）。")


def _status(parts: SplitResult, body: bytes, headers: dict[str, str], allowed: Collection[Network]) -> int:
    """The status of the answer. Raises NotDelivered."""
    host, secure = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    connection: http.client.HTTPConnection | None = None
    try:
        address = _looked_up(host, port, allowed, plain=not secure)
        connection = _connection(host, port, address, secure=secure)
        watch = threading.Timer(LONGEST, _cut, [connection])
        watch.start()
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request("POST", target, body, headers)
            return connection.getresponse().status
        finally:
            watch.cancel()
    except ssl.SSLError as error:
        raise NotDelivered("与对方的加密连接没有建立，请检查其证书。") from error
    except (OSError, http.client.HTTPException, ValueError, AttributeError) as error:
        raise NotDelivered(f"没有连上对方（{type(error).__name__}）。") from error
    finally:
        if connection is not None:
            connection.close()


def _looked_up(host: str, port: int, allowed: Collection[Network], *, plain: bool) -> str:
    """The address to which the name leads. Raises NotDelivered where one of its addresses is refused."""
    found = [str(each[4][0]) for each in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    for each in found:
        if why := fault_of_address(ipaddress.ip_address(each.partition("%")[0]), allowed, plain=plain):
            raise NotDelivered(f"推送地址不能使用：{why}。")
    return found[0]


def _connection(host: str, port: int, address: str, *, secure: bool) -> http.client.HTTPConnection:
    """A connection to that very address, which is called by its name."""
    sock: socket.socket = socket.create_connection((address, port), TIMEOUT)
    if secure:
        try:
            sock = ssl.create_default_context().wrap_socket(sock, server_hostname=host)
        except BaseException:
            sock.close()
            raise
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    connection.sock = sock
    return connection


def _cut(connection: http.client.HTTPConnection) -> None:
    if connection.sock is not None:
        connection.sock.close()
