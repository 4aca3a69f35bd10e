"""Whatever is sent to whichever address by whomever: never an answer of 500 or above, and never an exception.

XUEJI_TEST_REQUESTS=20000 sends as many random requests instead of some hundred, and every value to every place.
"""

from __future__ import annotations

import itertools
import os
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

import hypothesis.strategies as st
import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings

from app.web import form_values, objections
from app.web.api_description import Operation
from tests.hostile import values
from tests.hostile.mutations import HEADERS, Sampler, mutations
from tests.hostile.places import FORMS, Door, Noting, Sent, doors_of, leaves, with_leaf
from tests.hostile.province import Person, a_province
from tests.support.client import Client

REQUESTS = int(os.environ.get("XUEJI_TEST_REQUESTS", "250"))
EACH = 1 if REQUESTS < 10_000 else 1000  # values of a kind at every place
SIGNS_OUT = {"identity.sign_out", "identity_api.close_session"}


@dataclass
class Besieged:
    """The application, everybody, and every door as each of them stands before it."""

    client: Client
    people: list[Person]
    doors: dict[str, list[Door]]
    faults: dict[str, str] = field(default_factory=dict)  # by the place in the code

    def send(self, request: Sent, person: Person, what: str) -> None:
        """Note where the answer is none that somebody could act on."""
        said = f"{person.role}: {request.method} {request.rule.rule} with {what}"
        try:
            answer = request.by(person)
        except Exception as error:  # the client hands on what the application raises
            places = [each for each in traceback.extract_tb(error.__traceback__) if "/app/" in each.filename]
            place = f"{places[-2].filename.rsplit('/app/')[-1]}:{places[-2].lineno}" if len(places) > 1 else "?"
            self.faults.setdefault(place, f"{said}: {error!r}"[:600])
            return
        if answer.status_code >= 500:
            self.faults[said] = str(answer.status_code)
        over = answer.status_code == 401 or "/sign-in" in answer.headers.get("Location", "")
        if person.user is not None and (over or request.rule.endpoint in SIGNS_OUT):
            person.sign_in(self.client)


@pytest.fixture
def besieged(app: Flask, client: Client, monkeypatch: pytest.MonkeyPatch) -> Iterator[Besieged]:
    monkeypatch.setitem(app.config, "WTF_CSRF_METHODS", set())
    monkeypatch.setattr(app.request_class, "parameter_storage_class", Noting)
    people = a_province(client)
    doors = {}
    for person in people:
        doors[person.role] = doors_of(app, person)
        if person.user is not None:
            person.sign_in(client)  # one of the doors signs out
    return Besieged(client, people, doors)


@pytest.mark.timeout(900 + REQUESTS)
def test_nothing_that_is_sent_breaks_anything(besieged: Besieged) -> None:
    """One test, for the province takes longer to make than most of what is sent to it."""
    send_known_kinds(besieged)
    send_at_random(besieged)
    assert not besieged.faults
    send_what_is_forbidden(besieged)


def send_known_kinds(besieged: Besieged) -> None:
    """To every place of every door some values of the known kinds in turn, by everybody to whom it opens in turn."""
    sample = Sampler(EACH)
    for number in range(len(besieged.doors["stranger"])):
        welcome = [each for each in besieged.people if besieged.doors[each.role][number].opens_to(each)]
        widest = max((besieged.doors[each.role][number] for each in welcome), key=lambda each: len(each.names))
        turns = itertools.cycle(welcome)
        for request, what in mutations(widest, sample):
            person = next(turns)
            own = besieged.doors[person.role][number].sensible
            besieged.send(_as_its_own(request, own, widest.sensible), person, what)


def _as_its_own(request: Sent, own: Sent, other: Sent) -> Sent:
    """The request of another person with what this person sees in its address, except where that is what is wrong."""
    wrong = {name: value for name, value in request.path.items() if value != other.path[name]}
    return replace(request, path={**own.path, **wrong})


def send_at_random(besieged: Besieged) -> None:
    """Several things wrong at once."""
    open_doors = [
        (person, door) for person in besieged.people for door in besieged.doors[person.role] if door.opens_to(person)
    ]

    @settings(
        max_examples=REQUESTS, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        person, door = data.draw(st.sampled_from(open_doors))
        besieged.send(data.draw(_requests(door)), person, "something random")

    holds()


ANY_TEXT = st.one_of(
    st.sampled_from(values.TYPED),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.integers().map(str),
)
ANY_JSON = st.one_of(
    st.sampled_from(values.JSONS),
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text()),
        lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)),
        max_leaves=6,
    ),
)


@st.composite
def _requests(draw: Any, door: Door) -> Sent:
    """The door's sensible request with several things wrong at once."""
    request = door.sensible
    path = {name: draw(st.one_of(st.just(value), _PATH)) for name, value in request.path.items()}
    request = replace(request, path=path, headers=dict(draw(st.lists(st.sampled_from(HEADERS), max_size=2))))
    names = st.sampled_from([*door.names, "limit", "cursor", "x"])
    value = st.one_of(ANY_TEXT, st.sampled_from(values.CURSORS))
    if request.method == "GET":
        return replace(request, query=tuple(draw(st.lists(st.tuples(names, value), max_size=4))))
    if isinstance(request.body, dict):
        for _ in range(draw(st.integers(0, 3))):
            at = draw(st.sampled_from(list(leaves(request.body))))
            request = replace(request, body=with_leaf(request.body, at, draw(ANY_JSON)))
        return request
    if request.form is not None and not request.is_api:
        return replace(request, form={**request.form, **draw(st.dictionaries(names, ANY_TEXT, max_size=4))})
    return replace(request, body=draw(st.one_of(st.sampled_from(values.BODIES), st.binary(max_size=40))), form=None)


_PATH = st.one_of(st.sampled_from(values.BYTES), ANY_TEXT.map(lambda each: quote(each, safe="") or "x"))


def send_what_is_forbidden(besieged: Besieged) -> None:
    """A query that its schema does not allow is 422 with the name, and so is a name that it does not know."""
    for number, door in enumerate(besieged.doors["stranger"]):
        view: Any = besieged.client.app.view_functions[door.sensible.rule.endpoint]
        operation: Operation | None = getattr(view, "operation", None)
        person = next(each for each in besieged.people if besieged.doors[each.role][number].opens_to(each))
        if operation is None or door.sensible.rule.endpoint in SIGNS_OUT:
            continue
        wrong = {name: _forbidden(schema) for name, schema in operation.query.items()} | {"utm": "x"}
        wrong |= {"limit": "201", "cursor": "W10"} if operation.cursor else {}
        for name, value in wrong.items():
            if value is None:
                continue
            request = replace(besieged.doors[person.role][number].sensible, query=((name, value),))
            answer = request.by(person)
            said = f"{request.method} {request.rule.rule}?{name}={value[:20]}"
            assert answer.status_code == 422, f"{said}: {answer.status_code}"
            assert name in [each["field"] for each in answer.get_json()["objections"]], said


def _forbidden(schema: Mapping[str, Any]) -> str | None:
    if "enum" in schema or schema["type"] in ("integer", "boolean") or "format" in schema:
        return "nonsense"
    return "x" * (schema["maxLength"] + 1) if "maxLength" in schema else None


TYPED = (*values.NUMBERS, *values.DAYS, "", " ", "好" * 10_000, "\u202e陈", "{0}", "%s%n")


def test_every_field_of_every_form_has_a_sentence_for_what_is_typed() -> None:
    """Whole numbers above all: `²`, `--5` and thirty digits are no number that int() or a column takes."""
    house = Flask(__name__)
    for (name, form), typed in itertools.product(FORMS.items(), TYPED):
        with house.test_request_context("/", method="POST", data=dict.fromkeys(_fields(form), typed)):
            read = form_values(form)
        faults = objections(form, read)
        for each in _integers(form):
            value = _at(read, each)
            fault = next((fault for fault in faults if fault.field == each), None)
            assert fault or value is None or type(value) is int, f"{name}: {each} took {value!r}"
            assert fault is None or fault.detail.endswith("。")


def _fields(form: Mapping[str, Any], under: str = "") -> Iterator[str]:
    for name, part in form.get("properties", {}).items():
        if part.get("x-widget") == "rows":
            yield from _fields(part["items"], f"{under}{name}.0.")
        elif part.get("type") == "object":
            yield from _fields(part, f"{under}{name}.")
        else:
            yield f"{under}{name}"


def _integers(form: Mapping[str, Any], under: str = "") -> Iterator[str]:
    for each in _fields(form, under):
        part: Any = form
        for step in each.split("."):
            part = part["items"] if step.isdecimal() else part["properties"][step]
        if part.get("type") == "integer":
            yield each


def _at(value: Any, field: str) -> Any:
    for step in field.split("."):
        value = value[int(step)] if step.isdecimal() else value.get(step)
        if value is None:
            return None
    return value
