"""What the rules say today against an application that is under way: all of it at once, as at its opening."""

from __future__ import annotations

from typing import Any

from app.cases import hooks
from app.cases.queries.proofs import proofs_of
from app.cases.queries.standard_precheck import repair_of
from app.cases.rules.articles import article_of
from app.definitions.queries import CompiledVersion
from app.errors import Missing, Refused, Stale, objections_of


def objections_now(version: CompiledVersion, case: hooks.Row) -> list[Refused]:
    """Every objection of the process's rules to that case as it stands; nothing for one whose form asks everything.

    case -- with the columns of a case: its application, child, profile, applicant
    """
    asks = hooks.objections_now.of(version.rules_of)
    if asks is not None:
        return list(asks(version, case))
    check = repair_of(version)
    if check is None:
        return []
    try:
        check(version, dict(case.application), case)
    except (Missing, Stale):
        return []
    except Refused as refusal:
        return [each for each in objections_of(refusal) if isinstance(each, Refused)]
    return []


def lacks_by_rule(version: CompiledVersion, case: hooks.Row) -> list[dict[str, Any]]:
    """The same as what an office tells: each rule once, with its sentence, its article and what to do about it."""
    usual = next((each.basis for each in proofs_of(version) if each.basis), "")
    found: dict[str, list[str]] = {}
    for each in objections_now(version, case):
        found.setdefault(each.code, []).append(each.detail.rstrip("。"))
    return [
        {"kind": code, "title": "；".join(dict.fromkeys(said)), "note": article.remedy, "basis": article.basis}
        for code, said in found.items()
        for article in (article_of(code, usual),)
    ]
