"""`make fields`: writes the list of a student's fields into the forms that ask for them and the table of the lock.

The list is `app/students/fields.json`. Of a field it says `title`, `section` (the heading of its form), `codes` (with
their words; `ethnic_groups` for those of GB/T 3304), `format` and `maxLength` as a form does, `default` where a
registration that does not say it means something, `help` and, where a new child is asked otherwise, `help_when_new`,
`after_lock` (by profile: always, later or never left to the school), and for workbooks `called` and `example`.
A field that a form has is written anew in its place, a new one goes behind the last of its section; a column of the
table goes before the family's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from app.students.rules.particulars import FIELDS, MEMBER_FIELDS, MEMBERS, codes_of
from tests.house.sources import TOP

#: the forms that ask for a student's fields, and how: of a new child, again of one who was asked, of one on record
FORMS = {
    "registration_primary/row": "new",
    "late_registration/row": "new",
    "arrival/application": "new",
    "arrival/repair": "again",
    "correction/application": "known",
    "correction/repair": "known",
    "locked_correction/application": "known",
}
TABLE = "bpmn/correction/correction.dmn"
RULES = {"now": "zj-now", "then": "zj-2010"}  # the table's rows, and the profile of each
FAMILY = "guardian_name"  # the first column of the family


def written() -> Iterator[tuple[Path, str]]:
    """Every file that the list is written into, with what it should hold."""
    for name, asked in FORMS.items():
        path = TOP / "forms" / f"{name}.json"
        form = json.loads(path.read_text("utf-8"))
        yield path, json.dumps(_with_fields(form, asked), ensure_ascii=False, indent=2) + "\n"
    yield TOP / TABLE, _with_columns((TOP / TABLE).read_text("utf-8"))


def _with_fields(form: dict[str, Any], asked: str) -> dict[str, Any]:
    parts = dict(form["properties"])
    for name, part in _asked(asked).items():
        if name in parts:
            parts[name] = part
        else:
            places = [place for place, each in enumerate(parts.values()) if _section(each) == part["x-section"]]
            place, items = (places[-1] + 1 if places else len(parts)), list(parts.items())
            parts = dict([*items[:place], (name, part), *items[place:]])
    return {**form, "properties": parts}


def _section(part: Mapping[str, Any]) -> str | None:
    return part.get("x-section")


def _asked(asked: str) -> dict[str, dict[str, Any]]:
    fields = {name: _part(field, field["title"], field["section"], asked) for name, field in FIELDS.items()}
    for member, title in MEMBERS.items():
        for name, field in MEMBER_FIELDS.items():
            fields[f"{member}_{name}"] = _part(field, f"{title}{field['title']}", title, asked)
    return fields


def _part(field: Mapping[str, Any], title: str, section: str, asked: str) -> dict[str, Any]:
    part: dict[str, Any] = {"type": "string", "title": title}
    part |= {name: field[name] for name in ("format", "maxLength") if name in field}
    if codes := codes_of(field):
        part["oneOf"] = [{"const": code, "title": word} for code, word in codes.items()]
    if "default" in field and asked != "known":
        part["default"] = field["default"]
    told = field.get("help_when_new") if asked == "new" else None
    if told := told or field.get("help"):
        part["description"] = told
    return {**part, "x-section": section}


def _with_columns(table: str) -> str:
    for column, title, after_lock in _columns():
        if f'id="out_{column}"' not in table:
            output = f'      <output id="out_{column}" label="{title}" name="{column}" typeRef="string" />\n'
            table = _added(table, "out", column, output)
            for rule in RULES:
                entry = f'        <outputEntry id="{rule}_{column}"><text>""</text></outputEntry>\n'
                table = _added(table, rule, column, entry)
        for rule, profile in RULES.items():
            place = rf'(id="{rule}_{column}"><text>)"[a-z]*"'
            table = re.sub(place, rf'\g<1>"{after_lock[profile]}"', table)
    return table


def _columns() -> Iterator[tuple[str, str, Mapping[str, str]]]:
    for name, field in FIELDS.items():
        yield name, field["title"], field["after_lock"]
    for name, field in MEMBER_FIELDS.items():
        yield f"guardian_{name}", f"家庭成员{field['title']}", field["after_lock"]


def _added(table: str, kind: str, column: str, line: str) -> str:
    """With one more line of its kind: a column of the family goes behind all, another before those of the family."""
    lines = list(re.finditer(rf'^ *<(?:output|outputEntry) id="{kind}_(\w+)".*\n', table, re.MULTILINE))
    of_family = column.startswith("guardian_")
    place = lines[-1].end() if of_family else next(each.start() for each in lines if each[1] == FAMILY)
    return table[:place] + line + table[place:]


if __name__ == "__main__":
    for path, text in written():
        if text != path.read_text("utf-8"):
            path.write_text(text, "utf-8")
            print(path.relative_to(TOP))
