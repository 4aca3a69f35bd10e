"""证明材料: which papers an application must bring, by kind, as the process declares it in `forms/<key>/proofs.json`.

Each entry there is one kind of paper: `kind` (its code), `title` (its name), `required` (an application without it is
refused; otherwise it is asked for, and the desk sees that it is missing), `when` (a field of the application to the
values for which the kind is asked at all; without it always) `note` (in words when, or what belongs to it) and
`basis` (the article by which it is asked for, which a notice of what is missing names).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.definitions.queries import CompiledVersion
from app.errors import InvalidInput, Refused
from app.web import Upload, uploads_in

FIELD = "attachments"  # of a form: papers of no kind; `attachments.<kind>` those of one


class MissingProof(Refused):
    """A paper that the process requires is not there."""

    code = "E-PROOF"
    text = "请上传{title}{note}。"


class UnknownKind(InvalidInput):
    """A paper under a kind that the process does not know."""

    text = "本业务没有这一类证明材料。"


@dataclass(frozen=True)
class Proof:
    """One kind of paper that a process asks for."""

    kind: str
    title: str
    required: bool
    when: Mapping[str, Sequence[Any]]
    note: str
    basis: str = ""

    def is_asked(self, application: Mapping[str, Any]) -> bool:
        """True when an application that says this must, or should, bring the paper."""
        return all(application.get(name) in values for name, values in self.when.items())


def proofs_of(version: CompiledVersion) -> list[Proof]:
    """Every kind of paper that the process knows, in the order in which it asks."""
    return [
        Proof(
            each["kind"],
            each["title"],
            each.get("required", False),
            each.get("when", {}),
            each.get("note", ""),
            each.get("basis", ""),
        )
        for each in version.proofs
    ]


def missing(version: CompiledVersion, application: Mapping[str, Any], present: Collection[str]) -> list[Refused]:
    """What an application lacks of the papers that it requires, one refusal (E-PROOF) for each.

    present -- the kinds of the papers that come with it, or are with the case already
    """
    return [
        MissingProof(title=each.title, note=f"（{each.note}）" if each.note else "", field=f"{FIELD}.{each.kind}")
        for each in proofs_of(version)
        if each.required and each.is_asked(application) and each.kind not in present
    ]


def kinds_sent(papers: Collection[Upload], unfit: Collection[InvalidInput]) -> set[str]:
    """The kinds of which something came, fit or not: whose file is refused is not told to send one as well."""
    return {each.kind for each in papers} | {(each.field or "").removeprefix(f"{FIELD}.") for each in unfit}


def papers_in(version: CompiledVersion) -> tuple[list[Upload], list[InvalidInput]]:
    """The request's files under the kinds of the process, and those of none; with every fault of them."""
    known = {each.kind: f"{FIELD}.{each.kind}" for each in proofs_of(version)}
    papers, faults = uploads_in(FIELD)
    for kind, field in known.items():
        found, unfit = uploads_in(field, kind=kind)
        papers, faults = [*papers, *found], [*faults, *unfit]
    return papers, faults


def unknown_kinds(version: CompiledVersion, fields: Collection[str]) -> list[InvalidInput]:
    """Against files under fields that stand for no kind of the process."""
    known = {FIELD, *(f"{FIELD}.{each.kind}" for each in proofs_of(version))}
    return [UnknownKind(field=each) for each in sorted(set(fields) - known)]


def kinds_of(version: CompiledVersion) -> dict[str, str]:
    """The kinds of papers that the process knows, with their names."""
    return {each.kind: each.title for each in proofs_of(version)}
