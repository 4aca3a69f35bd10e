"""Mail handed over to a server (RFC 5321), with STARTTLS or TLS and a login where settings say so."""

from __future__ import annotations

import datetime as dt
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from app.notifications.adapters import NotDelivered
from app.settings import MailServer

TIMEOUT = 20  # seconds, of each step
PERMANENT = range(500, 600)


def message_of(key: str, receiver: str, content: Any, sender: str, now: dt.datetime) -> EmailMessage:
    """A mail as it goes out; its Message-ID is the same at every attempt, so that a repeat is known as one."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = f"学籍系统 <{sender}>", receiver, content["subject"]
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{key}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence answers it
    message.set_content(content["text"], cte="base64")
    return message


def send(server: MailServer, message: EmailMessage) -> None:
    """Hand a mail over. Raises NotDelivered."""
    try:
        with _connected(server) as connection:
            connection.send_message(message, from_addr=server.sender)
    except smtplib.SMTPRecipientsRefused as refusal:
        [(code, _said)] = refusal.recipients.values()
        raise NotDelivered(f"邮件服务器不接受该收件地址（{code}）。", final=code in PERMANENT) from refusal
    except smtplib.SMTPDataError as refusal:
        code = refusal.smtp_code
        raise NotDelivered(f"邮件服务器没有接收邮件（{code}）。", final=code in PERMANENT) from refusal
    except smtplib.SMTPAuthenticationError as refusal:
        raise NotDelivered(f"邮件服务器不接受系统的用户名或密码（{refusal.smtp_code}）。") from refusal
    except ssl.SSLError as error:
        raise NotDelivered("与邮件服务器的加密连接没有建立，请检查证书。") from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotDelivered(f"没有连上邮件服务器（{type(error).__name__}）。") from error


@contextmanager
def _connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    """A connection, encrypted and signed in to as the settings say; the server's certificate is verified."""
    if server.security == "tls":
        context = ssl.create_default_context()
        connection: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    with connection:
        if server.security == "starttls":
            connection.starttls(context=ssl.create_default_context())
        if server.username:
            connection.login(server.username, server.password)
        yield connection
