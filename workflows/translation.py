"""Sentences stand in Chinese in the code and are said in another language by the catalogues under `locale/`.

`make translations` writes into the catalogues what is said in the code, and compiles them.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from gettext import GNUTranslations
from pathlib import Path
from string import Formatter

DOMAIN = "workflows"
SOURCE = "zh"  # the language of the code
LANGUAGES = (SOURCE, "en")
FORMATTER = Formatter()
LOCALE = Path(__file__).with_name("locale")
_language: ContextVar[str] = ContextVar("language", default=SOURCE)


@contextlib.contextmanager
def language(code: str) -> Iterator[None]:
    """Let everything that is said within this block, by this thread or task, be said in one of LANGUAGES."""
    token = _language.set(code)
    try:
        yield
    finally:
        _language.reset(token)


def gettext(sentence: str, /, **values: object) -> str:
    """A sentence of the code in the language that is spoken, its placeholders filled with the values of their names.

    In Chinese a space keeps a number or Latin word that was filled in from the characters beside it.
    """
    spoken = _language.get()
    if spoken != SOURCE:
        sentence = _catalogue(spoken).gettext(sentence)
        return sentence.format_map(values) if values else sentence
    return _spaced(sentence, values) if values else sentence


def _spaced(sentence: str, values: Mapping[str, object]) -> str:
    said = ""
    for literal, name, wanted, conversion in FORMATTER.parse(sentence):
        said = _joined(said, literal)
        if name is not None:
            value = FORMATTER.convert_field(values[name], conversion)
            said = _joined(said, format(value, wanted or ""))
    return said


def _joined(said: str, more: str) -> str:
    """Two parts of a sentence, with a space between a Chinese character and what is written in ASCII."""
    if not said or not more:
        return said + more
    last, first = said[-1], more[0]
    beside = (_is_chinese(last) and _is_word(first)) or (_is_word(last) and _is_chinese(first))
    return f"{said} {more}" if beside else said + more


def _is_chinese(sign: str) -> bool:
    return 0x4E00 <= ord(sign) <= 0x9FFF


def _is_word(sign: str) -> bool:
    return sign.isascii() and (sign.isalnum() or sign in '-"<>=[_')


def gettext_noop(sentence: str) -> str:
    """The sentence as it stands: marks what belongs into the catalogues and is said later, by `gettext`."""
    return sentence


def quoted(name: str | None, key: str | None = None) -> str:
    """How a sentence calls an element: by its name, by its id where it has none."""
    return gettext("“{name}”", name=" ".join((name or key or "?").split()))


def listed(words: Iterable[object]) -> str:
    """The words one after another, separated as the language that is spoken does it."""
    return gettext("、").join(str(each) for each in words)


@functools.cache
def _catalogue(code: str) -> GNUTranslations:
    with (LOCALE / code / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as stream:
        return GNUTranslations(stream)
