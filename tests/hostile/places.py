"""Every place of a request at which something can be typed, found by asking each address once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from flask import Flask
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import Rule

from app.access import ANYONE, SIGNED_IN
from app.definitions.operations import SOURCES
from app.web.api_description import JSON, Operation
from tests.hostile.province import Person
from tests.support.client import apart
from tests.support.papers import a_picture, sent

FORMS = {
    path.relative_to(SOURCES / "forms").as_posix(): json.loads(path.read_text("utf-8"))
    for path in sorted((SOURCES / "forms").rglob("*.json"))
    if path.stem not in ("proofs", "reasons")
}
PROCESSES = [name.split("/")[0] for name in FORMS if name.endswith("/application.json")]
BEGINS = {"applications.start", "applications.submit", "cases_api.open_case"}
PLAUSIBLE = {
    "outcome": "agree", "opinion": "同意", "recommendation": "agree", "kind": "same_person", "purpose": "办理居住证",
    "explanation": "两校均有", "how": "已联系", "year": "2027", "notice": "国办发明电〔2026〕1号", "declared": "yes",
    "text": "一、元旦：1月1日至3日放假，共3天。", "last": "1", "size": "large", "reason": "家长撤回", "note": "无",
    "username": "nobody", "password": "wrong", "old_password": "x", "new_password": "Xueji-new-2026", "again": "x",
    "name": "陈思远", "list": "330106201705200019 陈思远 1", "reason_code": "incomplete_papers", "act": "check",
    "with_warnings": "yes", "reason_code.1": "not_local", "reason.1": "户籍不在本区", "process": "suspension",
}  # fmt: skip
FORMATS = {
    "cn-id": "330106201705200017", "cn-national-number": "G330106201705200017",
    "cn-mobile": "13800000000", "date": "2026-11-20", "person-name": "陈建国",
    "date-time": "2026-11-20T10:00:00+08:00",
}  # fmt: skip


@dataclass(frozen=True)
class Sent:
    """One request."""

    method: str
    rule: Rule
    path: dict[str, str]
    query: tuple[tuple[str, str], ...] = ()
    form: dict[str, Any] | None = None
    body: Any = None  # JSON, or bytes as they are
    headers: dict[str, str] = field(default_factory=dict)
    suffix: str = ""  # what else stands in the address, already escaped

    @property
    def is_api(self) -> bool:
        return self.rule.rule.startswith("/api/")

    def by(self, person: Person) -> Any:
        """The answer to this person."""
        address = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: self.path[found[1]], self.rule.rule)
        signed = {"Authorization": f"Bearer {person.token}"} if self.is_api and person.user else {}
        given: dict[str, Any] = {"headers": {**signed, **self.headers}}
        if isinstance(self.body, bytes):
            given["data"] = self.body
            given["headers"].setdefault("Content-Type", JSON)
        elif self.body is not None:
            given["data"] = json.dumps(self.body)  # writes half a character too
            given["headers"].setdefault("Content-Type", JSON)
        elif self.form is not None:
            given["data"] = {name: sent(each) if isinstance(each, tuple) else each for name, each in self.form.items()}
        if self.query:
            given["query_string"] = list(self.query)
        return apart(person.browser.open, address + self.suffix, method=self.method, **given)


class Noting(ImmutableMultiDict):  # type: ignore[type-arg]
    """Remembers the names that a view has asked for."""

    names: ClassVar[set[str]] = set()

    def __getitem__(self, key: str) -> Any:
        self.names.add(key)
        return super().__getitem__(key)

    def get(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self.names.add(key)
        return super().get(key, *args, **kwargs)

    def getlist(self, key: str, *args: Any, **kwargs: Any) -> Any:
        self.names.add(key)
        return super().getlist(key, *args, **kwargs)


@dataclass(frozen=True)
class Door:
    """An address with a method, a sensible request to it, and the names that its view asks for."""

    sensible: Sent
    names: tuple[str, ...]
    duties: tuple[str, ...]

    def opens_to(self, person: Person) -> bool:
        """True where the view itself is reached."""
        return ANYONE in self.duties or (
            person.user is not None and (SIGNED_IN in self.duties or person.duty in self.duties)
        )


def doors_of(app: Flask, person: Person) -> list[Door]:
    """Every door, as this person stands before it; each has been tried once. Fails where one breaks."""
    return [
        _tried(app, person, sensible)
        for rule in app.url_map.iter_rules()
        if getattr(app.view_functions[rule.endpoint], "allowed", ())
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
        for sensible in _sensible(app, person, rule, method)
    ]


def _sensible(app: Flask, person: Person, rule: Rule, method: str) -> Iterator[Sent]:
    """A request that its view looks into; where a process begins, one for every process."""
    names = re.findall(r"<(?:\w+:)?(\w+)>", rule.rule)
    path = {name: person.sees.get((_folder(rule.rule, name), name), "1") for name in names}
    operation = getattr(app.view_functions[rule.endpoint], "operation", None)
    for key in PROCESSES if rule.endpoint in BEGINS else [""]:
        here = {"key": key} if "key" in path and key else path
        sent_there = _filled(Sent(method, rule, here), operation)
        application = {**example(FORMS[f"{key}/application.json"]), **_child(person)} if key else {}
        if key and operation:
            yield replace(sent_there, body={"process": key, "application": application})
        else:
            yield replace(sent_there, form={**sent_there.form, **flat(application)}) if sent_there.form else sent_there


def _child(person: Person) -> dict[str, Any]:
    return {"student": int(person.sees["students", "student_id"])}


def _tried(app: Flask, person: Person, sensible: Sent) -> Door:
    Noting.names = set()
    status = sensible.by(person).status_code
    assert status < 500, f"{person.role}: {sensible.method} {sensible.rule.rule} answers {status}"
    view: Any = app.view_functions[sensible.rule.endpoint]
    return Door(sensible, tuple(sorted(Noting.names - {"csrf_token"})), view.allowed)


def _folder(rule: str, name: str) -> str:
    """`cases` for the number in `/cases/<number>/rows`."""
    before = re.split(rf"<(?:\w+:)?{name}>", rule)[0]
    return before.rstrip("/").rsplit("/", 1)[-1]


def _filled(base: Sent, operation: Operation | None) -> Sent:
    """With a body that its view would look into."""
    if base.method in ("GET", "DELETE"):
        return base
    if operation is None:
        return replace(base, form=dict(PLAUSIBLE))
    if operation.body is None:
        return replace(base, body=b"PK\x05\x06" + bytes(18) if operation.media != JSON else None)
    if operation.media != JSON:
        fields = {name: str(field) for name, field in operation.body["properties"].items()}
        picture = ("照片.png", a_picture("PNG"))
        return replace(base, form={name: picture if "binary" in field else "" for name, field in fields.items()})
    return replace(base, body=example(operation.body))


def example(schema: Any) -> Any:
    """A value that the schema allows, every field filled."""
    if choices := schema.get("enum") or [each["const"] for each in schema.get("oneOf", ())]:
        return choices[0]
    named = schema.get("type", "string")
    match named if isinstance(named, str) else named[0]:
        case "object":
            return {name: example(part) for name, part in schema.get("properties", {}).items()}
        case "array":
            return [example(schema.get("items", {}))]
        case "integer":
            return schema.get("minimum", 1)
        case "boolean":
            return True
    return FORMATS.get(schema.get("format", ""), "一" * max(1, schema.get("minLength", 1)))


def flat(value: Any, under: str = "") -> dict[str, str]:
    """A JSON value as a form sends it: `guardian.name`, `classes.0.teacher`."""
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if parts is None:
        return {under: str(value)}
    return {
        name: each
        for part, inner in parts
        for name, each in flat(inner, f"{under}.{part}" if under else str(part)).items()
    }


def leaves(value: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of every part of a JSON value, itself first."""
    yield at
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, each in children:
        yield from leaves(each, (*at, name))


def with_leaf(value: Any, at: tuple[Any, ...], put: Any) -> Any:
    """The same value with another part at that path."""
    if not at:
        return put
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[at[0]] = with_leaf(value[at[0]], at[1:], put)
    return copy
