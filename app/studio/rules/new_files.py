"""Files that a draft begins a form or a decision table with."""

from __future__ import annotations

import json
import re
from xml.sax.saxutils import quoteattr

from app.definitions.rules.form_folders import PROOFS, REASONS
from app.definitions.rules.forms import DRAFT
from app.errors import InvalidInput

#: kinds of files that begin empty, and the page on which they are edited
EMPTY_KINDS = {"form": "edit_form", "table": "edit_table"}
NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def empty_file(kind: str, name: str, process: str) -> tuple[str, bytes]:
    """The name of a new file and what it says.

    kind -- a key of `EMPTY_KINDS`; name -- without its ending; process -- what the process is called
    Raises InvalidInput with the field.
    """
    if not NAME.fullmatch(name):
        sentence = "文件名须由小写字母、数字和下划线组成，以字母开头，不超过 40 个字符，不写扩展名。"
        raise InvalidInput(sentence=sentence, field="name")
    if kind == "table":
        return f"{name}.dmn", _table(name, process).encode()
    said = [] if name in (REASONS, PROOFS) else _form(process)
    return f"{name}.json", (json.dumps(said, ensure_ascii=False, indent=2) + "\n").encode()


def _form(process: str) -> dict[str, object]:
    return {
        "$schema": DRAFT,
        "title": process,
        "type": "object",
        "properties": {},
        "required": [],
        "additionalProperties": False,
    }


def _table(name: str, process: str) -> str:
    """A table with one input, one output and one rule, which the engine takes."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="{DMN}" id="{name}_policy" name={quoteattr(process + "的规则")} namespace="http://xueji.example/dmn">
  <decision id="{name}" name={quoteattr(process + "的规则")}>
    <decisionTable id="{name}_table" hitPolicy="FIRST">
      <input id="{name}_in_1" label="规则版本">
        <inputExpression id="{name}_in_1_expression" typeRef="string"><text>profile</text></inputExpression>
      </input>
      <output id="{name}_out_1" label="结论" name="answer" typeRef="string" />
      <rule id="{name}_rule_1">
        <description></description>
        <inputEntry id="{name}_r1_in_1"><text>-</text></inputEntry>
        <outputEntry id="{name}_r1_out_1"><text>""</text></outputEntry>
      </rule>
    </decisionTable>
  </decision>
</definitions>
"""
