"""证明材料 as programs and desks read them."""

from __future__ import annotations

from app.cases.presenters.json_types import AskedProofJson, CaseProofJson
from app.cases.queries.case_reading import AnyCase
from app.cases.queries.proofs import Proof, proofs_of
from app.definitions.queries import compiled_version


def proofs_of_case(case: AnyCase) -> list[CaseProofJson]:
    """What a desk checks: each kind of paper that is asked for or has come, and whether it has."""
    if case.version_id is None:
        return []
    present = {each.kind for each in case.attachments}
    return [
        {"kind": each.kind, "title": each.title, "required": each.required, "attached": each.kind in present}
        for each in proofs_of(compiled_version(case.version_id))
        if each.kind in present or each.is_asked(case.application)
    ]


def asked_json(proof: Proof) -> AskedProofJson:
    """What a program must know before it submits."""
    return {
        "kind": proof.kind,
        "title": proof.title,
        "required": proof.required,
        "when": {name: list(values) for name, values in proof.when.items()},
        "note": proof.note,
    }
