"""The edge: security headers, cross-site protection, error pages and problems, what templates may use."""

from __future__ import annotations

import functools
import hashlib
import itertools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flask import Flask, Response, current_app, g, request, url_for
from flask.sessions import SecureCookieSessionInterface
from flask_wtf.csrf import CSRFProtect
from jinja2 import StrictUndefined

from app import clock
from app.errors import InvalidInput
from app.web import checks, errors, font_size, openapi, trusted_hosts, unavailable
from app.web.compression import Compression, StaticFiles
from app.web.conditions import words_of
from app.web.errors import SAFE
from app.web.formatting import capped, day, instant, moment
from app.web.integers import IdConverter
from app.web.uploads import papers_not_taken

csrf = CSRFProtect()
POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'{style}; img-src 'self' data:; font-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}


def prepare(app: Flask) -> None:
    """Make the edge of an application."""
    csrf.init_app(app)
    app.url_map.converters["int"] = IdConverter
    app.session_interface = Sessions()
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(asset=asset, qr=checks.qr, check_code=checks.code_of, check_url=checks.url_of)
    app.jinja_env.globals["papers_not_taken"] = papers_not_taken
    app.jinja_env.filters.update(
        day=day, moment=moment, instant=instant, row_of=row_of, sections=sections, condition=words_of, capped=capped
    )
    app.context_processor(_of_every_page)
    app.before_request(trusted_hosts.refuse_untrusted_host)
    app.before_request(_refuse_nul)
    app.before_request(_protect)
    app.after_request(_headers)
    errors.install(app)
    app.register_blueprint(openapi.bp)
    app.register_blueprint(font_size.bp)
    app.register_blueprint(checks.bp)
    from app.web import home  # it puts itself into the menu above

    app.register_blueprint(home.bp)
    app.register_blueprint(home.api)
    app.add_url_rule("/healthz", "healthz", unavailable.healthz)
    app.add_url_rule("/readyz", "readyz", unavailable.readyz)
    folder = app.static_folder or ""
    files = StaticFiles(
        app.wsgi_app,
        root=folder,
        prefix="static/",
        digest=functools.partial(_digest, folder),
        max_age=86400,
        add_headers_function=_headers_of_files,
    )
    app.wsgi_app = Compression(files)  # type: ignore[method-assign]


class Sessions(SecureCookieSessionInterface):
    """A session's cookie that came over TLS never goes back without it; the embedded start has none."""

    def get_cookie_secure(self, _app: Flask) -> bool:
        return request.is_secure


def asset(path: str) -> str:
    """The address of a static file, with its content's hash so that an old copy is never used."""
    return url_for("static", filename=path, v=_digest(current_app.static_folder or "", path))


@functools.lru_cache(maxsize=256)
def _digest(folder: str, path: str) -> str:
    return hashlib.sha256((Path(folder) / path).read_bytes()).hexdigest()[:10]


def _of_every_page() -> dict[str, Any]:
    """What the layout shows around every page."""
    return {
        "menu": menu(),
        "post": g.get("post"),
        "posts": g.get("posts", []),
        "delegations": g.get("delegations", []),
        "opened_at": clock.now(),
        "font_size": font_size.font_size(),
        "font_sizes": font_size.FONT_SIZES,
    }


# from the daily to the seldom; a group that is not named here comes after, in the order in which it was added
GROUPS = ("我的工作", "办事", "办件", "学籍")
LAST = 100  # the place of what nobody looks for every day
_menu: list[tuple[int, str, str, str, tuple[str, ...], Callable[[], int] | None, tuple[str, ...], bool]] = []


def add_menu(
    group: str,
    label: str,
    endpoint: str,
    duties: tuple[str, ...],
    count: Callable[[], int] | None = None,
    *,
    kinds: tuple[str, ...] = (),
    place: int = LAST,
    calls: bool = True,
) -> None:
    """Put a page into the side menu for these duties, all of them where none is named (at these kinds of office).

    count -- gives the number beside it; calls -- that number is of things to do, and catches the eye
    place -- the least stands first; of the same place, what was added first
    """
    entry = (place, group, label, endpoint, duties, count, kinds, calls)
    if not any(each[:4] == entry[:4] for each in _menu):
        _menu.append(entry)
        _menu.sort(key=lambda each: each[0])


def menu() -> list[dict[str, Any]]:
    """The side menu of whoever acts; none beside the sentence that the database, which counts, does not answer."""
    actor = g.get("actor")
    groups: dict[str, list[dict[str, Any]]] = {}
    if actor is None or g.get("unavailable"):
        return []
    for _place, group, label, endpoint, duties, count, kinds, calls in _menu:
        if (actor.duty in duties or not duties) and (actor.office_kind in kinds or not kinds):
            groups.setdefault(group, []).append(
                {
                    "label": label,
                    "url": url_for(endpoint),
                    "count": count() if count else None,
                    "calls": calls,
                    "current": request.endpoint == endpoint,
                }
            )
    known = [title for title in GROUPS if title in groups]
    return [{"title": title, "items": groups[title]} for title in dict.fromkeys([*known, *groups])]


def row_of(field: str | None) -> str:
    """第 3 行： for a field within a table (`classes.2.teacher`), so that like sentences are told apart."""
    place = next((part for part in (field or "").split(".") if part.isdecimal()), None)
    return f"第 {int(place) + 1} 行：" if place else ""


def sections(properties: Mapping[str, Any]) -> list[tuple[str | None, list[tuple[str, Mapping[str, Any]]]]]:
    """The fields of a form under their headings (`x-section`), in the form's order; None before those without one."""
    groups = itertools.groupby(properties.items(), key=lambda each: each[1].get("x-section"))
    return [(heading, list(fields)) for heading, fields in groups]


def first_page() -> str:
    """Where everybody arrives: what they can do today."""
    return url_for("home.index")


def _refuse_nul() -> None:
    """The one character that PostgreSQL cannot hold, and nobody can type."""
    typed = [request.path, *request.args.values()]
    if request.method not in SAFE and not request.path.startswith("/api/"):
        typed += request.form.values()
    if any("\x00" in each for each in typed):
        raise InvalidInput(sentence="请求中有不能识别的字符。")


def _protect() -> None:
    """Forged requests are refused, except where a bearer token, which no other site can send, signs the request."""
    largest = getattr(current_app.view_functions.get(request.endpoint or ""), "largest", None)
    if largest:
        request.max_content_length = largest  # before anything reads the form
    bearer = request.headers.get("Authorization", "").startswith("Bearer ")
    token_request = request.path == "/api/v1/session" and request.method == "POST"
    known_by_cookie = not request.path.startswith("/api/") or by_own_page()
    if request.method not in SAFE and not bearer and not token_request and known_by_cookie:
        csrf.protect()


def by_own_page() -> bool:
    """True where a script of our own pages calls the programming interface: no other site can send this header."""
    return "X-CSRFToken" in request.headers and not request.headers.get("Authorization")


def _headers(response: Response) -> Response:
    style = " 'unsafe-inline'" if g.get("editor_page") else ""
    response.headers.setdefault("Content-Security-Policy", POLICY.format(style=style))
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if response.status_code in (429, 503):
        response.headers.setdefault("Retry-After", str(g.get("retry_after", 5)))
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if not request.path.startswith("/static/"):
        response.headers["Cache-Control"] = "no-store"  # also of files, which would be kept otherwise
    return response


def _headers_of_files(headers: Any, _path: str, _url: str) -> None:
    for name, value in HEADERS.items():
        headers[name] = value
