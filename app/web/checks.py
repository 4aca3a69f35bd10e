"""Checking a printed paper: the code on it, and the public page that says what the code stands for today.

A code is the kind of paper and its row's id under a mark of 80 bits that only the product can make; so nothing is kept
for it, and nobody finds another paper by trying.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import segno
from flask import Blueprint, redirect, render_template, request, url_for
from markupsafe import Markup

from app.access import ANYONE, allow
from app.database import transaction
from app.encryption import check_mark
from app.web import rate_limits
from app.web.trusted_hosts import public_url

bp = Blueprint("checks", __name__, template_folder="templates")
MARK = 10  # bytes
MOST_PER_MINUTE = 30  # codes that stand for nothing, of one stranger
SHOWN_PER_MINUTE = 60  # of one paper to one stranger: a whole town may ask through one proxy


@dataclass(frozen=True)
class Checked:
    """What a stranger may learn of a printed paper: nothing by which a child is found."""

    title: str
    number: str
    day: dt.date | dt.datetime
    office: str
    name: str  # masked
    valid: bool
    sentence: str


Checker = Callable[[int], Checked | None]
_checkers: dict[str, Checker] = {}


def checkable(kind: str) -> Callable[[Checker], Checker]:
    """Register who answers for papers of a kind, one letter."""

    def register(checker: Checker) -> Checker:
        _checkers[kind] = checker
        return checker

    return register


def masked_name(name: str) -> str:
    """陈**: enough to compare with the paper in hand."""
    return name[:1] + "*" * max(1, len(name) - 1)


def code_of(kind: str, row: int) -> str:
    """The code printed on a paper: letters and digits in groups of four."""
    content = kind.encode() + row.to_bytes(max(2, (row.bit_length() + 7) // 8), "big")
    text = base64.b32encode(content + check_mark(content)).decode().rstrip("=").lower()
    return "-".join(text[place : place + 4] for place in range(0, len(text), 4))


def read_code(code: str) -> tuple[str, int] | None:
    """Kind and row of a code that the product made; None for any other."""
    text = code.replace("-", "").replace(" ", "").upper()
    try:
        raw = base64.b32decode(text + "=" * (-len(text) % 8)) if len(text) <= 40 else b""
    except (binascii.Error, ValueError):
        return None
    content, mark = raw[:-MARK], raw[-MARK:]
    if len(content) < 2 or not hmac.compare_digest(mark, check_mark(content)):
        return None
    return content[:1].decode("ascii", "replace"), int.from_bytes(content[1:], "big")


def url_of(code: str) -> str:
    """The address that the QR code holds."""
    return public_url("checks.show", code=code)


def qr(text: str, label: str = "核验二维码") -> Markup:
    """A QR code as a picture inside the page, read aloud as `label`; no style attribute, so our policy allows it."""
    picture = segno.make(text, error="m", micro=False).svg_inline(border=2, omitsize=True, svgclass="qr")
    return Markup(picture.replace("<svg ", Markup('<svg role="img" aria-label="{}" ').format(label), 1))


@bp.get("/check")
@allow(ANYONE)
def ask() -> Any:
    """Where a code is typed by hand."""
    typed = request.args.get("code", "").strip()
    if typed:
        return redirect(url_for("checks.show", code=typed[:60]))
    return render_template("interface/check.html", code="", checked=None, asked=False)


@bp.get("/check/<code>")
@allow(ANYONE)
def show(code: str) -> Any:
    known = read_code(code)
    checker = _checkers.get(known[0]) if known else None
    if known is None or checker is None:
        rate_limits.take_wrong("guess", most=MOST_PER_MINUTE, seconds=60)
    else:
        with transaction():
            what = f"{rate_limits.stranger()}:{known[0]}{known[1]}"
            rate_limits.take("check", most=SHOWN_PER_MINUTE, seconds=60, who=what)
    checked = checker(known[1]) if known and checker else None
    page = render_template("interface/check.html", code=code[:60], checked=checked, asked=True)
    return page, 200 if checked else 404
