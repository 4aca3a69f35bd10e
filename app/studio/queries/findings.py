"""The check of a draft: what verification finds, and what else publication would refuse, as findings of one kind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from app.definitions.operations import content_of as content_of_version
from app.definitions.operations import faults_of_version
from app.definitions.queries import compiled_content, compiled_version
from app.definitions.rules.content import Content
from app.definitions.rules.soundness import reports_of
from app.studio.models import ProcessDraft
from app.studio.queries.lanes import faults_beyond
from app.studio.rules.advice import advice_for
from app.studio.rules.counter_examples import name_of, steps_in_words
from app.studio.rules.files import content_of
from app.studio.rules.names import names_of
from app.studio.rules.variants import VariantBase, files_of_content, own_roles
from workflows import DiagramRefused, Finding
from workflows.variants import findings_of_variant
from workflows.verification import HOUSE

PUBLICATION = "publication"  # the rule of what verification does not look at
BEHIND_ITS_TITLE = re.compile(r"”（[a-z_]+/[a-z_]+）")  # the name of an operation
ORDER = {"error": 0, "warning": 1, "info": 2}


@dataclass(frozen=True)
class Found:
    """One thing to know about a draft: the finding as `check` gives it, what to do about it, its counter-example.

    name -- of the element, where it has one
    """

    file: str | None
    said: Mapping[str, Any]
    advice: str
    steps: Sequence[str] = ()
    name: str = ""

    @property
    def message(self) -> str:
        return str(self.said["message"])

    @property
    def severity(self) -> str:
        return str(self.said["severity"])


@dataclass(frozen=True)
class Check:
    """The findings of a draft, the worst first, and whether they let it be published."""

    reports: Sequence[Mapping[str, Any]]  # each file's, as `python -m workflows check --json` prints it
    findings: Sequence[Found]
    forbidding: Sequence[Found]

    @property
    def publishable(self) -> bool:
        return not self.forbidding


def check(key: str, files: Mapping[str, str], base: VariantBase | None = None) -> Check:
    """Look over the files of a process as publication would. Nothing is written.

    base -- the version to which they may only add, where they are a variant of it
    """
    content = content_of(files)
    reports = reports_of(content)
    names = _names_of(content)
    found = [
        (_found(report.file, asdict(each), files, names), each in report.forbidding)
        for report in reports
        for each in report.findings
    ]
    if base is not None:
        found += [(_found(file, asdict(each), files, names), True) for file, each in _about_variant(content, base)]
    known = {each.message for each, _forbids in found}
    found += [
        (_publication(sentence, step, files), True)
        for sentence, step in _faults(key, content, all(each.loads for each in reports))
        if sentence not in known
    ]
    found.sort(key=lambda each: (not each[1], ORDER.get(each[0].severity, len(ORDER))))
    forbidding = [each for each, forbids in found if forbids]
    return Check([asdict(each) for each in reports], [each for each, _forbids in found], forbidding)


def base_of(draft: ProcessDraft) -> VariantBase | None:
    """What the draft of a variant adds to; None for a draft of the province's own version."""
    if draft.based_on is None:
        return None
    original = files_of_content(content_of_version(draft.based_on))
    return VariantBase(original, own_roles(compiled_version(draft.based_on.id)))


def _about_variant(content: Content, base: VariantBase) -> Sequence[tuple[str, Finding]]:
    """What of it is more than added steps; of a diagram that cannot be read the rest of the check tells."""
    try:
        return findings_of_variant(base.original, files_of_content(content), base.own_roles)
    except DiagramRefused:
        return []


def _names_of(content: Content) -> Mapping[str, str]:
    try:
        return names_of(content, {})
    except DiagramRefused:  # the findings say so
        return {}


def _found(file: str, said: Mapping[str, Any], files: Mapping[str, str], names: Mapping[str, str]) -> Found:
    """A finding in words: an operation is told by its title alone."""
    text = files.get(file, "")
    said = {**said, "message": BEHIND_ITS_TITLE.sub(r"”", str(said["message"]))}
    steps = steps_in_words(said.get("counter_example") or (), text, names)
    return Found(file, said, advice_for(said, text), steps, name_of(said.get("element"), text))


def _publication(sentence: str, step: str | None, files: Mapping[str, str]) -> Found:
    said = {"rule": PUBLICATION, "severity": "error", "element": step, "message": sentence, "kind": HOUSE}
    file = next(
        (name for name, text in files.items() if name.endswith(".bpmn") and step and f'id="{step}"' in text), None
    )
    return Found(file, said, advice_for(said, ""), name=name_of(step, files.get(file or "", "")))


def _faults(key: str, content: Content, loads: bool) -> Iterator[tuple[str, str | None]]:
    """What publication refuses beside the findings of verification, in sentences without their ends, each with the key
    of the step that it names.

    loads -- whether the engine can load every diagram: where it cannot, a finding has said why
    """
    if not content.diagrams:
        yield "没有流程图（.bpmn）", None
        return
    try:
        version = compiled_content(key, content)
    except DiagramRefused as refused:
        if loads:
            yield refused.sentence, None
        return
    for sentence in faults_of_version(version, faults_beyond):
        named = [each for each, step in version.diagrams.tasks.items() if f"“{step.name}”" in sentence]
        yield sentence, named[0] if len(named) == 1 else None
