"""How a person likes to read the pages: the size of the letters, kept in a cookie; and the way back to a page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, redirect, request, url_for

from app.access import ANYONE, allow

bp = Blueprint("display", __name__)
FONT_SIZES = {"small": "小", "normal": "中", "large": "大"}
COOKIE = "xueji_font_size"
ONE_YEAR = 365 * 24 * 3600  # seconds


def font_size() -> str:
    """The chosen size; `normal` where nothing, or nonsense, was chosen."""
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in FONT_SIZES else "normal"


def local_address(address: str | None) -> str:
    """A place inside this site, or the front page: nobody is ever sent elsewhere."""
    parts = urlsplit(address or "")
    if not address or parts.scheme or parts.netloc or not address.startswith("/") or address.startswith(("//", "/\\")):
        return url_for("home.index")
    return address


@bp.post("/display/font-size")
@allow(ANYONE)
def choose_font_size() -> Any:
    """Remember the size on this computer and go back to where it was chosen."""
    response = redirect(local_address(request.form.get("next")))
    size = request.form.get("size", "")
    if size in FONT_SIZES:
        response.set_cookie(COOKIE, size, max_age=ONE_YEAR, httponly=True, samesite="Lax", secure=request.is_secure)
    return response
