"""What `workflows` says is said in every language: it goes through the catalogue, which is whole and compiled."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from gettext import GNUTranslations
from pathlib import Path
from string import Formatter

import pytest

from tests.house.sources import name_of, python_files
from tests.house.translations import TRANSLATED, catalogue, compiled, marked, read, sentences, written

CHINESE = re.compile("[\u3000-\u303f\u4e00-\u9fff\uff00-\uffef“”]")
#: what is no sentence of a finding, a refusal or the command, by file: why, and which literals (all where none is said)
UNTRANSLATED: dict[str, tuple[str, set[str]]] = {
    "workflows/routing.py": (
        "the names of offices: the route of a case and the policies, which stay Chinese, call them so",
        set(),
    ),
    "workflows/errors.py": (
        "the sentence of a refusal, which a service task says and not this package",
        {"不能办理。"},
    ),
    "workflows/policies/policy.py": ("a word of the language of policies", {"结束"}),
    "workflows/policies/language.py": (
        "the words of the language of policies, which lawyers read and write in Chinese",
        {
            *("事实", "可放宽", "失效", "消息", "先办", "是否", "数", "表:", "审批", "经办", "同意", "不同意", "退回"),
            *(
                "确认",
                "补正",
                "调档",
                "备案",
                "核对身份",
                "确认名单",
                "告知监护人",
                "异议期",
                "任一机构",
                "依据",
                "只读",
                "限",
                "保证",
                "依次",
            ),
            "每次",
            *("须", "未曾", "没有", "有", "不同意或退回", " \t　", "[、，]\\s*", "\\s+(限|除)\\s+(.+)$"),
            "^([a-z_]+/[a-z_]+|结束\\s+[a-z_]+)(?:\\s+(.+))?$",
        },
    ),
}
#: of an exception of a library, what is no sentence: a place, a name, and the exception of ours that it hides
FACTS = {"lineno", "start", "name", "id", "__context__"}
LOOKED_UP = {  # by which of the library's sentences it is ours is found
    "workflows/loading.py": {"said = str(error)"},
    **{key: {"too_deep = is_too_deep(error)"} for key in ("workflows/reading.py", "workflows/decision_tables.py")},
}


def trees() -> Iterator[tuple[str, ast.Module]]:
    for path in python_files("workflows"):
        yield name_of(path), ast.parse(path.read_text("utf-8"))


def documentation(tree: ast.Module) -> set[ast.AST]:
    holders = (ast.Module, ast.ClassDef, ast.FunctionDef)
    bodies = [node.body for node in ast.walk(tree) if isinstance(node, holders)]
    return {body[0].value for body in bodies if body and isinstance(body[0], ast.Expr)}


def untranslated(file: str, tree: ast.Module) -> Iterator[tuple[int, str]]:
    """The Chinese literals of a file that are neither marked for the catalogue nor documentation."""
    said = {each for call in marked(tree) for each in call.args[:1]} | documentation(tree)
    inside = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        text = node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""
        text = ast.unparse(node) if isinstance(node, ast.JoinedStr) else text
        if CHINESE.search(text) and node not in said and node not in inside:
            yield node.lineno, text  # type: ignore[attr-defined]


def test_every_chinese_literal_goes_through_the_catalogue() -> None:
    found: list[str] = []
    used: set[tuple[str, str]] = set()
    for file, tree in trees():
        _why, known = UNTRANSLATED.get(file, ("", None))
        for line, text in untranslated(file, tree):
            if known is not None and (not known or text in known):
                used.add((file, text))
            else:
                found.append(f"{file}:{line}: {text}")

    assert not found, "\n".join(["to be given to gettext of workflows.translation:", *found])
    assert used >= {(file, text) for file, (_why, known) in UNTRANSLATED.items() for text in known}
    assert {file for file, _ in used} == UNTRANSLATED.keys()


def test_what_is_said_is_one_literal_whose_placeholders_have_values() -> None:
    found = []
    for file, tree in trees():
        for call in marked(tree):
            sentence, place = call.args[0], f"{file}:{call.lineno}"
            if isinstance(sentence, ast.JoinedStr | ast.BinOp):
                found.append(f"{place}: not one literal")
            elif isinstance(sentence, ast.Constant) and getattr(call.func, "id", "") == "gettext":
                given = {each.arg for each in call.keywords}
                if None not in given and given != {name for name, _ in placeholders(sentence.value)}:
                    found.append(f"{place}: {sentence.value} is given {given}")

    assert not found, "\n".join(found)


def placeholders(sentence: str) -> set[tuple[str, str]]:
    """The names that a sentence is filled with, each with how its value is shown."""
    parts = [(name, f"{conversion or ''}{how or ''}") for _, name, how, conversion in Formatter().parse(sentence)]
    return {(name, how) for name, how in parts if name is not None}


@pytest.mark.parametrize("code", TRANSLATED)
def test_the_catalogue_holds_what_is_said_and_nothing_else(code: str) -> None:
    file = catalogue(code)
    known = read(file.read_text("utf-8"))

    assert file.read_text("utf-8") == written(code, known), "run python -m tests.house.translations"
    assert file.with_suffix(".mo").read_bytes() == compiled(code, known), "run python -m tests.house.translations"
    assert known.keys() == sentences().keys()
    assert len(known) > 300


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_sentence_is_translated_with_the_same_placeholders(code: str) -> None:
    known = read(catalogue(code).read_text("utf-8"))

    missing = [sentence for sentence, words in known.items() if not words.strip()]
    odd = [words for sentence, words in known.items() if placeholders(sentence) != placeholders(words)]
    chinese = [words for words in known.values() if CHINESE.search(words)]

    assert not missing, f"write these in {catalogue(code)}: {missing}"
    assert not odd, odd
    assert not chinese, chinese


@pytest.mark.parametrize("code", TRANSLATED)
def test_gettext_reads_what_is_compiled(code: str) -> None:
    known = read(catalogue(code).read_text("utf-8"))

    with Path(catalogue(code)).with_suffix(".mo").open("rb") as stream:
        translations = GNUTranslations(stream)

    assert {sentence: translations.gettext(sentence) for sentence in known} == known
    assert translations.gettext("不在其中") == "不在其中"


# --- no sentence of a library


def test_no_sentence_of_a_library_shows_through() -> None:
    """Of an exception that is not ours nothing is told: it is raised from, and ours says what is wrong."""
    ours = {node.name for _, tree in trees() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}

    found = []
    for file, tree in trees():
        for handler in (node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler) and node.name):
            if not _caught(handler) <= ours:
                told = [each for each in _told(handler) if each not in LOOKED_UP.get(file, ())]
                found += [f"{file}:{handler.lineno}: {each}" for each in told]

    assert not found, "\n".join(found)


def _caught(handler: ast.ExceptHandler) -> set[str]:
    """The last names of the classes that are caught."""
    kind = handler.type
    each = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return {node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "") for node in each}


def _told(handler: ast.ExceptHandler) -> Iterator[str]:
    """The statements in which the exception is used for more than what it may be."""
    for statement in handler.body:
        for node in ast.walk(statement):
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.Name) and child.id == handler.name and not _is_harmless(node):
                    yield ast.unparse(statement)


def _is_harmless(use: ast.AST) -> bool:
    is_test = isinstance(use, ast.Call) and getattr(use.func, "id", "") == "isinstance"
    return is_test or isinstance(use, ast.Raise) or (isinstance(use, ast.Attribute) and use.attr in FACTS)
