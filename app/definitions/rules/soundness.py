"""What checking says of the diagrams of a process: every way is followed, safe and sound are told, policies held."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import replace

from app.definitions.rules.content import Content
from app.definitions.rules.placeholders import placeholders_of
from app.settings import SOURCES
from workflows import DiagramRefused, Diagrams, Finding, Report, check, handlers
from workflows.decision_table_facts import checked_tables
from workflows.decision_tables import Table, TableError, read_tables
from workflows.migration import Ahead, ahead_of
from workflows.policies import SUFFIX, Book, PolicyFile, Rules, read_policy_file
from workflows.verification import HOUSE

OPENING = "application"  # the form on which a case opens


@functools.cache
def shipped_policies() -> Book:
    """The policies that the product ships: what a process is held to where its version brings none."""
    return Book.read(SOURCES / "bpmn")


def reports_of(content: Content) -> Sequence[Report]:
    """The verdict on each BPMN file, as `python -m workflows check --publishable` gives it. Raises NotBpmn.

    A policy file among the content takes the place of the shipped one, as far as `Book.broken_by` lets it.
    """
    operations = set(handlers())
    if unread := list(_unread(content)):  # a proof by other tables or policies than these would tell what is not so
        return [*check(content.diagrams, book=None, operations=operations), *unread, *_about_forms(content)]
    own, tables = own_policies(content), tables_of(content)
    book = shipped_policies()
    broken = [sentence for key, file in own.items() for sentence in book.broken_by(key, file)]
    for key, file in own.items():
        book = book.with_file(key, file)
    reports = [*check(content.diagrams, book=book, tables=tables, operations=operations), *_about_tables(content)]
    reports += _about_forms(content)
    relaxed = [Finding("policy-relaxed", "error", None, sentence, "policy") for sentence in broken]
    return [replace(each, findings=(*each.findings, *relaxed)) for each in reports]


def _unread(content: Content) -> Iterator[Report]:
    """The decision tables and policy files that cannot be read, each with the reason."""
    for name, text in content.drawn.items():
        try:
            if name.endswith(".dmn"):
                read_tables(text.encode())
            elif name.endswith(SUFFIX):
                read_policy_file(text.encode(), name)
        except TableError as error:
            yield Report(name, True, None, None, (Finding("table-unread", "error", None, error.sentence, HOUSE),))
        except DiagramRefused as error:
            yield Report(name, True, None, None, (Finding("no-policy", "error", None, error.sentence, "policy"),))


def _about_tables(content: Content) -> list[Report]:
    """Every error and warning that the editor of tables tells, by file; what is no more than to be known is left out.

    A conclusion that nobody has written is told by `faults_of_version`.
    """
    reports = []
    for name, text in content.drawn.items():
        if not name.endswith(".dmn"):
            continue
        checked = checked_tables(read_tables(text.encode()), content.forms.get(OPENING))
        found = [each for each in checked if each.rule != "table-blank"]
        if found:
            reports.append(Report(name, True, None, None, tuple(found)))
    return reports


def _about_forms(content: Content) -> list[Report]:
    """What was left as the designer had written it, by form."""
    reports = []
    for name, form in content.forms.items():
        found = tuple(Finding("placeholder", "warning", None, each, HOUSE) for each in placeholders_of(form))
        if found:
            reports.append(Report(f"{name}.json", True, None, None, found))
    return reports


def policies_of(key: str, content: Content, diagrams: Diagrams) -> Rules:
    """What a version is held to while its cases run: its own policy file, or what is shipped. Raises PolicyRefused."""
    book = shipped_policies()
    for name, file in own_policies(content).items():
        book = book.with_file(name, file)
    policies, _faults = book.policies_of(key, diagrams.operations, diagrams.outcomes.values())
    return Rules(policies)


def ahead_of_version(key: str, content: Content, rules: Rules) -> Ahead:
    """What may happen to cases that stand anywhere in a version. Raises NotMovable where that cannot be worked out."""
    book = shipped_policies()
    for name, file in own_policies(content).items():
        book = book.with_file(name, file)
    return ahead_of(content.diagrams, key, book, tables_of(content), rules)


def own_policies(content: Content) -> dict[str, PolicyFile]:
    """The policy files of a version by the key of their process. Raises PolicyRefused."""
    return {
        name.removesuffix(SUFFIX): read_policy_file(text.encode(), name)
        for name, text in content.drawn.items()
        if name.endswith(SUFFIX)
    }


def tables_of(content: Content) -> dict[str, Table]:
    """The decision tables of a version by id. Raises TableError."""
    tables: dict[str, Table] = {}
    for name, text in content.drawn.items():
        if name.endswith(".dmn"):
            tables |= read_tables(text.encode())
    return tables
