"""Keyed hashes and ciphertext stay in the database: no page, paper, export or answer holds one, whoever asks."""

from __future__ import annotations

import base64
import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule

from app import clock
from app.access import ANYONE, SIGNED_IN
from app.cases import commands
from app.cases.models import Case, Task
from app.database import Json, Model, db
from app.divisions.models import Office
from app.encryption import Sealed, keyed_hash
from app.imports.commands import work
from app.imports.models import ImportFile
from app.students.models import Directive, Student, Suspension
from app.students.models.issued import Proof
from tests.imports.children import KEY, a_child, filled
from tests.processes.registration.test_registration import a_row, an_entry
from tests.students.test_national_number import MONTHS_END
from tests.support import factories
from tests.support.arrival_case import Arrival
from tests.support.client import Client, apart
from tests.support.databases import on_sqlite
from tests.support.single_school_case import Matter
from tests.support.transfer_case import a_story

FIRST = 20  # characters that give a secret away: a part of one is one
WORD = re.compile(f"[A-Za-z0-9+/_$=,-]{{{FIRST},}}")  # of what hashes and ciphertexts are written in
MOST = 5  # of a kind, the newest
COLUMNS: dict[str, Any] = {
    "student_id": Student.id, "number": Case.number, "task_id": Task.id, "certificate": Suspension.certificate,
    "file_id": ImportFile.id, "code": Office.code,
}  # fmt: skip
NUMBERS: dict[str, Any] = {"directives": Directive.number, "proofs": Proof.number}
KEYS = ["suspension", "registration_primary", "arrival", "key_correction", KEY]
SEARCHES = ("陈小满", "周沐阳", "陈思远", "王小明")


@pytest.fixture
def province(app: Flask, client: Client) -> Iterator[dict[str, Any]]:
    """One school with children who were registered, came from elsewhere, were transferred, renumbered, graduated.

    The people of every duty there and above it, by their duty.
    """
    app.config["OTHER_PROVINCES"] = "simulated"
    entry = an_entry(client)
    entry.submit([a_row(name="陈小满"), {**a_row(name="王小明"), "guardian_number": factories.a_number()}])
    entry.agree()
    clock.set_to(MONTHS_END)
    commands.tick()
    commands.tick()  # formal numbers
    arrival = Arrival(client, entry.school, entry.people)
    for more in ({}, {"name": "吴一凡"}):
        assert arrival.submit(has_record=True, **more).status == 201
        if not more:
            arrival.agree_until("await_other_province")
            commands.tick()
    renumbered = Matter(client, entry.school, factories.a_student(entry.school, name="钱多多"), entry.people)
    number = factories.a_number()
    new: dict[str, Any] = {"main_number": number, "born_on": f"{number[6:10]}-{number[10:12]}-{number[12:14]}"}
    new["sex"] = "1" if int(number[16]) % 2 else "2"
    renumbered.walk("key_correction", **new)
    waiting = Matter(client, entry.school, factories.a_student(entry.school, name="孙小美"), entry.people)
    other = factories.a_number()
    born: dict[str, Any] = {"main_number": other, "born_on": f"{other[6:10]}-{other[10:12]}-{other[12:14]}"}
    assert waiting.submit("key_correction", **born, sex="1" if int(other[16]) % 2 else "2").status == 201
    factories.a_student(entry.school, grade="16", name="赵毕业", graduated=True)
    story = a_story(client, receiving="330106", releasing="330212")
    assert story.submit().status == 201
    story.agree_until("pull")
    assert story.decide().status == 200
    child = db.session.scalars(sa.select(Student).where(Student.name == "陈小满")).one()
    proof = entry.program("school").post(f"/students/{child.id}/proofs", {"purpose": "办理居住证"})
    assert proof.status == 201
    listed = [a_child(), a_child(name="李四", guardian__phone="1")]
    assert entry.program("school").upload(f"/imports?kind={KEY}", filled(listed)).status == 201
    work()
    county = factories.a_bureau("330106")
    people: dict[str, Any] = {
        "school.operator": entry.people["school"].operator, "school.approver": entry.people["school"].approver,
        "transferred.approver": story.people["receiving_school"].approver,
        "county.operator": entry.people["bureau"].operator, "county.approver": entry.people["bureau"].approver,
        "county.auditor": factories.a_user(county, "auditor"),
        "province.approver": factories.a_user(factories.a_bureau("330000"), "approver"),
        "province.auditor": factories.a_user(factories.a_bureau("330000"), "auditor"),
    }  # fmt: skip
    yield people
    app.config["OTHER_PROVINCES"] = "none"


def secrets() -> dict[str, str]:
    """The beginning of every keyed hash and ciphertext in the database, in each form; with where it stands."""
    found: dict[str, str] = {}
    for table in Model.metadata.sorted_tables:
        for column in table.columns:
            sealed = isinstance(column.type, Sealed)
            asked = sa.type_coerce(column, sa.LargeBinary) if sealed else column
            hashed = column.name.endswith("_hash")
            if not (sealed or hashed or isinstance(column.type, Json)):
                continue
            for value in db.session.execute(sa.select(asked).where(column.is_not(None))).scalars():
                where = f"{table.name}.{column.name}"
                if isinstance(column.type, Json):
                    found |= dict.fromkeys(_sealed_within(value), where)
                elif value:
                    found |= dict.fromkeys(_written(value), where)
    return found


def _written(value: bytes | str) -> Iterator[str]:
    if isinstance(value, str):
        yield value[:FIRST]
        return
    raw = bytes(value)
    yield raw.hex()[:FIRST]
    yield base64.b64encode(raw).decode()[:FIRST]
    yield base64.urlsafe_b64encode(raw).decode()[:FIRST]


def _sealed_within(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, each in value.items():
            if name.endswith("_sealed"):
                yield each[:FIRST]
            else:
                yield from _sealed_within(each)
    elif isinstance(value, list):
        for each in value:
            yield from _sealed_within(each)


def texts_of(response: Any) -> str:
    """What a reader gets: a page as it is, a workbook's parts, the text of a PDF."""
    content = response.get_data()
    if response.mimetype == "application/pdf":
        return subprocess.run(["pdftotext", "-", "-"], input=content, capture_output=True, check=True).stdout.decode()
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            return "\n".join(parts.read(each).decode(errors="replace") for each in parts.namelist())
    return str(content.decode(errors="replace"))


def within(known: dict[str, str], text: str) -> set[str]:
    """The secrets that begin somewhere in a text, also in the middle of a word."""
    words = set(WORD.findall(text))
    parts = {word[place : place + FIRST] for word in words for place in range(len(word) - FIRST + 1)}
    return parts & known.keys()


def addresses(app: Flask, duty: str) -> Iterator[str]:
    """Every address that this duty may read, with each of the newest things for what it names."""
    for rule in app.url_map.iter_rules():
        allowed = getattr(app.view_functions[rule.endpoint], "allowed", ())
        if "GET" in (rule.methods or ()) and {duty, ANYONE, SIGNED_IN} & set(allowed):
            yield from _filled(rule)


def _filled(rule: Rule) -> Iterator[str]:
    if rule.rule.endswith(".pdf") and not shutil.which("pdftotext"):
        return
    names = re.findall(r"<(?:\w+:)?(\w+)>", rule.rule)
    folders = [rule.rule.split(f"{name}>")[0].rsplit("<", 1)[0].strip("/").rsplit("/", 1)[-1] for name in names]
    values = [_values(name, folder) for name, folder in zip(names, folders, strict=True)]
    for chosen in product(*values):
        address = rule.rule
        for value in chosen:
            address = re.sub(r"<[^>]+>", value, address, count=1)
        yield address


def _values(name: str, folder: str) -> list[str]:
    column = NUMBERS.get(folder, COLUMNS.get(name)) if name == "number" else COLUMNS.get(name)
    if column is None:
        return KEYS if name in ("key", "process") else ["1"]
    most = MOST if "pdf" not in folder else 1
    return [str(each) for each in db.session.scalars(sa.select(column).order_by(column.desc()).limit(most))]


@on_sqlite  # what is shown of a secret does not depend on where it is kept
def test_no_page_paper_export_or_answer_holds_a_secret(
    province: dict[str, Any], app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    known = secrets()
    kept_in = set(known.values())
    for where in (
        "student.main_number", "student.main_number_hash", "student_number.number", "student_number.number_hash",
        "cases.application", "student.particulars", "guardian.phone", "batch_row.number_hash", "batch_row.content",
    ):  # fmt: skip
        assert where in kept_in, f"the province holds nothing in {where}"
    read: dict[str, int] = {}
    leaks: set[tuple[str, str, str]] = set()

    for who, user in province.items():
        browser, token = Client(app).sign_in(user).browser, Client(app).api(user).headers
        for address in addresses(app, user.posts[0].duty.value):
            headers = token if address.startswith("/api/") else {}
            response = apart(browser.get, address, headers=headers)
            assert response.status_code < 500, (who, address)
            if response.status_code == 200:
                read[who] = read.get(who, 0) + 1
                leaks |= {(who, address, known[each]) for each in within(known, texts_of(response))}
        if user.posts[0].duty.value in ("operator", "approver"):
            for name in SEARCHES:
                answer = apart(browser.post, "/api/v1/students/search", headers=token, json={"name": name})
                leaks |= {(who, f"search {name}", known[each]) for each in within(known, answer.get_data(True))}

    assert leaks == set()
    assert min(read.values()) > 5, read
    assert read["school.operator"] > 60, read
    assert not within(known, caplog.text)


def test_the_search_finds_what_is_planted(app: Flask) -> None:
    number = factories.a_number()
    factories.a_student(factories.a_school("330106"), number=number)

    known = secrets()

    assert known[keyed_hash(number)[:FIRST]] == "student.main_number_hash"
    assert within(known, f"<dd>G{keyed_hash(number)[:63]}</dd>") == {keyed_hash(number)[:FIRST]}
    assert within(known, f"<dd>G{number}</dd>") == set()
    raw = db.session.execute(sa.select(sa.type_coerce(Student.main_number, sa.LargeBinary))).scalar_one()
    assert base64.b64encode(bytes(raw)).decode()[:FIRST] in known
