"""Which office a lane means in a case, and why. Pure answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from app.access import Actor
from app.cases.models import Task
from app.cases.rules.refusals import Unroutable
from app.divisions.models import Office, OfficeKind
from workflows import Diagrams
from workflows.routing import ROLES


def task_at(tasks: Iterable[Task], actor: Actor) -> Task | None:
    """The open task that waits at the actor's office, whichever of its people decides it."""
    return next((each for each in tasks if each.status == "open" and each.office_id == actor.office_id), None)


@dataclass(frozen=True)
class Sides:
    """The offices that an application names: what the roles of a case's lanes are found from."""

    applicant: Office
    receiving: Office | None = None
    releasing: Office | None = None


# the office each role means in a case, None when it means nobody; every role has its line here, but for those that the
# process finds which opens the case (its opening's `offices`)
RESOLVERS: Mapping[str, Callable[[Sides], Office | None]] = {
    "receiving_school": lambda sides: sides.receiving,
    "receiving_bureau": lambda sides: sides.receiving and sides.receiving.superior,
    "receiving_superior": lambda sides: sides.receiving and _next_tier_of(sides.receiving.superior),
    "releasing_school": lambda sides: sides.releasing,
    "releasing_bureau": lambda sides: sides.releasing and sides.releasing.bureau,
    "releasing_superior": lambda sides: sides.releasing and _next_tier_of(sides.releasing.bureau),
    "lowest_common_superior": lambda sides: (
        lowest_common_superior(sides.receiving or sides.applicant, sides.releasing) if sides.releasing else None
    ),
    "province": lambda sides: _top(sides.applicant),
    "applicant": lambda sides: sides.applicant,
    "applicant_bureau": lambda sides: (
        next_tier(sides.applicant) if sides.applicant.is_bureau else sides.applicant.superior
    ),
    "applicant_superior": lambda sides: _next_tier_of(sides.applicant.superior),
}


def resolve(role: str, sides: Sides) -> Office | None:
    """The office a lane's role means in a case; None when it means nobody, or the opening alone knows."""
    resolver = RESOLVERS.get(role)
    return resolver(sides) if resolver else None


def role_name(role: str) -> str:
    """A role in Chinese; itself where a version names one that is no more."""
    return ROLES[role].name if role in ROLES else role


def _next_tier_of(bureau: Office | None) -> Office | None:
    return bureau and next_tier(bureau)


def next_tier(bureau: Office) -> Office | None:
    """The bureau one tier up: the province above a city and above a county unit that acts as one.

    A county unit that acts as a city has the province above it (义乌), whatever its division's code says.
    """
    if bureau.kind is OfficeKind.COUNTY and bureau.acts_as_city:
        return _top(bureau)
    return bureau.superior


def _top(office: Office) -> Office:
    while office.superior is not None:
        office = office.superior
    return office


def _chain(office: Office) -> list[Office]:
    chain = []
    bureau = office.superior
    while bureau is not None:
        chain.append(bureau)
        bureau = next_tier(bureau)
    return chain


def lowest_common_superior(one: Office, other: Office) -> Office | None:
    """The lowest bureau that answers for both."""
    theirs = {bureau.id for bureau in _chain(other)}
    return next((bureau for bureau in _chain(one) if bureau.id in theirs), None)


@dataclass(frozen=True)
class Step:
    """One step of a route: which office, and the reason in the user's words."""

    key: str
    name: str
    role: str
    duty: str
    office: Office
    reason: str
    skipped: bool


def parties(
    diagrams: Diagrams,
    *,
    receiving: Office | None,
    releasing: Office | None,
    applicant: Office,
    known: Mapping[str, Office] | None = None,
) -> dict[str, Office]:
    """The office of every role that a lane of the diagram names; known -- what the opening has found out already.

    Raises Unroutable when a task would be nobody's: never an orphan task.
    """
    sides = Sides(applicant, receiving, releasing)
    found: dict[str, Office] = {}
    for task in diagrams.tasks.values():
        if task.role not in found:
            office = (known or {}).get(task.role) or resolve(task.role, sides)
            if office is None and task.key in diagrams.route and ROLES[task.role].optional:
                continue  # a task that a case does pass is refused in `route`
            if office is None:
                raise Unroutable(task=task.name, role=role_name(task.role))
            found[task.role] = office
    return found


def route(diagrams: Diagrams, offices: Mapping[str, Office], visited: tuple[str, ...]) -> list[Step]:
    """The steps of a case's route in order, each with its reason.

    visited -- keys of the tasks the run passes when everybody agrees; the others are skipped, and say why.
    """
    steps = []
    for key in diagrams.route:
        task = diagrams.tasks[key]
        office = offices.get(task.role)
        if office is None:
            if key in visited:
                raise Unroutable(task=task.name, role=role_name(task.role))
            continue
        skipped = key not in visited
        reason = reason_for(task.role, office, skipped, other_side=other_side(diagrams))
        steps.append(Step(key, task.name, task.role, task.duty, office, reason, skipped))
    return steps


def other_side(diagrams: Diagrams) -> str:
    """What a process calls the school that is not the applicant's."""
    return diagrams.properties.get("releasing_as", "转出学校")


def reason_for(role: str, office: Office, skipped: bool, *, other_side: str = "转出学校") -> str:
    """Why this office: 转出学校上级教育行政部门：宁波市鄞州区教育局.

    other_side -- what the diagram calls the school that is not the applicant's (its property `releasing_as`).
    """
    reason = f"{role_name(role).replace('转出学校', other_side)}：{office.name}"
    if skipped and role == "receiving_bureau":
        return f"{reason}（双方学校同属该上级，由其一并核办）"
    return f"{reason}（本件不须此环节）" if skipped else reason
