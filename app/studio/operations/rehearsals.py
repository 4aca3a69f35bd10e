"""试运行: a draft played by the very verbs of real cases, from the application to the record, and undone.

The draft stands in the place of the current version, an application is opened, each office decides, and everything is
rolled back: what is left is what it would have been, as plain data.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa

from app import clock
from app.access import Actor
from app.cases.models import Attachment, Batch, Case, CaseStatus, Task, TaskStatus
from app.cases.models.coming_changes import ComingChange
from app.cases.operations import Answer, decide, open_case, take_effect, work_chunk
from app.cases.operations.opening import profile, under
from app.cases.presenters.application_forms import is_about_a_child
from app.cases.presenters.prefilled_forms import prefilled
from app.cases.queries.joint_answers import answers_to
from app.cases.rules.routing import role_name
from app.database import attempt, db
from app.definitions.operations import put_in_place
from app.definitions.queries import CompiledVersion, compiled_version, followers, provisional
from app.definitions.rules.known_facts import PROFILE_NAMES
from app.dry_runs import settle, undone
from app.errors import Refused, Stale, objections_of
from app.identity.models import DUTY_NAMES
from app.office_settings.queries import reasons_in_force
from app.students.models import Directive
from app.students.operations.lawful_changes_table import keep_matrix
from app.studio.operations.rehearsed_cast import Cast, assemble, set_scene
from app.studio.operations.rehearsed_desks import application_desk, days_of, desk_of, people_of
from app.studio.operations.rehearsed_record import Played, Rehearsal, effects_of, lines_of, snapshot_of
from app.studio.queries.runnable_drafts import rehearsable
from app.studio.rules.files import content_of
from app.studio.rules.refusals import (
    NothingWaits,
    RehearsalBusy,
    RehearsalTooLong,
    WriteRefused,
)
from app.studio.rules.scenario_names import resolved
from app.studio.rules.scenarios import Script, Step, days_until
from app.web.errors import CannotGoOn
from workflows import RunBroken
from workflows.errors import NotWaiting, TaskGone

LONGEST = 6.0  # seconds of a whole rehearsal: on SQLite nobody else writes meanwhile
LONGEST_WAIT = 0.8  # for a lock: less than the second after which PostgreSQL would look for a deadlock, and end one
MOST_CHUNKS = 20


def rehearse(key: str, files: Mapping[str, str], script: Script, *, actor: Actor) -> Rehearsal:
    """Play a script on the files of a draft, and undo it.

    Raises NotRunnable, Missing and InvalidInput where the cast cannot be brought together, RehearsalBusy and
    RehearsalTooLong. A rule that refuses is no exception: it is what the rehearsal has to say.
    """
    content, draft = content_of(files), rehearsable(key, files)
    try:
        with undone(wait=LONGEST_WAIT, longest=LONGEST), ExitStack() as stack:
            stack.enter_context(clock.ahead(days_until(script.on, clock.today())))
            stack.enter_context(under(script.profile))
            version = put_in_place(draft, content)
            stack.enter_context(provisional(version))
            if version.rules_of != key:
                keep_matrix(followers())
            play = _Play(version, script, assemble(script, actor), stack)
            play.run()
            return play.result()
    except Stale as stale:
        raise RehearsalBusy() from stale


@dataclass
class _Play:
    """A rehearsal under way."""

    version: CompiledVersion
    script: Script
    cast: Cast
    stack: ExitStack
    began: float = field(default_factory=time.monotonic)
    cases: list[int] = field(default_factory=list)
    refused: list[Any] = field(default_factory=list)
    played: list[Played] = field(default_factory=list)
    course: list[dict[str, str]] = field(default_factory=list)
    opened: list[str] | None = None
    taken: int = 0
    before: dict[str, str] = field(default_factory=dict)
    written: dict[int, int] = field(default_factory=dict)  # of each case, how many of its verbs are known
    arrived: dict[int, int] = field(default_factory=dict)  # task -> working days that had passed when it came
    passed: int = 0  # working days, if every office takes all it has
    longest: int = 0
    involved: dict[str, None] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)

    def run(self) -> None:
        """Everything that the script says, until something is refused."""
        set_scene(self.cast, self.script, self.version.rules_of)
        self.before, self.people = snapshot_of(self.cast), people_of(self.cast)
        if self.script.application is None:
            return
        self._open(self.script.application)
        for step in self.script.steps:
            if self.refused:
                return
            if time.monotonic() - self.began > LONGEST:
                raise RehearsalTooLong()
            if step.waits:
                self._await_day()
            else:
                self._decide(step)
            self.taken += not self.refused

    # ── acts ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _act(self, act: Callable[[], Any]) -> bool:
        """Do it as a transaction of its own would; False when it was refused, which undoes it."""
        try:
            with attempt():
                act()
                settle()
        except Refused as refusal:
            self.refused = list(objections_of(refusal))
        except (RunBroken, TaskGone, NotWaiting) as broken:
            self.refused = [CannotGoOn(why=str(broken))]
        except sa.exc.OperationalError:
            raise
        except sa.exc.DBAPIError:
            self.refused = [WriteRefused()]
        db.session.expire_all()
        return not self.refused

    def _open(self, application: Mapping[str, Any]) -> None:
        actor = self.cast.person(self.cast.applicant, "operator")
        typed = resolved(application, self.cast.known(), clock.today())
        if is_about_a_child(self.version) and self.cast.child is not None:
            typed["student"] = self.cast.child.id
        rows = [resolved(self.script.row, self.cast.known(), clock.today())] if self.script.row is not None else None
        papers = self.script.papers

        def act() -> None:
            case = open_case(self.version.key, typed, actor=actor, rows=rows, proofs=papers)
            self.cases.append(case.id)
            self._attach(case.id, papers, actor)

        if not self._act(act):
            self.cases.clear()
            return
        self.involved[f"{self.cast.applicant.name}（经办）"] = None
        opened = db.session.get_one(Case, self.cases[0])
        if self.cast.child is None and opened.student is not None:  # whom the application names by its number
            self.cast.child = opened.student
            self.before, self.people = snapshot_of(self.cast), people_of(self.cast)
        self.opened = self._work_on()

    def _attach(self, case_id: int, kinds: Sequence[str], actor: Actor) -> None:
        """The papers of a case as its rows name them, without a file."""
        present = set(db.session.scalars(sa.select(Attachment.kind).where(Attachment.case_id == case_id)))
        for number, kind in enumerate(dict.fromkeys(kinds)):
            if kind in present:
                continue
            paper = Attachment(case_id=case_id, kind=kind, name="演练.pdf", media_type="application/pdf", size=1)
            paper.sha256, paper.office_id = f"{case_id}-{number}-{kind}"[:64], actor.office_id
            paper.added_by, paper.added_at = actor.user_id or 0, clock.now()
            db.session.add(paper)

    def _decide(self, step: Step) -> None:
        task = next((each for each in self._waiting() if self._is(each, step)), None)
        if task is None:
            self.refused = [NothingWaits(task=self._name_of(step.task) or "环节")]
            return
        actor = self.cast.person(task.office, task.duty.value, len(answers_to([task.id])))  # several may answer
        spec = compiled_version(task.case.version_id or 0).diagrams.tasks[task.key]
        known = {**self.cast.known(), **self._directive(task)}
        answer = Answer(step.outcome, step.reason_code, step.opinion, resolved(step.form, known, clock.today()))
        if not step.task:
            answer = _as_prefilled(task, answer)
        task_id, case_id, office = task.id, task.case_id, task.office.name
        process = "" if case_id == self.cases[0] else task.case.process_key
        days = days_of(task)

        def act() -> None:
            if step.papers:
                self._attach(case_id, step.papers, actor)
            decide(task_id, answer, actor=actor)

        if not self._act(act):
            return
        self.passed = self.arrived.get(task_id, self.passed) + days
        self.longest = max(self.longest, self.passed)
        duty = DUTY_NAMES[actor.duty]  # type: ignore[index]
        self.involved[f"{office}（{duty}）"] = None
        said = {"task": spec.key, "role": spec.role, "duty": spec.duty, "outcome": step.outcome}
        self.course.append({**said, **({"process": process} if process else {})})
        verbs = self._work_on()
        self.played.append(
            Played(
                spec.key, spec.name, process, office, role_name(spec.role), duty, step.outcome,
                spec.record(step.outcome), step.opinion, verbs, days,
            )
        )  # fmt: skip

    def _await_day(self) -> None:
        """Let the day come on which what was agreed to takes effect."""
        coming = self._coming()
        if coming is None:
            self.refused = [NothingWaits(task="等到生效之日")]
            return
        case_id, day = coming.case_id, coming.takes_effect_on
        self.stack.enter_context(clock.ahead(max(0, (day - clock.today()).days)))
        nobody = Actor(None, "系统", None, "clock", 0, "", "", "", "")
        if not self._act(lambda: take_effect(case_id, actor=nobody)):
            return
        verbs = self._work_on()
        words = f"{day} 起生效"
        self.played.append(Played("", "等到生效之日", "", "", "", "", "", words, "", verbs, None))

    # ── what there is ────────────────────────────────────────────────────────────────────────────────────────────────

    def _work_on(self) -> list[str]:
        """After an act: work the lists that it has released, note the verbs that ran, the cases and the end."""
        for _ in range(MOST_CHUNKS):
            self._follow()
            released = sa.select(Batch.case_id).where(
                Batch.case_id.in_(self.cases), Batch.released_at.is_not(None), Batch.finished_at.is_(None)
            )
            case_id = db.session.scalars(released).first()
            if case_id is None or not self._act(lambda number=case_id: work_chunk(number)):  # type: ignore[misc]
                break
        verbs = self._new_verbs()
        self.course += [{"verb": each} for each in verbs]
        first = db.session.get_one(Case, self.cases[0])
        if first.status is CaseStatus.CLOSED and not any("end" in each for each in self.course):
            self.course.append({"end": str(first.outcome.value) if first.outcome else ""})
        for task in self._waiting():
            self.arrived.setdefault(task.id, self.passed)
        return verbs

    def _follow(self) -> None:
        """Take in the cases that have been opened behind these."""
        while new := db.session.scalars(
            sa.select(Case.id).where(Case.follows_id.in_(self.cases), Case.id.not_in(self.cases)).order_by(Case.id)
        ).all():
            self.cases += new

    def _new_verbs(self) -> list[str]:
        found: list[str] = []
        rows = db.session.execute(sa.select(Case.id, Case.written).where(Case.id.in_(self.cases)).order_by(Case.id))
        for case_id, written in rows:
            verbs = [str(name) for _at, name in written or ()]
            found += verbs[self.written.get(case_id, 0) :]
            self.written[case_id] = len(verbs)
        return found

    def _waiting(self) -> list[Task]:
        if not self.cases:
            return []
        asked = sa.select(Task).where(Task.case_id.in_(self.cases), Task.status == TaskStatus.OPEN).order_by(Task.id)
        return list(db.session.scalars(asked.execution_options(populate_existing=True)))

    def _is(self, task: Task, step: Step) -> bool:
        process = "" if task.case_id == self.cases[0] else task.case.process_key
        return (task.key if step.task else "", process) == (step.task, step.process)

    def _name_of(self, key: str) -> str:
        spec = self.version.diagrams.tasks.get(key)
        return spec.name if spec else key

    def _coming(self) -> ComingChange | None:
        asked = sa.select(ComingChange).where(ComingChange.case_id.in_(self.cases), ComingChange.ended_at.is_(None))
        return db.session.scalars(asked.execution_options(populate_existing=True)).first()

    def _directive(self, task: Task) -> dict[str, str]:
        asked = sa.select(Directive.number).where(Directive.case_id == task.case_id).order_by(Directive.id.desc())
        number = db.session.scalars(asked).first()
        return {"directive": number} if number else {}

    # ── what it comes to ─────────────────────────────────────────────────────────────────────────────────────────────

    def result(self) -> Rehearsal:
        """All of it as plain data."""
        cast, known = self.cast, self.cast.known()
        waiting = self._waiting()
        for task in waiting:
            known |= self._directive(task)
        after = snapshot_of(cast) if self.cases else self.before
        end = next((each["end"] for each in self.course if "end" in each), None)
        coming = self._coming() if self.cases else None
        return Rehearsal(
            process=self.version.name,
            people=self.people,
            today=clock.today(),
            rules=PROFILE_NAMES[profile()],
            titles={name: each.title for name, each in self.version.policies.policies.items() if each.title},
            known=known,
            names=cast.names,
            form=application_desk(self.version, self.script, self.cast) if not self.cases else None,
            opened=self.opened,
            played=self.played,
            desks=[desk_of(each, self.cast, self.cases[0]) for each in waiting],
            takes_effect_on=coming.takes_effect_on if coming else None,
            outcome=end,
            course=self.course,
            refused=self.refused,
            taken=self.taken,
            record=lines_of(self.before, after),
            effects=effects_of(self.cases),
            involved=list(self.involved),
            days=self.longest,
        )


def _as_prefilled(task: Task, answer: Answer) -> Answer:
    """An answer that says its outcome alone, with everything that it cannot do without."""
    refuses = answer.outcome in ("refuse", "send_back")
    version = compiled_version(task.case.version_id or 0)
    reasons = reasons_in_force(version, task.office.path) if refuses else ()
    reason = answer.reason_code or next((each["code"] for each in reasons), None)
    form = answer.form if answer.form or refuses else prefilled(task)
    return replace(answer, reason_code=reason, opinion=answer.opinion or ("试运行" if refuses else ""), form=form)
