"""办理情况: a process, or one version of it, with what stands at each of its steps and how long they take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from app.access import Actor, found
from app.cases.models import Case
from app.cases.queries import step_figures as figures
from app.cases.queries.step_figures import StepFigures
from app.cases.rules.routing import role_name
from app.database import db
from app.definitions.models import Process, ProcessVersion
from app.definitions.queries import CompiledVersion, compiled_version
from app.divisions.models import Office
from app.studio.queries import catalogue
from app.studio.queries.drafts import require_studio
from app.studio.queries.variants import variant_for
from app.studio.rules.diagram_things import lanes_by_role


@dataclass(frozen=True)
class Step:
    """A step of a process. former -- only other versions have it: it is not on the diagram."""

    key: str
    name: str
    office: str
    former: bool


@dataclass(frozen=True)
class ProcessSteps:
    """The steps of a process, or of a bureau's variant of it.

    version -- the one that was asked for, None for all; shown -- whose diagram it is; office -- whose variant
    """

    process: Process
    office: Office | None
    version: ProcessVersion | None
    shown: ProcessVersion
    versions: Sequence[ProcessVersion]  # the newest first
    steps: Sequence[Step]

    def step(self, key: str) -> Step:
        """One of them. Raises Missing."""
        step: Step = found(next((each for each in self.steps if each.key == key), None))
        return step

    @property
    def ids(self) -> Sequence[int]:
        """Of the versions."""
        return [each.id for each in self.versions]


@dataclass(frozen=True)
class StepLine:
    """A step with its figures."""

    step: Step
    figures: StepFigures


def steps_of(actor: Actor, key: str, number: int | None, office: str | None = None) -> ProcessSteps:
    """The steps of one version; without a number of the newest and of all on which cases run.

    office -- the code of the bureau whose variant is meant: the actor's own, any for the province; without it the
    province's versions, which are no bureau's matter. Raises NotAllowed, Missing.
    """
    process = catalogue.process_of(key)
    if office is None:
        require_studio(actor)
        line, own, current_id = None, None, process.current_id
    else:
        variant = variant_for(actor, key, office).variant
        line, own, current_id = variant.office_id, variant.office, variant.current_id
    if number is None:
        running = _running(key)
        versions = [
            each
            for place, each in enumerate(catalogue.versions_of(key, line))
            if place < figures.RECENT or each.id in running
        ]
        shown = next((each for each in versions if each.id == current_id), versions[0])
        asked = None
    else:
        asked = shown = catalogue.version_of(key, number, line)
        versions = [asked]
    return ProcessSteps(process, own, asked, shown, versions, _steps(shown, versions))


def with_figures(actor: Actor, shown: ProcessSteps, now: dt.datetime) -> Sequence[StepLine]:
    """Each of the steps with its figures."""
    counted = figures.step_figures(actor, shown.ids, [each.key for each in shown.steps], now)
    return [StepLine(each, counted[each.key]) for each in shown.steps]


def _running(key: str) -> set[int]:
    """The versions on which a case runs."""
    runs = sa.exists().where(
        Case.process_key == key, Case.version_id == ProcessVersion.id, sa.text("cases.status <> 'closed'")
    )
    return set(db.session.scalars(sa.select(ProcessVersion.id).where(ProcessVersion.process_key == key, runs)))


def _steps(shown: ProcessVersion, versions: Sequence[ProcessVersion]) -> Sequence[Step]:
    """In the order of the route of the diagram shown; then those that other versions alone have."""
    steps: dict[str, Step] = {}
    for version in (shown, *versions):
        compiled = compiled_version(version.id)
        diagrams, lanes = compiled.diagrams, _lanes(compiled)
        for key in (*diagrams.route, *diagrams.tasks):
            spec = diagrams.tasks[key]
            steps.setdefault(
                key, Step(key, spec.name, lanes.get(spec.role) or role_name(spec.role), version is not shown)
            )
    return list(steps.values())


def _lanes(version: CompiledVersion) -> dict[str, str]:
    """What its diagrams call the office of each role."""
    drawn = [text for name, text in version.files.items() if name.endswith(".bpmn")]
    return {role: name for text in drawn for role, name in lanes_by_role(text).items()}
