"""A real SMTP server on this machine, plain or with STARTTLS and a login; and an office's system that takes pushes."""

from __future__ import annotations

import datetime as dt
import http.server
import ipaddress
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.settings import MailServer

USER, SECRET = "xueji", "a password with : and @"


class Mails:
    """What a server has taken; `says` is its answer to a receiver or to a mail, the usual yes where it is empty."""

    def __init__(self) -> None:
        self.taken: list[EmailMessage] = []
        self.receivers: list[list[str]] = []
        self.signed_in: list[bool] = []
        self.encrypted: list[bool] = []
        self.says = {"receiver": "", "mail": ""}

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:
        if self.says["receiver"]:
            return self.says["receiver"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:
        if self.says["mail"]:
            return self.says["mail"]
        self.taken.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        self.receivers.append(list(envelope.rcpt_tos))
        self.signed_in.append(bool(session.authenticated))
        self.encrypted.append(session.ssl is not None)
        return "250 OK"


class _Server(Controller):
    """Aiosmtpd's, on a port that the system chooses."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def _authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), SECRET.encode())
    return AuthResult(success=right, handled=right)


@contextmanager
def mail_server(folder: Path | None = None, password: str = SECRET) -> Iterator[tuple[Mails, MailServer]]:
    """A server and the settings that lead to it; with a folder for its certificate it asks for TLS and a login."""
    mails, more = Mails(), {}
    if folder is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate(folder))
        more = {
            "tls_context": context,
            "require_starttls": True,
            "authenticator": _authenticate,
            "auth_required": True,
        }
    controller = _Server(mails, hostname="127.0.0.1", port=0, **more)
    controller.start()
    port = controller.port
    login = ("", "") if folder is None else (USER, password)
    try:
        yield (
            mails,
            MailServer("127.0.0.1", port, "plain" if folder is None else "starttls", *login, "xueji@example.cn"),
        )
    finally:
        controller.stop()


def certificate(folder: Path) -> Path:
    """A certificate for 127.0.0.1 with its key in one file, which is also its own authority."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = folder / "server.pem"
    file.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return file


class Pushes:
    """What an office's system was sent; `answers` are the statuses that it gives, the last one for ever."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, dict[str, str], bytes]] = []
        self.answers = [204]
        self.location = ""


@contextmanager
def pushed_to() -> Iterator[tuple[Pushes, str]]:
    """An office's system on this machine, and its address."""
    pushes = Pushes()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            pushes.taken.append((self.path, dict(self.headers), body))
            self.send_response(pushes.answers.pop(0) if len(pushes.answers) > 1 else pushes.answers[0])
            if pushes.location:
                self.send_header("Location", pushes.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_said: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield pushes, f"http://127.0.0.1:{server.server_address[1]}/hook"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
