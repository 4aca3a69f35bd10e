"""Editions: published versions, compiled once per process and kept, since a version never changes."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from app.database import db
from app.definitions.models import Process, ProcessVariant, ProcessVersion
from app.definitions.rules.asked_tables import check_there, fit
from app.definitions.rules.content import Content
from app.definitions.rules.earlier_versions import completed
from app.definitions.rules.known_facts import words_of_value
from app.definitions.rules.refusals import NoRule, RulesDisagree, SwitchedOff
from app.definitions.rules.soundness import ahead_of_version, policies_of
from app.divisions.models import Office, OfficeKind
from app.errors import Missing
from app.web.formatting import day
from workflows import Diagrams, Kind, compile_diagrams
from workflows.decision_tables import Table, TableError, read_tables
from workflows.migration import VersionOfRuns
from workflows.policies import Rules
from workflows.translation import gettext

APPLICATION = "application"
FOLLOWS = re.compile(r'name="rules_of" value="([^"]*)"')  # in the text of a diagram
ROW = "row"  # the form of one child, where a process is about many


@dataclass(frozen=True)
class CompiledVersion:
    """A published version, ready to run: diagrams, forms and tables, and what policies ask of its verbs."""

    version_id: int
    key: str
    name: str
    number: int
    diagrams: Diagrams
    forms: Mapping[str, Any]
    tables: Mapping[str, Table]
    files: Mapping[str, str]
    policies: Rules
    variant_of: str | None = None  # the code of the bureau whose variant it is

    def form(self, key: str) -> dict[str, Any]:
        """The JSON Schema of a task's form (`application` is the opening one)."""
        schema: dict[str, Any] = self.forms[key]
        return schema

    @property
    def applicant(self) -> str:
        """Who may apply, as the diagram says: a school (without a word), a bureau, the province, or nobody."""
        return self.diagrams.properties.get("applicant", "school")

    @property
    def subject(self) -> str | None:
        """What a process by configuration is about: a student, an office or a person; None where Python says it."""
        return self.diagrams.properties.get("subject")

    @property
    def rules_of(self) -> str:
        """The process whose rules apply: its own key, unless the diagram follows those of another."""
        return self.diagrams.properties.get("rules_of", self.key)

    @property
    def reasons(self) -> Sequence[Mapping[str, str]]:
        """Reasons for refusing or sending back, as `{"code", "text"}`."""
        reasons: Sequence[Mapping[str, str]] = self.forms.get("reasons", ())
        return reasons

    def reason_text(self, code: str | None) -> str:
        """A reason in words; one that an office has added is its own code. Empty for none."""
        return next((each["text"] for each in self.reasons if each["code"] == code), code or "")

    @property
    def proofs(self) -> Sequence[Mapping[str, Any]]:
        """The kinds of papers that an application brings, as `forms/<key>/proofs.json` declares them."""
        proofs: Sequence[Mapping[str, Any]] = self.forms.get("proofs", ())
        return proofs

    def kinds(self, tasks: Collection[str]) -> set[Kind | None]:
        """As what kinds of tasks the version draws these keys."""
        return {self.diagrams.tasks[key].kind for key in tasks if key in self.diagrams.tasks}

    def decide(self, table: str, /, **inputs: Any) -> dict[str, Any]:
        """Ask a decision table that stands beside the diagram for its one row; {} when there is no such table.

        Raises NoRule, RulesDisagree, TableMissing: nobody goes on without a rule, with one of two, or with a conclusion
        that is not what is read.
        """
        if table not in self.tables:
            check_there(table, self.name)
            return {}
        asked = self.tables[table]
        rows = self._rows(asked, inputs)
        if not rows:
            raise NoRule(process=self.name, table=asked.name, case=_words_of(asked, inputs))
        if len(rows) > 1:
            raise RulesDisagree(process=self.name, table=asked.name, case=_words_of(asked, inputs))
        return fit(asked, rows[0], self.name)

    def decide_if_any(self, table: str, /, **inputs: Any) -> dict[str, Any]:
        """The same for whoever has a default of his own for every column: {} too where no row holds.

        Raises RulesDisagree, TableMissing.
        """
        try:
            return self.decide(table, **inputs)
        except NoRule:
            return {}

    def rows(self, table: str, /, **inputs: Any) -> list[dict[str, Any]]:
        """Every row that holds, whatever the hit policy; none when there is no such table.

        Raises RulesDisagree, TableMissing.
        """
        if table not in self.tables:
            return []
        return [fit(self.tables[table], row, self.name) for row in self._rows(self.tables[table], inputs)]

    def _rows(self, table: Table, inputs: Mapping[str, Any]) -> list[dict[str, Any]]:
        try:
            answer = table.decide(**inputs)
        except TableError as error:
            raise RulesDisagree(process=self.name, table=table.name, case=_words_of(table, inputs)) from error
        return answer if isinstance(answer, list) else [] if answer is None else [answer]


def _words_of(table: Table, inputs: Mapping[str, Any]) -> str:
    """What a table was asked about: “规则版本”为现行规定，“学段”为初中."""
    titles = dict(zip(table.inputs, table.titles or table.inputs, strict=True))
    said = ((title, words_of_value(name, inputs.get(name))) for name, title in titles.items())
    return "，".join(gettext("“{title}”为{values}", title=title, values=words) for title, words in said)


_compiled_versions: dict[tuple[str, int], CompiledVersion] = {}
_lock = threading.Lock()
_provisional: ContextVar[CompiledVersion | None] = ContextVar("provisional", default=None)


@contextlib.contextmanager
def provisional(version: CompiledVersion) -> Iterator[None]:
    """Within the block that version is the one of its id: its row will be undone, and the id then be another's."""
    before = _provisional.set(version)
    try:
        yield
    finally:
        _provisional.reset(before)


def compiled_version(version_id: int) -> CompiledVersion:
    """The version of that id. Raises Missing."""
    if (present := _provisional.get()) is not None and present.version_id == version_id:
        return present
    place = (str(db.engine.url), version_id)
    if place not in _compiled_versions:
        version = db.session.get(ProcessVersion, version_id)
        if version is None:
            raise Missing()
        with _lock:
            _compiled_versions[place] = compiled(version)
    return _compiled_versions[place]


def compiled(version: ProcessVersion) -> CompiledVersion:
    """Compile a version's diagrams and tables. Raises DiagramRefused."""
    content = Content(version.files, version.forms)
    compiled_version = compiled_content(version.process_key, content, version_id=version.id, number=version.number)
    if version.office_id is None:
        return compiled_version
    return replace(compiled_version, variant_of=db.session.get_one(Office, version.office_id).code)


def compiled_content(key: str, content: Content, *, version_id: int = 0, number: int = 0) -> CompiledVersion:
    """Compile what is not published yet: no id and no number. Raises DiagramRefused, of which PolicyRefused is one."""
    diagrams = completed(compile_diagrams(content.diagrams, key))
    tables: dict[str, Table] = {}
    for name, text in content.drawn.items():
        if name.endswith(".dmn"):
            tables.update(read_tables(text.encode()))
    policies = policies_of(key, content, diagrams)
    return CompiledVersion(
        version_id, key, diagrams.name, number, diagrams, content.forms, tables, content.drawn, policies
    )


_for_migration: dict[str, VersionOfRuns] = {}
MOST_FOR_MIGRATION = 8  # versions: what was worked out about one grows with the cases that come by


def version_of_runs(version: CompiledVersion) -> VersionOfRuns:
    """A version as the runs of cases meet it that come from another, or leave for one. Raises NotMovable."""
    content = Content(version.files, version.forms)
    with _lock:
        if content.checksum not in _for_migration:
            ahead = ahead_of_version(version.key, content, version.policies)
            while len(_for_migration) >= MOST_FOR_MIGRATION:
                del _for_migration[next(iter(_for_migration))]
            _for_migration[content.checksum] = VersionOfRuns(version.diagrams, version.policies, ahead)
        return _for_migration[content.checksum]


def current_version(key: str, applicant_id: int | None = None) -> CompiledVersion:
    """The version in which a new case of that process opens: the province's, or the variant of the bureau that is the
    superior of the school that applies, where it has one in force. Raises Missing.
    """
    if (present := _provisional.get()) is not None and present.key == key:
        return present
    process = db.session.execute(_version_for(key, applicant_id)).one_or_none()
    if process is None or process.current_id is None:
        raise Missing()
    return compiled_version(process.current_id)


def startable_version(key: str, applicant_id: int | None = None) -> CompiledVersion:
    """The same, for whoever starts a case of it. Raises Missing, SwitchedOff."""
    if (present := _provisional.get()) is not None and present.key == key:
        return present
    process = db.session.execute(_version_for(key, applicant_id)).one_or_none()
    if process is None or process.current_id is None:
        raise Missing()
    if process.off_since is not None:
        raise switched_off(process)
    return compiled_version(process.current_id)


def _version_for(key: str, applicant_id: int | None) -> Any:
    """The process with the version for that applicant, in one statement, each table by its key."""
    about = (Process.name, Process.off_since, Process.off_reason)
    if applicant_id is None:
        return sa.select(Process.current_id, *about).where(Process.key == key)
    chosen = sa.func.coalesce(ProcessVariant.current_id, Process.current_id).label("current_id")
    school = sa.and_(Office.id == applicant_id, Office.kind == OfficeKind.SCHOOL)
    own = sa.and_(
        ProcessVariant.process_key == Process.key,
        ProcessVariant.office_id == Office.superior_id,
        ProcessVariant.off_since.is_(None),
    )
    asked = sa.select(chosen, *about).select_from(Process).outerjoin(Office, school).outerjoin(ProcessVariant, own)
    return asked.where(Process.key == key)


def in_line(key: str, office_id: int | None) -> tuple[sa.ColumnElement[bool], ...]:
    """The versions that follow each other: those of a bureau's variant of a process, or the province's own."""
    return ProcessVersion.process_key == key, ProcessVersion.office_id.is_not_distinct_from(office_id)


def switched_off(process: Any) -> SwitchedOff:
    """Why a process that is off cannot be started."""
    return SwitchedOff(name=process.name, since=day(process.off_since), reason=process.off_reason)


def processes() -> Sequence[Process]:
    """Every process that has a published version."""
    return db.session.scalars(sa.select(Process).where(Process.current_id.is_not(None)).order_by(Process.key)).all()


def followers() -> dict[str, str]:
    """Processes of which some version follows the rules of another: their keys, and the process followed."""
    says_so = sa.type_coerce(ProcessVersion.files, sa.Text).contains("rules_of")
    rows = db.session.execute(sa.select(ProcessVersion.process_key, ProcessVersion.files).where(says_so))
    named = [(key, followed) for key, files in rows for text in files.values() for followed in FOLLOWS.findall(text)]
    return {key: followed for key, followed in sorted(named) if followed != key}
