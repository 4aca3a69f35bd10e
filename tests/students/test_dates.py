"""Every day that an application names has its bounds, at its opening, after a repair and when it is written."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app import clock
from app.cases.models import Case
from app.database import db
from app.students.models import Change, Standing, Student
from app.students.rules.dates import DAYS, Kind, Life, objections_to_days
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support.client import Client
from tests.support.single_school_case import Matter, a_matter
from tests.support.transfer_case import Story, a_story

FORMS = Path(__file__).parents[2] / "forms"
#: the other days that forms ask for, each with the rule that bounds it
BOUNDED_BY = {
    ("arrival", "born_on"): "students.rules.registration.objections_to_new_child",
    ("registration_primary", "born_on"): "students.rules.registration.objections_to_new_child",
    ("late_registration", "born_on"): "students.rules.registration.objections_to_new_child",
    ("suspension", "ends_on"): "students.rules.changes._suspension",
    ("suspension_renewal", "ends_on"): "students.rules.changes._renewal",
    ("plan_cross_city", "closes_on"): "processes.recruitment.rules.objections_to_dates",
    ("plan_cross_county", "closes_on"): "processes.recruitment.rules.objections_to_dates",
    ("lock_postponement", "until"): "students.rules.locks.objections_to_postponement",
    **{
        (process, day): "cases.rules.guardian_objections"
        for process in ("withdrawal", "death", "contested_record")
        for day in ("served_on", "objected_on")
    },
}
TODAY = dt.date(2026, 11, 23)


def dates_of(schema: Any) -> Iterator[str]:
    """The fields of a form that are days, however deep they stand."""
    for name, part in schema.get("properties", {}).items():
        if part.get("format") == "date":
            yield name
        yield from dates_of(part)
        yield from dates_of(part.get("items", {}))


def test_every_day_of_every_form_has_its_rule() -> None:
    asked = {
        (path.parent.name, name)
        for path in FORMS.glob("*/*.json")
        if path.stem not in ("proofs", "reasons")
        for name in dates_of(json.loads(path.read_text("utf-8")))
    }
    ruled = {(process, name) for process, days in DAYS.items() for name in days}

    assert asked == ruled | set(BOUNDED_BY)
    assert not ruled & set(BOUNDED_BY)


@pytest.mark.parametrize(
    ("process", "field", "day", "said"),
    [
        ("withdrawal", "leaves_on", "2001-01-01", "离校日期不能早于该生出生日期（2017-05-20）。"),
        ("withdrawal", "leaves_on", "2024-08-31", "离校日期不能早于入学日期（2024-09-01）。"),
        ("withdrawal", "leaves_on", "2026-10-31", "离校日期不能早于上一次学籍异动（复学）的生效日期（2026-11-01）。"),
        ("withdrawal", "leaves_on", "2026-12-24", "离校日期最迟为 2026-12-23（可提前 30 天核准）。"),
        ("withdrawal", "leaves_on", "2026-12-23", None),
        ("death", "died_on", "1950-01-01", "死亡日期不能早于该生出生日期（2017-05-20）。"),
        ("death", "died_on", "2026-10-31", None),
        ("death", "died_on", "2026-11-24", "死亡日期不能晚于今天。"),
        ("drop_out", "left_on", "1990-01-01", "最后到校日期不能早于该生出生日期（2017-05-20）。"),
        ("drop_out", "left_on", "2026-11-24", "最后到校日期不能晚于今天。"),
        ("key_correction", "signed_on", "2026-11-24", "监护人签名日期不能晚于今天。"),
        ("key_correction", "signed_on", "2017-05-19", "监护人签名日期不能早于该生出生日期（2017-05-20）。"),
        ("key_correction", "born_on", "2026-11-24", "出生日期不能晚于今天。"),
        ("key_correction", "born_on", "2024-09-01", "出生日期须早于入学日期（2024-09-01）。"),
        ("key_correction", "born_on", "1950-01-01", "出生日期不能早于 30 年前（1996-11-01）。"),
        ("paper_archive", "received_on", "2026-11-19", "签收日期不能早于办件提交日期（2026-11-20）。"),
        ("graduation", "graduates_on", "2026-11-24", "毕业日期不能晚于今天。"),
    ],
)
def test_the_rule_names_the_bound(process: str, field: str, day: str, said: str | None) -> None:
    life = Life(
        TODAY,
        born_on=dt.date(2017, 5, 20),
        enrolled_on=dt.date(2024, 9, 1),
        first_enrolled_on=dt.date(2024, 9, 1),
        last_change=(dt.date(2026, 11, 1), "复学"),
        opened_on=dt.date(2026, 11, 20),
    )

    found = list(objections_to_days(process, {field: day}, life, ahead=30 if process == "withdrawal" else 0))

    assert [each.detail for each in found] == ([said] if said else [])
    assert {each.field for each in found} <= {field}


def test_no_change_is_applied_for_out_of_its_bounds(client: Client, matter: Matter) -> None:
    """The inputs of the outsiders, and the same of every other process."""
    suspended = a_matter(client, standing=Standing.SUSPENDED)
    gone = a_matter(client, standing=Standing.WITHDRAWN)
    absent = a_matter(client, standing=Standing.DROPPED_OUT)
    asked: list[tuple[Matter, str, str, str]] = [
        (each, process, field, day)
        for each, process, field in (
            (matter, "withdrawal", "leaves_on"),
            (matter, "abroad", "leaves_on"),
            (matter, "suspension", "starts_on"),
            (matter, "drop_out", "left_on"),
            (matter, "death", "died_on"),
            (suspended, "resumption", "resumes_on"),
            (gone, "reinstatement", "starts_on"),
            (absent, "return_to_school", "returned_on"),
        )
        for day in ("2099-01-01", "2001-01-01", "1950-01-01")
    ]
    answers = [(each.submit(process, **{field: day}), field) for each, process, field, day in asked]

    for answer, field in answers:
        assert answer.status == 422, answer.text
        assert (field, "E-INPUT") in {(each["field"], each["code"]) for each in answer.json["objections"]}
    assert db.session.scalars(sa.select(Case).where(Case.process_key != "takeover")).all() == []
    assert {kind for days in DAYS.values() for kind in (day.kind for day in days.values())} == set(Kind)


def test_a_day_follows_the_last_change_of_standing(matter: Matter) -> None:
    matter.walk("drop_out", left_on="2026-11-20")
    assert matter.submit("return_to_school", returned_on="2026-11-19").codes == {"E-INPUT"}
    matter.walk("return_to_school", returned_on="2026-11-22")

    refused = matter.submit("drop_out", left_on="2026-11-21")

    assert "上一次学籍异动（辍学返校）的生效日期（2026-11-22）" in refused.json["objections"][0]["detail"]
    assert matter.submit("death", died_on="2026-11-10").status == 201, "a late report is still a report"


@pytest.mark.parametrize(
    ("process", "form"),
    [
        ("withdrawal", {"leaves_on": "2099-01-01"}),
        ("suspension", {"starts_on": "2001-01-01"}),
        ("death", {"died_on": "1950-01-01"}),
        ("key_correction", {"signed_on": "2099-01-01"}),
    ],
)
def test_a_repair_cannot_bring_in_what_the_opening_refuses(matter: Matter, process: str, form: dict[str, str]) -> None:
    matter.submit(process)
    matter.decide("send_back")

    refused = matter.decide(form=form)

    assert (refused.status, "E-INPUT" in refused.codes) == (422, True)
    assert matter.waiting()["key"] == "repair"
    assert matter.decide().status == 200


def test_the_days_of_a_desk_are_asked_too(submitted: Story) -> None:
    submitted.decide("send_back")
    late = {"signed_on": "2099-01-01"}
    assert submitted.decide(form=late).codes == {"E-INPUT"}
    submitted.agree_until("pull").decide()
    paper = db.session.scalars(sa.select(Case).where(Case.process_key == "paper_archive")).one()
    operator = submitted.program("releasing_school", "operator")
    [task] = operator.get(f"/cases/{paper.number}").json["waiting"]
    for day in ("2099-01-01", "2001-01-01"):
        form = {"carrier": "post", "tracking": "1234567890", "dispatched_on": day}
        answer = operator.post(f"/tasks/{task['id']}/decision", {"outcome": "acknowledge", "form": form})
        assert (answer.status, {each["field"] for each in answer.json["objections"]}) == (422, {"form.dispatched_on"})


def test_the_verb_asks_again_what_came_in_before(matter: Matter) -> None:
    """A running case of an older edition, opened when nobody asked."""
    matter.submit("withdrawal")
    matter.decide()
    wrong = {**matter.application("withdrawal"), "leaves_on": "2099-01-01"}
    db.session.execute(sa.update(Case).where(Case.number == matter.number).values(application=wrong))
    db.session.commit()

    with nothing_changes(attempts=0):
        answer = matter.decide()

    assert (answer.status, answer.code, "离校日期最迟为" in answer.json["detail"]) == (422, "E-INPUT", True)


def test_a_registered_child_may_leave_before_the_first_of_september(client: Client) -> None:
    """Whoever is registered in August is the school's from then on: a death in August is reported in August."""
    clock.set_to(dt.datetime(2026, 8, 25, 9, tzinfo=clock.ZONE))
    matter = a_matter(client, grade="11")
    assert matter.enrolment.starts_on == dt.date(2026, 9, 1)

    assert matter.submit("death", died_on="2026-08-24").codes == {"E-INPUT"}, "not before it was registered"
    matter.walk("death", died_on="2026-08-25")

    enrolment = matter.enrolment
    assert (enrolment.standing.value, enrolment.ends_on) == ("deceased", enrolment.starts_on)
    assert db.session.scalar(sa.select(Change.effective_on)) == dt.date(2026, 8, 25)
    assert db.session.get_one(Student, matter.child.id).open_enrolment is None


def test_a_registered_child_who_transfers_in_august_is_at_the_new_school_at_once(client: Client) -> None:
    clock.set_to(dt.datetime(2026, 8, 25, 9, tzinfo=clock.ZONE))
    story = a_story(client, grade="11")
    assert story.submit().status == 201
    assert story.agree_until("pull").decide().status == 200

    db.session.rollback()
    child = db.session.get_one(Student, story.child.id, populate_existing=True)
    today, september = dt.date(2026, 8, 25), dt.date(2026, 9, 1)
    assert [(each.starts_on, each.ends_on, each.recorded_on) for each in child.enrolments] == [
        (september, september, today),
        (today, None, today),
    ]
