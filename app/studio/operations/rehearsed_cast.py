"""Who takes part in a rehearsal: real offices and children, or invented ones, which are undone with it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases import hooks
from app.database import db
from app.divisions.models import Office, OfficeKind
from app.divisions.queries import inside
from app.errors import InvalidInput
from app.identity.models import User
from app.students.models import Student
from app.studio.operations.rehearsed_inventions import earlier_case, free_number, invented_child, invented_school
from app.studio.rules.scenarios import APART, SUPERIORS, Place, Script

AGE = 7  # years, of a new child


@dataclass
class Cast:
    """The offices, the child, and whoever acts for an office."""

    applicant: Office
    other: Office | None
    child: Student | None
    names: Mapping[str, Any] = field(default_factory=dict)  # of what has gone before
    _people: dict[tuple[int, str, int], User] = field(default_factory=dict)

    def person(self, office: Office, duty: str, place: int = 0) -> Actor:
        """Somebody of that office and duty: at a place always the same one, and never one of another duty."""
        user = self._people.get((office.id, duty, place))
        if user is None:
            user = User(
                username=f"rehearsal.{uuid4().hex[:20]}",
                name="演练人员",
                password_hash="!",
                password_changed_at=clock.now(),
            )
            db.session.add(user)
            db.session.flush()
            self._people[office.id, duty, place] = user
        return Actor(
            user.id, user.name, None, duty, office.id, office.code, office.name, office.kind.value, office.path
        )

    def known(self) -> dict[str, Any]:
        """What may stand in an application for those who take part, by name; a new child is known to nobody."""
        said: dict[str, Any] = {"applicant": self.applicant.code}
        for name, office in (("applicant_bureau", self.applicant.superior), ("other", self.other)):
            said[name] = office.code if office else ""
        said["other_bureau"] = self.other.superior.code if self.other and self.other.superior else ""
        if self.child is not None:
            last = self.child.open_enrolment or self.child.last_enrolment
            said |= {"child.name": self.child.name, "child.main_number": self.child.main_number}
            said |= {"grade": last.grade} if last else {}
        return {name: each for name, each in {**said, **self._new_child, **self.names}.items() if each}

    @cached_property
    def _new_child(self) -> dict[str, str]:
        born = dt.date(clock.today().year - AGE, 1, 12)
        number = free_number(self.applicant.division_code, born, of_boy=True)
        return {"new_child.main_number": number, "new_child.born_on": born.isoformat()}


def assemble(script: Script, actor: Actor) -> Cast:
    """Bring them together. Raises InvalidInput where the province has no such office, and for a real child."""
    if type((script.application or {}).get("student")) is int:
        sentence = "试运行只用虚拟学生：流程管理员不能查看真实学生的信息。"
        raise InvalidInput(sentence=sentence, field="application.student")
    applicant = _applicant(script.applicant, actor)
    other = _other(script.other, applicant, actor) if script.other is not None else None
    child = None
    if script.child is not None:
        child = invented_child(script.child, other if script.child.at == "other" and other else applicant)
    return Cast(applicant, other, child)


def set_scene(cast: Cast, script: Script, process: str) -> None:
    """Let happen what goes before an application of the process, where its applicant is invented."""
    before = hooks.scene.of(process)
    if before is None or script.applicant.code or cast.applicant.is_bureau:
        return
    actor = cast.person(cast.applicant, "operator")
    case_of = partial(earlier_case, cast.applicant)
    cast.names = before(hooks.Scene(cast.applicant, cast.other, cast.child, case_of, actor))
    db.session.expire_all()


def applicant_by_default(applicant: str) -> Place:
    """The kind of office that applies, as the diagram states it: a school, a bureau, the province."""
    return Place(kind={"bureau": "county", "province": "province"}.get(applicant, "school"))


def cast_of_application(script: Script, applicant: str) -> Script:
    """The script with those whom its application names: the school that it is for, the child; else an invented one.

    applicant -- what the diagram says of who applies
    """
    said = script.application or {}
    place = applicant_by_default(applicant)
    school = said.get("to_school")
    if isinstance(school, str) and not school.startswith("="):
        place = Place(school)
    return replace(script, applicant=place)


def _applicant(place: Place, actor: Actor) -> Office:
    if place.code:
        return _real(place.code, "applicant", actor)
    if actor.office_kind != "province":  # of a variant the bureau's own schools alone
        return invented_school(place, db.session.get_one(Office, actor.office_id), "applicant")
    if place.kind != "school":
        return _first_bureau(_bureaus(place.kind), place.in_words())
    return invented_school(place, _first_bureau(_bureaus(place.superior), place.in_words()), "applicant")


def _other(place: Place, applicant: Office, actor: Actor) -> Office:
    if place.code:
        return _real(place.code, "other", actor)
    own = applicant if applicant.is_bureau else applicant.superior
    assert own is not None  # a school has a bureau
    if place.apart == "same":
        return invented_school(place, own, "other")
    city = own if own.kind is OfficeKind.CITY else own.superior
    found = [each for each in _bureaus(place.superior) if each is not own]  # of the other school all is invented
    in_city = [each for each in found if each.superior is city and city is not None]
    elsewhere = [each for each in found if each.superior is not city and each is not city]
    words = f"与申请单位{APART[place.apart]}的{SUPERIORS[place.superior]}"
    return invented_school(place, _first_bureau(in_city if place.apart == "city" else elsewhere, words), "other")


def _real(code: str, field_name: str, actor: Actor) -> Office:
    asked = sa.select(Office).where(Office.code == code, Office.closed_on.is_(None), inside(actor))
    office = db.session.scalar(asked)
    if office is None:
        raise InvalidInput(sentence=f"没有代码为“{code}”的机构。", field=field_name)
    return office


def _bureaus(kind: str) -> Sequence[Office]:
    asked = sa.select(Office).where(Office.kind == OfficeKind(kind), Office.closed_on.is_(None))
    return db.session.scalars(asked.where(Office.acts_as_city.is_(False)).order_by(Office.code)).all()


def _first_bureau(found: Sequence[Office], words: str) -> Office:
    if not found:
        raise InvalidInput(sentence=f"本省没有符合的机构：{words}。", field="applicant")
    return found[0]
