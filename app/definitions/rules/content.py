"""What a version consists of: diagrams and tables as text, forms as what their files say."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

SCENARIO = ".scenario"
DRAWN = (".bpmn", ".dmn", ".policy", SCENARIO)
FORM = ".json"


@dataclass(frozen=True)
class Content:
    """The files of one process."""

    drawn: Mapping[str, str]  # file name -> text: diagrams, decision tables, policies, scenarios
    forms: Mapping[str, Any]  # file name without its ending -> what it says

    @property
    def checksum(self) -> str:
        """The same for the same content, however its forms are laid out."""
        return hashlib.sha256(orjson.dumps([self.drawn, self.forms])).hexdigest()

    def checksum_again(self, number: int) -> str:
        """That of a version which says what an earlier one said: versions are told apart by it."""
        return hashlib.sha256(f"{self.checksum}:{number}".encode()).hexdigest()

    @property
    def diagrams(self) -> dict[str, bytes]:
        """The BPMN files, as the engine takes them."""
        return {name: text.encode() for name, text in self.drawn.items() if name.endswith(".bpmn")}

    def texts(self) -> dict[str, str]:
        """Every file by its name, forms laid out for people."""
        return {**self.drawn, **{f"{name}{FORM}": form_text(form) for name, form in self.forms.items()}}


def form_text(form: Any) -> str:
    """A form as its file is written."""
    return json.dumps(form, ensure_ascii=False, indent=2) + "\n"
