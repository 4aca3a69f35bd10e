"""Lanes that mean no office for some applicant of the province: its applications could not even be submitted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from app.cases.queries.publication import faults_of_published
from app.cases.rules.routing import next_tier, role_name
from app.database import db
from app.definitions.queries import CompiledVersion
from app.divisions.models import Office, OfficeKind
from app.studio.rules.unavoidable import unavoidable_tasks

#: how many tiers above its applicant's own bureau the office of a role stands
OF_APPLICANTS = {"applicant_bureau": 0, "applicant_superior": 1}


def faults_beyond(version: CompiledVersion) -> list[str]:
    """What publication refuses of a version that compiles, as the province and its processes are now."""
    return [*faults_of_published(version), *_about_lanes(version)]


def _about_lanes(version: CompiledVersion) -> Iterator[str]:
    """Tasks that every application passes, in lanes that mean nobody for some of those who may apply."""
    asked = [task for task in version.diagrams.tasks.values() if task.role in OF_APPLICANTS]
    if not asked or version.applicant not in ("school", "bureau"):
        return
    sources = {name: text.encode() for name, text in version.files.items() if name.endswith(".bpmn")}
    passed = unavoidable_tasks(sources, version.key)
    for task in asked:
        if task.key not in passed:
            continue
        without = _applicants_without(version.applicant, OF_APPLICANTS[task.role])
        if count := sum(without.values()):
            names, role = "、".join(list(without)[:3]), role_name(task.role)
            yield f"环节“{task.name}”由{role}办理，{names}等 {count} 个机构没有这样的上级机构，不能提出申请"


def _applicants_without(applicant: str, tiers: int) -> Mapping[str, int]:
    """The bureaus above whom no such office stands, with how many of those who may apply are theirs."""
    bureaus = db.session.scalars(
        sa.select(Office).where(Office.kind != OfficeKind.SCHOOL, Office.closed_on.is_(None)).order_by(Office.id)
    ).all()
    if applicant == "bureau":  # the department itself decides for all others, and applies to nobody
        below = [each for each in bureaus if each.superior_id is not None]
        return {each.name: 1 for each in below if _above(next_tier(each), tiers) is None}
    counted = sa.select(Office.superior_id, sa.func.count()).where(Office.kind == OfficeKind.SCHOOL)
    schools = {
        row[0]: row[1]
        for row in db.session.execute(counted.where(Office.closed_on.is_(None)).group_by(Office.superior_id))
    }
    without = [each for each in bureaus if each.id in schools and _above(each, tiers) is None]
    return {f"{each.name}直属学校": schools[each.id] for each in without}


def _above(bureau: Office | None, tiers: int) -> Office | None:
    for _ in range(tiers):
        bureau = next_tier(bureau) if bureau else None
    return bureau
