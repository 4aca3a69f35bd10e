"""Variants: which processes may have one, and in which lanes a bureau may add steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.definitions.queries import CompiledVersion
from app.definitions.rules.content import Content
from workflows.variants import ProcessFiles

#: a case of a variant is opened by a school of the bureau, which is its superior
OF_THE_APPLICANT = ("applicant", "applicant_bureau")
#: where a process has two schools and one of them applies, it is the receiving one
OF_THE_RECEIVING = ("receiving_school", "receiving_bureau")


def may_vary(version: CompiledVersion) -> bool:
    """True for processes that schools apply for: their superior is a bureau with schools of its own."""
    return version.applicant == "school"


def own_roles(version: CompiledVersion) -> list[str]:
    """The roles of lanes that mean the bureau or its school in every case of its variant."""
    drawn = {task.role for task in version.diagrams.tasks.values()}
    return [*OF_THE_APPLICANT, *(each for each in OF_THE_RECEIVING if each in drawn)]


@dataclass(frozen=True)
class VariantBase:
    """What a variant may only add to, and in which lanes."""

    original: ProcessFiles
    own_roles: Sequence[str]


def files_of_content(content: Content) -> ProcessFiles:
    """A content as the check of variants takes it."""
    return ProcessFiles({name: text.encode() for name, text in content.drawn.items()}, content.forms)
