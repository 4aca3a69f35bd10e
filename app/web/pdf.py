"""PDF by Typst: a form in its own language, filled with plain data; the fonts are bundled.

What is filled in reaches the form as values, never as markup, and the form can read nothing but itself.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import typst
from pylopdf_fonts_zh_cn import sans_path


@functools.lru_cache(maxsize=1)
def _letters() -> typst.Fonts:
    """Noto Sans SC and Noto Serif SC with 30,000 characters, rare names among them; read once."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(sans_path().parent)])


@functools.lru_cache(maxsize=32)
def _source(form: Path) -> bytes:
    return form.read_bytes()


def typeset(form: Path, data: Mapping[str, Any]) -> bytes:
    """The form as PDF/A-2b with this data; pictures as lists of bytes. The same data give the same bytes."""
    pdf = typst.compile(
        _source(form),
        font_paths=_letters(),
        ignore_system_fonts=True,
        sys_inputs={"data": orjson.dumps(data).decode()},
        pdf_standards=["a-2b"],
        timestamp=0,
    )
    assert isinstance(pdf, bytes)
    return pdf
