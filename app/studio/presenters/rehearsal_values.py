"""What an application form of a rehearsal begins with, so that nobody types it anew for each change of the draft."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from app.errors import Refused
from app.studio.operations.rehearsed_record import Rehearsal
from app.studio.operations.scenarios import scenarios_in
from app.studio.queries.rehearsal_choices import example_of
from app.studio.queries.runnable_drafts import rehearsable
from app.studio.rules.form_examples import examples_of, with_rows_filled
from app.studio.rules.scenario_names import resolved
from app.studio.rules.scenarios import Script, script_of
from app.web.validation import parse_json


class Prefilled(NamedTuple):
    """The values, and in words where they come from."""

    values: Mapping[str, Any]
    source: str


def prefilled_application(went: Rehearsal, key: str, files: Mapping[str, str], last: str) -> Prefilled:
    """What was typed the last time, else what the first scenario of the draft says, else examples; in each case with
    what those say who take part.

    last -- the script of the last rehearsal as the browser kept it; whatever is no such script is passed over
    """
    assert went.form is not None
    form, known = went.form, went.form.values
    place = went.known.get("applicant_bureau") or went.known.get("applicant", "")
    example = example_of(rehearsable(key, files))
    given = resolved(example.values, went.known, went.today) if example else {}
    given = {name: each for name, each in given.items() if name in form.schema["properties"] and not _is_unknown(each)}
    told = {name: each for name, each in given.items() if each is not None}
    examples = examples_of(form.schema, went.today, place[:6], told)
    said, source = _said(files, last)
    earlier = {
        name: each
        for name, each in resolved(said, went.known, went.today).items()
        if name in form.schema["properties"] and not _is_unknown(each)
    }
    known = with_rows_filled(form.schema, known, went.today, place[:6])
    known |= {name: earlier.get(name, each) for name, each in given.items() if name in known}
    values = {name: each for name, each in {**examples, **earlier, **known}.items() if each is not None}
    return Prefilled(values, source if earlier else "示例" if examples else "")


def _said(files: Mapping[str, str], last: str) -> tuple[Mapping[str, Any], str]:
    try:
        script = script_of(parse_json(last.encode())) if last else None
    except Refused:
        script = None
    if script is not None and script.application is not None:
        return _application(script), "上次试运行的内容"
    for each in scenarios_in(files).values():
        return _application(each.script), f"演练用例“{each.name}”"
    return {}, ""


def _application(script: Script) -> dict[str, Any]:
    return {**(script.application or {}), **(script.row or {})}


def _is_unknown(value: Any) -> bool:
    """A name that nobody of this rehearsal bears."""
    return isinstance(value, str) and value.startswith("=")
