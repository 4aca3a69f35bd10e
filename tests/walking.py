"""Follow every link and press every button that a page offers to whoever reads it, and note what leads nowhere.

`python -m tests.walking` walks the database of the environment (the demo, say) as every duty at every kind of office;
what buttons do is undone, so that the data stay as they are. It reports what it found and ends with 1 for a fault.
"""

from __future__ import annotations

import sys
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urldefrag, urlencode, urljoin, urlsplit

import sqlalchemy as sa
from flask import Flask
from lxml import html
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from tests.support.client import apart

ACTED = frozenset({400, 403, 404, 405, 410})  # what a button must not be answered with; 409 and 422 tell what to do
LEAVES = frozenset({"/sign-out"})  # what ends the walk of whoever presses it
REFERS = ("href", "src", "data-src", "data-diagram", "data-url")


@dataclass
class Walk:
    """One person's way through every page that pages lead to."""

    browser: Any
    role: str
    most: int  # pages of one shape: of all cases, say
    presses: bool = True
    seen: set[str] = field(default_factory=set)
    pages: list[str] = field(default_factory=list)  # those that opened
    shapes: Counter[str] = field(default_factory=Counter)
    conditions: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # of each page, met so far
    pressed: Counter[str] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)  # by shape, the first that was met

    def sign_in(self, user: Any, password: str) -> None:
        """As a person does."""
        answer = apart(self.browser.post, "/sign-in", data={"username": user.username, "password": password})
        assert answer.status_code == 302, answer.get_data(as_text=True)

    def go(self, start: str) -> Walk:
        """From that page along every link until there is nothing new."""
        ahead = deque([(start, "")])
        while ahead:
            address, source = ahead.popleft()
            if address in self.seen or self.shapes[shape_of(address)] >= self.most:
                continue
            if not self._asks_anew(address):
                continue
            self.seen.add(address)
            self.shapes[shape_of(address)] += 1
            answer = read(apart(self.browser.get, address))
            status = answer.status_code
            if status >= 400:
                self.faults.setdefault(shape_of(address), f"{self.role}: {source} leads to {address}: {status}")
                continue
            if 300 <= status < 400:
                ahead.append((local(answer.headers["Location"], address) or "/", address))
            elif answer.mimetype == "text/html":
                self.pages.append(address)
                page = html.fromstring(answer.get_data(as_text=True))
                ahead.extend((each, address) for each in links_of(page, address))
                if self.presses:
                    self._press(page, address)
        return self

    def _asks_anew(self, address: str) -> bool:
        """False for three conditions or more that were all met already: of seven, each pair is walked, not each set."""
        page, _, names = shape_of(address).partition("?")
        asked, met = {*names.split("&")}, self.conditions[page]
        anew = len(asked) < 3 or not asked <= met
        met |= asked
        return anew

    def _press(self, page: Any, address: str) -> None:
        """Every button of every form that is sent, with what stands in the form."""
        for form in page.xpath("//form[translate(@method, 'POST', 'post')='post']"):
            action = local(form.get("action"), address)
            for name, value in buttons_of(form):
                what = f"{shape_of(action or '?')} {name}={value}"
                if action is None or urlsplit(action).path in LEAVES or self.pressed[what] >= self.most:
                    continue
                self.pressed[what] += 1
                typed = [*fields_of(form), *([(name, value)] if name else [])]
                answer = read(apart(self.browser.post, action, data=_sent(form, typed)))
                if answer.status_code in ACTED or answer.status_code >= 500:
                    said = f"{self.role}: {address} offers {what}: {answer.status_code}"
                    self.faults.setdefault(f"POST {what}", said)


def read(answer: Any) -> Any:
    """The answer, read to its end and closed: files stay open until then."""
    answer.get_data()
    answer.close()
    return answer


def _sent(form: Any, typed: list[tuple[str, str]]) -> dict[str, Any]:
    """The body as a browser sends it: empty files too, where the form holds any."""
    body: dict[str, Any] = {}
    for name, value in typed:
        body.setdefault(name, []).append(value)
    if form.get("enctype") == "multipart/form-data":
        body |= {each: FileStorage(filename="") for each in form.xpath(".//input[@type='file']/@name")}
    return body


def shape_of(address: str) -> str:
    """`/cases/20261126-000001?cursor=x` is like `/cases/20261127-000009?cursor=y`: `/cases/*?cursor`."""
    parts = urlsplit(address)
    path = "/".join("*" if any(each.isdigit() for each in part) else part for part in parts.path.split("/"))
    names = sorted({name for name, _value in parse_qsl(parts.query)})
    return f"{path}?{'&'.join(names)}" if names else path


def local(reference: str | None, base: str) -> str | None:
    """The address within the house, without its fragment; None for one that is elsewhere."""
    joined = urlsplit(urldefrag(urljoin(f"http://localhost{base}", reference or "")).url)
    if joined.scheme not in ("http", "https") or joined.netloc != "localhost":
        return None
    return joined.path + (f"?{joined.query}" if joined.query else "")


def links_of(page: Any, base: str) -> Iterator[str]:
    """Where the page leads: links, what it loads, and forms that ask as they stand."""
    for name in REFERS:
        for reference in page.xpath(f"//@{name}"):
            address = local(reference, base)
            if address and not reference.startswith("#"):
                yield address
    for form in page.xpath("//form[not(translate(@method, 'POST', 'post')='post')]"):
        action = local(form.get("action"), base)
        if action and form.get("method") != "dialog":
            asked = urlencode(fields_of(form))
            yield f"{action.split('?')[0]}?{asked}" if asked else action
            for select in form.xpath(".//select[@name]"):  # each that may be chosen, one at a time
                for option in select.xpath(".//option[not(@disabled)]")[:6]:
                    one = [(name, value) for name, value in fields_of(form) if name != select.get("name")]
                    chosen = option.get("value", option.text_content())
                    yield f"{action.split('?')[0]}?{urlencode([*one, (select.get('name'), chosen)])}"


def fields_of(form: Any) -> list[tuple[str, str]]:
    """Names and values that stand in a form, without its buttons and files."""
    found = []
    for each in form.xpath(".//input[@name]|.//textarea[@name]|.//select[@name]"):
        kind = each.get("type", "text")
        if each.tag == "select":
            chosen = each.xpath("./option[@selected]") or each.xpath(".//option")[:1]
            found += [(each.get("name"), option.get("value", option.text_content())) for option in chosen]
        elif each.tag == "textarea":
            found.append((each.get("name"), each.text or ""))
        elif kind not in ("submit", "button", "file") and (kind not in ("checkbox", "radio") or each.get("checked")):
            found.append((each.get("name"), each.get("value", "")))
    return found


def buttons_of(form: Any) -> list[tuple[str, str]]:
    """The name and value of each button that sends the form."""
    found = form.xpath(".//button[not(@type) or @type='submit']|.//input[@type='submit']")
    return [(each.get("name", ""), each.get("value", "")) for each in found]


@contextmanager
def nothing_stays() -> Iterator[None]:
    """Every commit is a rollback: buttons do all that they do, and it is undone."""
    kept = Session.commit

    def undone(session: Session) -> None:
        session.flush()
        session.rollback()

    Session.commit = undone  # type: ignore[method-assign]
    try:
        yield
    finally:
        Session.commit = kept  # type: ignore[method-assign]


def walk_as(app: Flask, user: Any, password: str, role: str, most: int) -> Walk:
    """Sign that person in and follow everything."""
    walk = Walk(app.test_client(), role, most)
    walk.sign_in(user, password)
    with nothing_stays():
        return walk.go("/")


def main(most: int = 40) -> int:
    """Walk the database of the environment as one person of every duty at every kind of office."""
    from app import create_app
    from app.database import db
    from app.demo.people import PASSWORD
    from app.divisions.models import Office
    from app.identity.models import Post, User

    app, faults = create_app({"WTF_CSRF_METHODS": set()}), 0
    with app.app_context():
        people: dict[tuple[str, str, str], User] = {}
        found = sa.select(User, Post.duty, Office.kind).join(Post, Post.user_id == User.id)
        for user, duty, kind in db.session.execute(found.join(Office, Office.id == Post.office_id).order_by(User.id)):
            school = user.username[:1] if kind.value == "school" else ""
            people.setdefault((kind.value, school, duty.value), user)
        for role, user in people.items():
            walk = walk_as(app, user, PASSWORD, ".".join(role), most)
            print(f"{'.'.join(role)} {user.username}: {len(walk.seen)} pages, {sum(walk.pressed.values())} buttons")
            for each in walk.faults.values():
                print(f"  {each}")
            faults += len(walk.faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(*(int(each) for each in sys.argv[1:])))
