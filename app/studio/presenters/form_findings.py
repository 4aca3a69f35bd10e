"""What stands against a form that is being edited, in the words of the designer and by its field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from app.definitions.queries import APPLICATION
from app.definitions.rules.content import FORM
from app.definitions.rules.form_files import Unreadable, read_form_file
from app.definitions.rules.form_folders import PROOFS, REASONS, faults_of_folder
from app.definitions.rules.forms import fields_of
from app.studio.presenters.editor_json_types import FormFindingJson
from app.studio.rules.form_things import TITLES, TYPES
from app.studio.rules.refusals import UnfitDraftFile

PLACE = re.compile(r"字段 (\S+) ")
ENTRY = re.compile(r"第 (\d+) 项")
#: keywords that are no names of fields, since they have a capital letter or a hyphen, and others where a value stands
WORDS = {
    **{name: f"“{title}”" for name, title in TITLES.items()},
    "required": "“必填”",
    "properties": "字段",
    "additionalProperties": "“其他字段”",
    "items": "列表的每一项",
    "const": "代码",
    "kind": "代码",
    "code": "代码",
    "text": "“文字”",
    "note": "“说明”",
    "basis": "“依据”",
    "when": "“何时须交”",
    "true": "是",
    "false": "否",
    "lines": "“每行一项”",
    "rows": "“表格”",
    **TYPES,
}
KEYWORD = re.compile(
    r"(?<![\w.“-])(" + "|".join(sorted(map(re.escape, WORDS), key=len, reverse=True)) + r")(?![\w.”-]) ?"
)

BLANK = re.compile(r"(?<=[\u4e00-\u9fff，、]) (?=“)")


def read_edited(name: str, raw: bytes) -> Any:
    """What the file says. Raises UnfitDraftFile with line and column where it is no JSON."""
    try:
        return read_form_file(raw)
    except Unreadable as error:
        raise UnfitDraftFile(name=name, sentence=str(error)) from error


def findings_of_form(name: str, said: Any, application: Any) -> list[FormFindingJson]:
    """Everything that forbids to publish the file as such.

    application -- the draft's application form, whose fields the kinds of papers speak of
    """
    key = name.removesuffix(FORM)
    forms = {key: said, **({APPLICATION: application} if key == PROOFS and application is not None else {})}
    before = f"{name} " if key in (REASONS, PROOFS) else f"表单 {name}："
    own = [each.removeprefix(before) for each in faults_of_folder(forms, APPLICATION) if each.startswith(before)]
    return [_finding(each, said) for each in own]


def _finding(fault: str, said: Any) -> FormFindingJson:
    place, rest = None, fault
    if (entry := ENTRY.match(fault)) and isinstance(said, list):
        place = str(int(entry[1]) - 1)
    elif field := PLACE.match(fault):
        place, rest = field[1], fault[field.end() :]
        return {"field": place, "message": f"“{_title(said, place)}”{_in_words(rest)}。"}
    return {"field": place, "message": f"{_in_words(rest)}。"}


def _title(form: Any, place: str) -> str:
    """What the field of that place is called; its name where it has none."""
    part: Any = form
    for name in place.split("."):
        part = fields_of(part).get(name) or fields_of(part.get("items") if isinstance(part, Mapping) else None).get(
            name
        )
    title = part.get("title") if isinstance(part, Mapping) else None
    return str(title) if title else place


def _in_words(text: str) -> str:
    return BLANK.sub("", KEYWORD.sub(lambda found: WORDS[found[1]], text))
