"""The first letters of Chinese characters, by which names are found."""

from __future__ import annotations

import functools
import os


@functools.lru_cache(maxsize=8192)
def letter_of(character: str) -> str:
    """The first letter of a Chinese character's reading, nothing for one without any."""
    os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")  # single characters need no phrases, which cost 0.5 s and 40 MB
    from pypinyin import Style, lazy_pinyin

    letter = lazy_pinyin(character, style=Style.FIRST_LETTER, errors="ignore")
    return letter[0][:1] if letter else ""
