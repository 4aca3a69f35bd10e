"""A closed cohort: who may still write what of it, each write proved, and what the database refuses by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.cases import hooks
from app.cases.commands import tick
from app.database import db
from app.students.models import Change, Enrolment, Guardian, Student
from app.students.models.cohorts import LockSnapshot
from app.students.operations import corrections
from app.students.operations.locking import digest_of
from app.students.rules.locks import BY_THE_SUPERIOR
from app.students.rules.particulars import PARTICULARS
from app.students.rules.transitions import COMMON, PARTICULAR
from tests.processes.lock_postponement.test_locks import at, snapshots
from tests.processes.registration.test_late import AFTER, BEFORE
from tests.support.client import Client
from tests.support.single_school_case import Matter, a_matter


@pytest.fixture
def profile(app: Flask) -> Iterator[Callable[[str], None]]:
    """Set the rules under which new cases open."""
    yield lambda name: app.config.update(PROFILE=name)
    app.config["PROFILE"] = "zj-2010"


FIELDS = {"address": "文三路 1 号", "phone": "13800000001", "health": "2", "political": "14", "boarding": "2"}


@pytest.mark.parametrize(("rules", "left"), [("zj-2010", set()), ("zj-now", set(FIELDS))])
def test_what_is_left_to_the_school_after_the_lock_stands_in_a_table(
    client: Client, profile: Callable[[str], None], rules: str, left: set[str]
) -> None:
    profile(rules)
    at("2026-09-01T10:00:00")
    matter = a_matter(client, grade="11")
    at(AFTER)
    tick()
    base = {"student": matter.child.id, "reason": "搬家"}

    refused = matter.submit("correction", {**base, **FIELDS, "household_division": "330108"})
    assert {each["field"] for each in refused.json["objections"]} == {*FIELDS, "household_division"} - left
    assert refused.codes == {"E-LOCK-01"}
    for name in sorted(left):
        matter.submit("correction", {**base, name: FIELDS[name]})
        assert matter.decide().status == 200
    assert matter.walk("locked_correction", **FIELDS)["outcome"] == "agreed"

    db.session.expire_all()
    child = db.session.get_one(Student, matter.child.id)
    assert {name: child.particulars[name] for name in FIELDS} == FIELDS
    assert child.household_division == "330108"
    at("2027-10-01T00:00:00")
    tick()
    older = {"student": matter.child.id, "reason": "搬家", "address": "文二路 2 号"}
    assert matter.submit("correction", {**older, "household_division": "330106"}).codes == {"E-LOCK-01"}
    assert matter.submit("correction", older).status == 201, "the next cohort is the new one now"
    assert matter.decide().status == 200


FAMILY = {
    "disability": "2", "inclusive": "12", "floating": "1", "migrant": "1", "left_behind": "2", "orphan": "1",
    "martyr_family": "1", "only_child": "1", "preschool": "1", "school_bus": "1", "talents": "围棋", "blood_type": "3",
    "commute_distance": "1.5", "commute_way": "04", "aid": "1", "boarding_allowance": "1", "purchased_place": "1",
    "home_address": "文二路 2 号", "mailing_address": "文一路 3 号", "postcode": "310012", "email": "a@example.com",
    "homepage": "https://example.com", "remarks": "住亲戚家",
    "guardian_ethnic_group": "22", "guardian_employer": "市第一医院", "guardian_post": "医生",
    "guardian_address": "文三路 4 号", "guardian_household_division": "330106",
    "guardian2_ethnic_group": "01", "guardian2_employer": "西湖小学", "guardian2_post": "教师",
    "guardian2_address": "文三路 5 号", "guardian2_household_division": "330108",
}  # fmt: skip
IDENTITY = {
    "hmt": "12", "former_name": "陈小源", "born_in": "330108", "native_place": "绍兴", "household_kind": "3",
    "nationality": "CHN", "entry_way": "11", "source": "2", "pinyin": "Chen Siyuan", "english_name": "Peter Chen",
    "document_validity": "2021-03-05至2026-03-05", "household_address": "祖宅 1 号",
    "household_township": "翠苑街道",
    "guardian_relation_note": "生父", "guardian_guardianship": "1", "guardian_document_type": "B",
    "guardian2_relation_note": "继母", "guardian2_guardianship": "0", "guardian2_document_type": "B",
}  # fmt: skip
BOTH = (
    {"name": "陈建国", "relation": "1", "phone": "13800000000"},
    {"name": "林月如", "relation": "2", "phone": "13900000000"},
)


@pytest.mark.parametrize("rules", ["zj-2010", "zj-now"])
def test_what_a_registration_asks_can_be_corrected(client: Client, profile: Callable[[str], None], rules: str) -> None:
    """Before the lock by the school, after it what the table leaves to it, and everything by the superior."""
    profile(rules)
    at("2026-09-01T10:00:00")
    matter = a_matter(client, grade="11")
    with db.engine.begin() as connection:
        connection.execute(sa.insert(Guardian), [{"student_id": matter.child.id, **each} for each in BOTH])
    base = {"student": matter.child.id, "reason": "录入错误"}
    everything = FAMILY | IDENTITY
    assert {*everything, *FIELDS} == set(PARTICULARS)
    for process in ("correction", "locked_correction"):
        asked = matter.program("school").get(f"/processes/{process}").json["form"]["properties"]
        assert not [name for name in asked if "default" in asked[name]], "what is left empty stays as it is"
        assert "不填为" not in str(asked)

    assert matter.submit("correction", {**base, **everything}).status == 201
    assert matter.decide().json["outcome"] == "agreed"

    assert kept(matter, everything) == everything
    at(AFTER)
    tick()
    other = everything | {"talents": "书法", "left_behind": "0", "hmt": "00", "former_name": "陈大源", "source": "1"}
    other |= {
        "postcode": "310013",
        "guardian2_employer": "东城小学",
        "guardian2_guardianship": "1",
        "remarks": "已搬回",
    }
    changed = {name for name, value in other.items() if everything[name] != value}
    closed = changed if rules == "zj-2010" else changed & set(IDENTITY)
    refused = matter.submit("correction", {**base, **other})
    assert ({each["field"] for each in refused.json["objections"]}, refused.codes) == (closed, {"E-LOCK-01"})
    if left := {name: other[name] for name in changed - closed}:
        assert matter.submit("correction", {**base, **left}).status == 201
        assert matter.decide().status == 200
        assert kept(matter, left) == left
    case = matter.walk("locked_correction", **other)
    assert (case["outcome"], kept(matter, other)) == ("agreed", other)
    reader = client.sign_in(matter.people["school"].operator)
    assert "陈大源" in reader.get(f"/students/{matter.child.id}/card").text


def kept(matter: Matter, names: Iterable[str]) -> dict[str, Any]:
    db.session.rollback()
    db.session.expire_all()
    particulars = db.session.get_one(Student, matter.child.id).particulars
    return {name: particulars.get(name) for name in names}


@pytest.mark.parametrize("process", ["correction", "locked_correction"])
def test_a_corrected_field_agrees_with_the_rest_of_the_record(client: Client, process: str) -> None:
    at("2026-09-01T10:00:00")
    matter = a_matter(client, grade="11")
    if process == "locked_correction":
        at(AFTER)
        tick()

    def answer(**fields: str) -> Any:
        proof = {"proof": "户口簿首页"} if process == "locked_correction" else {}
        return matter.submit(process, {"student": matter.child.id, "reason": "录入错误", **proof, **fields})

    foreign, ill = answer(nationality="USA"), answer(health="6")
    assert [(each["code"], each["field"]) for each in foreign.json["objections"] if each["code"] == "E-INPUT"] == [
        ("E-INPUT", "nationality")
    ]
    assert "disability" in {each["field"] for each in ill.json["objections"]}
    if process == "locked_correction":
        assert answer(health="6", disability="2").status == 201


def test_a_correction_that_midnight_overtakes_is_refused(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    at("2026-09-01T10:00:00")
    matter = a_matter(client, grade="11")
    at(BEFORE)
    matter.submit("correction")
    written = corrections.write_change
    monkeypatch.setattr(corrections, "write_change", lambda *args: (written(*args), at(AFTER))[0])

    answer = matter.decide()

    assert answer.code == "E-LOCK-01"
    db.session.expire_all()
    assert (db.session.get_one(Student, matter.child.id).particulars, matter.case()["status"]) == ({}, "open")


def test_every_write_of_a_closed_cohorts_basic_data_is_proved(client: Client) -> None:
    at("2026-09-01T10:00:00")
    matter = a_matter(client, grade="11")
    matter.walk("correction", household_division="330108")
    entry = db.session.scalars(sa.select(Change.id)).one()
    at(AFTER)
    locked = digest_of(2026, matter.school.id)

    matter.walk("key_correction")
    asked = {"student": matter.child.id, "change": entry, "explanation": "录入错误", "basis": "户口簿"}
    assert matter.submit("reversal", asked).status == 201
    matter.finish()

    mine = [each for each in snapshots() if each.entry_year == 2026 and each.school_id == matter.school.id]
    assert [each.case_id is None for each in mine] == [True, False, False]
    assert mine[0].digest == locked, "the proof of the lock is older than the first write after it"
    assert all(each.rest for each in mine[1:])
    tick()
    whole = next(each for each in snapshots() if each.school_id is None and each.entry_year == 2026)
    assert whole.children == 1


def test_who_may_write_after_the_lock_is_said_of_every_process(app: Flask) -> None:
    """A new process is given its place here, and so its answer to the lock."""
    GO_ON_LATE = hooks.cohort.keys  # as 补录, told by each process when the application is built
    of_standing = {
        "takeover", "transfer", "suspension", "suspension_renewal", "resumption", "skip", "promotion", "death",
        "abroad", "drop_out", "return_to_school", "reinstatement", "class_change", "graduation", "arrival", "departure",
        "school_reorganisation", "withdrawal", "repeat", "school_reversal",
    }  # fmt: skip

    assert {*COMMON, *PARTICULAR} - {*GO_ON_LATE, *BY_THE_SUPERIOR} == {*of_standing, "late_registration"}


# ── by the database ──────────────────────────────────────────────────────────────────────────────────────────────────


def refuses(*statements: Any, match: str) -> None:
    """The database itself refuses each of these, whoever writes."""
    for statement in statements:
        with pytest.raises(sa.exc.IntegrityError, match=match), db.engine.begin() as connection:
            connection.execute(statement)


@pytest.mark.parametrize("rules", ["zj-2010", "zj-now"])
def test_the_database_refuses_what_no_case_may_write(
    client: Client, profile: Callable[[str], None], rules: str
) -> None:
    profile(rules)
    at("2026-09-01T10:00:00")
    matter = a_matter(client, grade="11")
    child = matter.child.id
    guardian = {"student_id": child, "name": "陈建国", "relation": "1", "phone": "13800000000"}
    with db.engine.begin() as connection:
        connection.execute(sa.insert(Guardian).values(**guardian))
    matter.submit("correction")
    moved = sa.update(Student).where(Student.id == child).values(particulars={"address": "某处"})
    with db.engine.begin() as connection:
        connection.execute(moved)
    at(AFTER)
    tick()
    db.session.rollback()

    renamed = sa.update(Student).where(Student.id == child).values(name="某某")
    refuses(renamed, *([moved] if rules == "zj-2010" else ()), match="basic data")
    refuses(
        sa.insert(Guardian).values(**guardian),
        sa.update(Guardian).values(name="某某"),
        sa.delete(Guardian),
        match="basic data",
    )
    refuses(sa.delete(Enrolment), match="never deleted")
    refuses(sa.update(LockSnapshot).values(children=9), sa.delete(LockSnapshot), match="never changes")


def test_a_matter_of_standing_after_the_lock_proves_its_school_first(matter: Matter, client: Client) -> None:
    at("2026-09-01T10:00:00")
    new = a_matter(client, grade="11")
    at(AFTER)
    locked = digest_of(2026, new.school.id)

    new.walk("death", died_on="2026-09-30")

    [proof] = [each for each in snapshots() if each.school_id == new.school.id and each.entry_year == 2026]
    assert (proof.digest, proof.children, proof.case_id) == (locked, 1, None)
    assert digest_of(2026, new.school.id) != locked
