"""Names: the field's term first. A file, class or public function is not called by words that nobody searches for."""

from __future__ import annotations

import ast
import re

from tests.house.sources import TOP, name_of, python_files

#: our word until now -> the field's; redesigned once, and not to come back
UNUSED = {
    "accepting": "validation", "describing": "openapi", "display": "font size", "doubt": "contested case",
    "edition": "version", "faulting": "rejects", "folding": "reduction", "furniture": "kind", "guard": "trigger",
    "hear": "deliver", "holding": "lease, reservation", "house": "application", "hurrying": "reminders",
    "judgement": "verdict", "matter": "case", "moving": "transition", "opening": "precheck", "openings": "prechecks",
    "picture": "image", "proceeding": "context", "readdressing": "reassignment", "refilling": "unsent form",
    "rehearsing": "dry run", "room": "package", "sealing": "encryption", "series": "sequence", "serving": "server",
    "shelf": "folder, registry", "shelves": "folders", "staircase": "layers", "story": "timeline", "told": "notes",
    "typesetting": "pdf", "vault": "file store", "watching": "oversight", "world": "environment",
}  # fmt: skip
#: where the word is meant as everybody means it
MEANT = {
    "app/cases/operations/opening.py": {"opening"},  # 立案: the act of opening a case
    "app/cases/hooks.py": {"opening"},
    "app/processes/transfer/precheck.py": {"opening"},
    "app/imports/workbook/opening.py": {"opening"},
}


def words_of(name: str) -> set[str]:
    return {each.lower() for each in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)}


def test_no_file_class_or_function_is_called_by_a_word_we_do_not_use() -> None:
    found = []
    for path in python_files("app", "workflows"):
        if "versions" in path.parts:
            continue
        file = name_of(path)
        names = [path.stem, *path.relative_to(TOP).parent.parts]
        tree = ast.parse(path.read_text("utf-8"))
        kinds = (ast.FunctionDef, ast.ClassDef)
        names += [node.name for node in ast.walk(tree) if isinstance(node, kinds) and not node.name.startswith("_")]
        for name in names:
            for word in sorted(words_of(name) & set(UNUSED) - MEANT.get(file, set())):
                found.append(f"{file}: {name} says {word}; the field says {UNUSED[word]}")

    assert not found, "\n".join(found)
