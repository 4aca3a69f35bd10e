"""What was typed and could not be sent, put back into its page."""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidTag
from flask import current_app, request
from lxml import html
from werkzeug.exceptions import HTTPException

from app.encryption import seal_bytes, unseal_bytes
from app.errors import Refused

MOST = 1_100_000  # characters of what is kept: the largest file that is typed (1 MB), and what stands beside it
LONGEST_SEALED = 900_000  # so that it fits into the form of the sign-in page
NEVER = {"csrf_token", "typed_by", "typed_as", "kept", "next"}  # of the form itself
SECRET = {"password", "old_password", "new_password", "again"}
OF_THE_PAGE = {"key", "draft_revision"}  # made anew with every page
UNPRINTABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what no document can hold


@dataclass(frozen=True)
class Unsent:
    """A form that could not be sent: its address, the page on which it stood, its fields, the names of its files.

    too_long -- the names of fields that were too long to be kept
    """

    path: str
    page: str | None
    fields: list[list[str]]
    files: list[str]
    user_id: int
    at: float
    too_long: list[str] = field(default_factory=list)


def captured(user_id: int, at: float) -> Unsent | None:
    """What this request wanted to send, without passwords and the content of files; None when nothing was typed."""
    fields, too_long, left = [], [], MOST
    for name, value in request.form.items(multi=True):
        if name in NEVER | SECRET or "password" in name:
            continue
        if len(name) + len(value) > left:
            too_long.append(name[:100])
            continue
        left -= len(name) + len(value)
        fields.append([name, value])
    files = [each.filename[:100] for each in request.files.values() if each.filename]
    if not fields and not files and not too_long:
        return None
    return Unsent(request.path, page_of_form(), fields, files, user_id, at, too_long)


def sealed(unsent: Unsent) -> bytes:
    """The form, encrypted."""
    return seal_bytes(zlib.compress(json.dumps(asdict(unsent)).encode("utf-8", "surrogatepass")))


def unsealed(content: bytes) -> Unsent | None:
    """The form that was sealed; None for anything else."""
    try:
        reader = zlib.decompressobj()
        return Unsent(**json.loads(reader.decompress(unseal_bytes(content), 8 * MOST)))
    except (InvalidTag, ValueError, TypeError, zlib.error):
        return None


def in_a_field(content: bytes) -> str:
    """Sealed content as the value of a form's field; empty where it is too long for one."""
    text = base64.urlsafe_b64encode(content).decode()
    return text if len(text) <= LONGEST_SEALED else ""


def from_a_field(text: str) -> bytes:
    """The sealed content of such a field; empty when it is none."""
    try:
        return base64.urlsafe_b64decode(text) if len(text) <= LONGEST_SEALED else b""
    except (binascii.Error, ValueError):
        return b""


def opens(path: str) -> bool:
    """True when a page stands at that address; one that only takes forms has none to come back to."""
    try:
        endpoint, _values = current_app.url_map.bind("").match(path, "GET")
    except HTTPException:  # also an address that leads to one with a slash at its end
        return False
    return bool(endpoint) and not path.startswith(("/sign-in", "/api/", "/static/", "/unsent"))


def page_of_form() -> str | None:
    """The page on which this request's form stood: whence it came, else what stands at its address or above it."""
    came = urlsplit(request.headers.get("Referer", ""))
    if came.netloc == request.host and opens(came.path):
        return came.path + (f"?{came.query}" if came.query else "")
    path = request.path
    while path.strip("/"):
        for each in (path, f"{path.rstrip('/')}/"):
            if opens(each):
                return each
        path = path.rstrip("/").rsplit("/", 1)[0]
    return None


_beside: dict[str, Callable[..., str]] = {}


def written_on(endpoint: str) -> Callable[[Callable[..., str]], Callable[..., str]]:
    """Register where the form of an endpoint stands, when it is neither at its address nor above it."""

    def register(where: Callable[..., str]) -> Callable[..., str]:
        _beside[endpoint] = where
        return where

    return register


def page_beside(path: str) -> str | None:
    """The registered page of the form that is sent to that address, as the present caller may see it."""
    try:
        endpoint, values = current_app.url_map.bind("").match(path, "POST")
        return _beside[endpoint](**values) if endpoint in _beside else None
    except (HTTPException, Refused):
        return None


def refilled(page: str, unsent: Unsent, notice: Callable[[list[list[str]], bool], str]) -> str:
    """The page with the fields of its form as they were typed, and a notice above it.

    notice -- makes it from the fields that found no place, and whether the form was found.
    """
    document = html.fromstring(page)
    form = _form_of(document, unsent)
    unplaced = [[_printable(name), _printable(value)] for name, value in unsent.fields if name not in OF_THE_PAGE]
    if form is not None:
        unplaced = _fill(form, unplaced)
    main = document.xpath("//main")
    if main:
        for place, each in enumerate(html.fragments_fromstring(notice(unplaced, form is not None).strip())):
            main[0].insert(place, each)
    return str(html.tostring(document, encoding="unicode", doctype="<!doctype html>"))


def _printable(typed: str) -> str:
    """The text with a visible mark where a character stood that a page cannot show: pasted text may hold some."""
    return UNPRINTABLE.sub("\ufffd", typed)


def _form_of(document: Any, unsent: Unsent) -> Any:
    """The form that sends to the same address and has most of the fields."""
    names = {name for name, _ in unsent.fields}
    found = [
        form
        for form in document.xpath("//form")
        if (form.get("method") or "").lower() == "post" and unsent.path in _paths_of(form)
    ]
    return max(found, key=lambda form: len(names & set(form.xpath(".//@name"))), default=None)


def _paths_of(form: Any) -> set[str]:
    """Where the form is sent: by its action, or by a button that sends it elsewhere."""
    return {urlsplit(each).path for each in (form.get("action") or "", *form.xpath(".//button/@formaction"))}


def _fill(form: Any, fields: list[list[str]]) -> list[list[str]]:
    """Set what was typed; return the fields for which the form has no place."""
    typed: dict[str, list[str]] = {}
    for name, value in fields:
        typed.setdefault(name, []).append(value)
    for box in form.xpath(".//input[@type='checkbox' or @type='radio']"):
        box.attrib.pop("checked", None)
        if box.get("value", "on") in typed.get(box.get("name"), []):
            box.set("checked", "checked")
    return [each for each in fields if not _set(form, each[0], each[1], typed[each[0]])]


def _set(form: Any, name: str, value: str, values: list[str]) -> bool:
    places = [each for each in form.xpath(".//input|.//select|.//textarea|.//button") if each.get("name") == name]
    for place in places:
        match place.tag, place.get("type", "text"):
            case "textarea", _:
                place.text = value
            case "select", _:
                if not _choose(place, values):
                    return False
            case "input", "hidden" | "checkbox" | "radio" | "submit" | "file":
                pass  # set above, or the page's own
            case "input", _:
                place.set("value", value)
    return bool(places) or not value


def _choose(select: Any, values: list[str]) -> bool:
    options = select.xpath(".//option")
    if not any(option.get("value", option.text) in values for option in options):
        return False
    for option in options:
        option.attrib.pop("selected", None)
        if option.get("value", option.text) in values:
            option.set("selected", "selected")
    return True
