"""Sentences stand in Chinese in the code and are said in another language by the catalogues under `locale/`.

`make translations` writes into the catalogues what is said in the code, and compiles them.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterable, Iterator
from contextvars import ContextVar
from gettext import GNUTranslations
from pathlib import Path

DOMAIN = "workflows"
SOURCE = "zh"  # the language of the code
LANGUAGES = (SOURCE, "en")
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
    """A sentence of the code in the language that is spoken, its placeholders filled with the values of their names."""
    spoken = _language.get()
    if spoken != SOURCE:
        sentence = _catalogue(spoken).gettext(sentence)
    return sentence.format_map(values) if values else sentence


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
