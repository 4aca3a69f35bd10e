"""`make translations`: writes what is said in `workflows` into the catalogues of its languages, and compiles them.

A sentence that is new stands in the catalogue without a translation until somebody writes one; one that is said no more
goes. What gettext reads, `workflows.mo`, lies beside the catalogue in the repository: nothing is built where it runs.
"""

from __future__ import annotations

import ast
import json
import re
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.house.sources import name_of, python_files
from workflows.translation import DOMAIN, LANGUAGES, LOCALE, SOURCE

MARKS = ("gettext", "gettext_noop")
TRANSLATED = tuple(each for each in LANGUAGES if each != SOURCE)
HEADER = "Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\nLanguage: {code}\n"
ENTRY = re.compile(r'^(msgid|msgstr) ((?:"(?:[^"\\]|\\.)*"\s*)+)', re.MULTILINE)
MAGIC = 0x950412DE


def marked(tree: ast.AST) -> Iterator[ast.Call]:
    """Every call by which something is said in the language that is spoken, or marked to be."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS:
            yield node


def sentences() -> dict[str, list[str]]:
    """Every sentence of the code, in its order, with the files in which it is said."""
    found: dict[str, list[str]] = {}
    for path in python_files("workflows"):
        calls = sorted(marked(ast.parse(path.read_text("utf-8"))), key=lambda call: (call.lineno, call.col_offset))
        for call in calls:
            first = call.args[0]
            if isinstance(first, ast.Constant):
                files = found.setdefault(first.value, [])
                if name_of(path) not in files:
                    files.append(name_of(path))
    return found


def catalogue(code: str) -> Path:
    """The catalogue of a language, as its translators write it."""
    return LOCALE / code / "LC_MESSAGES" / f"{DOMAIN}.po"


def read(text: str) -> dict[str, str]:
    """The sentences of a catalogue and what they are in its language, its header left out."""
    words = [
        "".join(json.loads(each) for each in re.findall(r'"(?:[^"\\]|\\.)*"', found[2]))
        for found in ENTRY.finditer(text)
    ]
    pairs = dict(zip(words[::2], words[1::2], strict=True))
    pairs.pop("", None)
    return pairs


def written(code: str, known: Mapping[str, str]) -> str:
    """The catalogue of a language: every sentence of the code, with its translation where one is known."""
    header = "".join(f"{_quoted(line)}\n" for line in HEADER.format(code=code).splitlines(keepends=True))
    parts = [f'# Written by `make translations`; the translations are written by hand.\nmsgid ""\nmsgstr ""\n{header}']
    for sentence, files in sentences().items():
        place = "".join(f"#: {each}\n" for each in files)
        parts.append(f"{place}msgid {_quoted(sentence)}\nmsgstr {_quoted(known.get(sentence, ''))}\n")
    return "\n".join(parts)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def compiled(code: str, known: Mapping[str, str]) -> bytes:
    """A catalogue as gettext reads it: two tables of lengths and places, then the sentences in the order of bytes."""
    pairs = sorted(
        (sentence.encode(), words.encode())
        for sentence, words in {"": HEADER.format(code=code), **known}.items()
        if words
    )
    begin = 28 + 16 * len(pairs)
    tables, held = [], b""
    for column in (0, 1):
        for pair in pairs:
            tables += [len(pair[column]), begin + len(held)]
            held += pair[column] + b"\0"
    head = struct.pack("<7I", MAGIC, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    return head + struct.pack(f"<{len(tables)}I", *tables) + held


if __name__ == "__main__":
    for each in TRANSLATED:
        file = catalogue(each)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(written(each, read(file.read_text("utf-8")) if file.exists() else {}), encoding="utf-8")
        file.with_suffix(".mo").write_bytes(compiled(each, read(file.read_text("utf-8"))))
