"""Whom a notice concerns, when it may go out, how often it is tried, and to which addresses the product ever speaks."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from app import clock
from app.errors import InvalidInput

KIND_NAMES = {
    "reminder": "到期提醒与同事提醒",
    "urge": "催办",
    "supervision": "督办",
    "escalation": "下级逾期上报",
    "result": "办理结果",
}
AT_ONCE, IN_DIGEST, NOT_AT_ALL = "mail", "digest", "none"
WAY_NAMES = {AT_ONCE: "立即发邮件", IN_DIGEST: "列入每日汇总", NOT_AT_ALL: "不发邮件"}
DIGEST_AT = dt.time(8, 30)  # of a working day, in China
DIGEST_LINES = 50
#: before the next attempt, after so many have failed; after the last one nobody tries any longer
WAITS = tuple(dt.timedelta(minutes=each) for each in (1, 5, 30, 120, 360, 720, 1440))
LEASE = dt.timedelta(minutes=2)  # longer than any attempt takes
CONFIRMED_WITHIN = dt.timedelta(hours=24)  # a code is taken
KEPT_FOR = dt.timedelta(days=90)  # a delivery, whatever became of it
EMAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9-]{2,63})+")
SECRET = re.compile(r"[!-~]{32,128}")
SECRET_SAYS = "签名密钥须为 32 至 128 个可打印的 ASCII 字符，不含空格。"
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
INTERNET: tuple[Network, ...] = ()


def duties_concerned(kind: str, duty: str | None) -> frozenset[str]:
    """Who of the office a notice is for: of a task whoever does it, of what lingers below who may supervise it.

    duty -- of the notice's task, None where it has none
    """
    if kind == "escalation":
        return frozenset({"approver"})
    if kind == "result" or duty is None:
        return frozenset({"operator", "approver"})
    return frozenset({duty})


def due_after_quiet(now: dt.datetime, since: int | None, until: int | None) -> dt.datetime:
    """When a mail of this moment may go out: now, or when the quiet hours of its receiver end."""
    if since is None or until is None or since == until:
        return now
    local = clock.local(now)
    quiet = since <= local.hour < until if since < until else local.hour >= since or local.hour < until
    if not quiet:
        return now
    end = local.replace(hour=until, minute=0, second=0, microsecond=0)
    return (end if end > local else end + dt.timedelta(days=1)).astimezone(dt.UTC)


def digest_time(now: dt.datetime) -> dt.datetime | None:
    """Since when today's digest is due: half past eight of a working day; None on another day, or before."""
    local = clock.local(now)
    due = dt.datetime.combine(local.date(), DIGEST_AT, clock.ZONE)
    return due.astimezone(dt.UTC) if due <= local and clock.is_working_day(local.date()) else None


def wait_after(attempts: int) -> dt.timedelta | None:
    """How long after that many failed attempts the next one is made; None when there is none."""
    return WAITS[attempts - 1] if attempts <= len(WAITS) else None


def faults_of_preference(email: str, ways: Mapping[str, str], digest: bool, hours: Sequence[int | None]) -> list[Any]:
    """What is wrong with what a person has chosen, every fault with its field."""
    faults = []
    if email and not EMAIL.fullmatch(email):
        faults.append(InvalidInput(sentence="电子邮箱的格式不对，例：zhang@example.gov.cn。", field="email"))
    wants_mail = digest or any(each != NOT_AT_ALL for each in ways.values())
    if wants_mail and not email:
        faults.append(InvalidInput(sentence="要收邮件，请填写电子邮箱。", field="email"))
    if not digest and IN_DIGEST in ways.values():
        faults.append(InvalidInput(sentence="有通知选了列入每日汇总，请同时选择接收每日汇总。", field="digest"))
    if (hours[0] is None) != (hours[1] is None):
        faults.append(InvalidInput(sentence="免打扰的起止时间须同时选择，或都不选。", field="quiet_until"))
    elif hours[0] is not None and hours[0] == hours[1]:
        faults.append(InvalidInput(sentence="免打扰的起止时间不能相同。", field="quiet_until"))
    return faults


def fault_of_url(url: str, allowed: Collection[Network] = INTERNET) -> str | None:
    """What is wrong with a webhook's address as it is typed, in words without a full stop; None when it may stand.

    Where its name leads is asked at every attempt: what a name means can change.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "网址的格式不对"
    if not url.isascii() or any(each <= " " or each == "\x7f" for each in url):
        return "网址只能用 ASCII 字符，中文须先编码"
    if parts.scheme not in ("https", "http") or not parts.hostname:
        return "须为以 https:// 开头的完整网址"
    if parts.scheme == "http" and not allowed:
        return "须使用 https"
    if parts.username or parts.password or parts.fragment:
        return "网址中不能带用户名、密码或 # 后的部分"
    if port == 0:
        return "端口号不对"
    try:
        literal = ipaddress.ip_address(parts.hostname)
    except ValueError:
        return None
    return fault_of_address(literal, allowed, plain=parts.scheme == "http")


def fault_of_address(address: Address, allowed: Collection[Network] = INTERNET, *, plain: bool = False) -> str | None:
    """Why the product does not speak to that address, None when it does: the internet, and what is named in settings.

    An address that holds another one (IPv4 in IPv6, 6to4, Teredo, NAT64) is what it leads to.

    plain -- without TLS, which only the named networks may
    """
    inner = _within(address)
    if any(inner in network for network in allowed if network.version == inner.version):
        return None
    if plain:
        return "须使用 https"
    if not inner.is_global or inner.is_multicast or inner.is_reserved or inner.is_unspecified:
        return "地址在本机或内部网络"
    return None


def _within(address: Address) -> Address:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    teredo = address.teredo
    if held := address.ipv4_mapped or address.sixtofour or (teredo and teredo[1]):
        return held
    nat64 = ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("::/96")
    if any(address in each for each in nat64) and int(address) > 1:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def kinds_named(kinds: Collection[str]) -> list[str]:
    """Those of the kinds that there are, in their order."""
    return [each for each in KIND_NAMES if each in kinds]
