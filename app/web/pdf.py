"""PDF by Typst: a form in its own language, filled with plain data; the fonts are bundled.

What is filled in reaches the form as values, never as markup, and the form can read nothing but itself.
"""

from __future__ import annotations

import base64
import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import typst
from pylopdf_fonts_zh_cn import sans_path

from app.web.images import SIZE

PDF = "application/pdf"


@functools.lru_cache(maxsize=1)
def _letters() -> typst.Fonts:
    """Noto Sans SC and Noto Serif SC with 30,000 characters, rare names among them; read once."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(sans_path().parent)])


@functools.lru_cache(maxsize=32)
def _source(form: Path) -> bytes:
    return form.read_bytes()


def _as_text(picture: bytes) -> bytes:
    """A photo within an SVG, for what is handed to Typst beside a form must be text; it stays the JPEG that it is."""
    width, height = SIZE
    content = base64.b64encode(picture).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
        f'<image width="{width}" height="{height}" href="data:image/jpeg;base64,{content}"/></svg>'
    ).encode()


def typeset(form: Path, data: Mapping[str, Any], pictures: Mapping[str, bytes] | None = None) -> bytes:
    """The form as PDF/A-2b with this data, and these photos (JPEG) under their names. The same give the same bytes."""
    files: Any = {"main": _source(form), **{name: _as_text(each) for name, each in (pictures or {}).items()}}
    pdf = typst.compile(
        files,
        font_paths=_letters(),
        ignore_system_fonts=True,
        sys_inputs={"data": orjson.dumps(data).decode()},
        pdf_standards=["a-2b"],
        timestamp=0,
    )
    assert isinstance(pdf, bytes)
    return pdf
