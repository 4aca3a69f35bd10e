"""The worker's part: notices are passed on, mails and pushes are sent. And `flask mail`, which tries the settings."""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import secrets
import threading
from collections.abc import Callable

import click
from flask.cli import with_appcontext

from app import clock
from app.cases import hooks
from app.database import end_reading, transaction
from app.errors import Stale
from app.notifications import operations
from app.notifications.adapters import NotDelivered, mail, push
from app.notifications.adapters.configured import allowed_networks, mail_server
from app.notifications.models import Way
from app.notifications.operations.sending import Taken

log = logging.getLogger("xueji.notifications")


def work_on_mail(stop: threading.Event | None = None) -> int:
    """Pass on what was told, then send the mails that are due; return how many were sent."""
    stop, passed = stop or threading.Event(), 1
    server = mail_server()
    while passed and not stop.is_set():
        with transaction():
            passed = operations.pass_on(mails=server is not None)
    return _send(Way.MAIL, _mail, stop) if server is not None else 0


def work_on_pushes(stop: threading.Event | None = None) -> int:
    """Send the pushes that are due; return how many were sent. A slow receiver holds up no mail."""
    return _send(Way.WEBHOOK, _push, stop or threading.Event())


def _send(way: Way, send: Callable[[Taken], None], stop: threading.Event) -> int:
    sent = 0
    while not stop.is_set():
        with transaction():
            taken = operations.claim(way, clock.now())
        if taken is None:
            break
        end_reading()
        sent += _try(taken, send)
    return sent


def _try(taken: Taken, send: Callable[[Taken], None]) -> bool:
    """One attempt, outside any transaction; what came of it is written after it."""
    try:
        send(taken)
    except NotDelivered as fault:
        with transaction():
            operations.failed(taken, fault.sentence, final=fault.final)
        return False
    except Exception:
        incident = secrets.token_hex(4)
        log.exception("incident %s: message %s could not be sent", incident, taken.id)
        with transaction():
            operations.failed(taken, f"程序出错（编号 {incident}）。", final=False)
        return False
    with transaction():
        operations.arrived(taken.id)
    return True


def _mail(taken: Taken) -> None:
    server = mail_server()
    if server is None:
        raise NotDelivered("本系统没有设置邮件服务器。")
    mail.send(server, mail.message_of(taken.key, taken.address, taken.content, server.sender, clock.now()))


def _push(taken: Taken) -> None:
    at = int(clock.now().timestamp())
    push.push(taken.address, taken.secret, taken.key, taken.content, at, allowed_networks())


@hooks.job("digests", "每日汇总")
def _digests(now: dt.datetime) -> int:
    """Today's digests, so many people in a transaction; none where no mail is sent."""
    written = 0
    if mail_server() is None:
        return 0
    with contextlib.suppress(Stale):
        while more := _some_digests(now):
            written += more
    return written


def _some_digests(now: dt.datetime) -> int:
    with transaction():
        return operations.write_digests(now)


@hooks.job("forgotten", "清理通知投递记录")
def _forget(now: dt.datetime) -> int:
    with transaction():
        return operations.forget_old(now)


@click.command("mail")
@click.argument("receiver")
@with_appcontext
def mail_command(receiver: str) -> None:
    """Send a mail to RECEIVER, to see whether XUEJI_SMTP and XUEJI_MAIL_FROM are right."""
    server = mail_server()
    if server is None:
        raise click.ClickException("没有设置 XUEJI_SMTP")
    content = {"subject": "【学籍】测试邮件", "text": "收到此邮件，说明学籍系统的邮件设置可以使用。"}
    try:
        mail.send(
            server, mail.message_of(f"test-{secrets.token_hex(8)}", receiver, content, server.sender, clock.now())
        )
    except NotDelivered as fault:
        raise click.ClickException(fault.sentence) from fault
    click.echo("已交给邮件服务器")
