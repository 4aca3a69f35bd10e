"""Papers made to be expensive, or to hide what they do: each is answered soon, with a sentence."""

from __future__ import annotations

import contextlib
import time
import zlib

import pytest

from app.web.uploads import MOST_AT_ONCE, UnfitFile, opened
from tests.cases.test_attachments import upload
from tests.support.papers import a_pdf, a_picture
from tests.support.transfer_case import Story

SCRIPT = zlib.compress(b"1 0 << /S /JavaScript /JS (x) >>")
SOON = 5.0  # seconds of the processor; what reads on from every beginning needs minutes or days


def packed(content: bytes, name: bytes = b"/ObjStm") -> bytes:
    """An object stream of a PDF."""
    return b"\n<< /Type " + name + b" >>\nstream\n" + content + b"\nendstream\n"


@pytest.mark.parametrize(
    "repeated",
    [
        b"stream\n",
        b"/ObjStm",
        b"/ObjStm>>stream\n",
        packed(zlib.compress(b"")),
        packed(b"\x78\x9c" + b"\0\0\0\xff\xff" * 400),
    ],
)
def test_a_paper_costs_no_more_than_its_length(repeated: bytes) -> None:
    content = a_pdf(repeated * (1_000_000 // len(repeated)))
    began = time.thread_time()

    with contextlib.suppress(UnfitFile):
        opened("证.pdf", content)

    assert time.thread_time() - began < SOON


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (packed(SCRIPT), "含有脚本"),
        (packed(SCRIPT, b"/Obj#53tm"), "含有脚本"),
        (packed(SCRIPT, b"/#4FbjStm"), "含有脚本"),
        (packed(zlib.compress(bytes(21 * 1024 * 1024))) + packed(SCRIPT), "过于庞大"),
        (b"/ObjStm stream\n" * 10_000 + packed(SCRIPT), "过于庞大"),
    ],
)
def test_a_script_is_found_wherever_it_is_packed(more: bytes, sentence: str) -> None:
    with pytest.raises(UnfitFile, match=sentence):
        opened("证.pdf", a_pdf(more))


def test_a_paper_with_packed_objects_is_taken() -> None:
    ordinary = packed(zlib.compress(b"1 0 << /Type /Font /BaseFont /SimSun >>" * 5_000))

    assert opened("证.pdf", a_pdf(ordinary * 20)).media_type == "application/pdf"


def test_a_script_beside_streams_is_found_and_three_letters_in_a_picture_are_none() -> None:
    picture = b"\nstream\nabc/JS xyz\nendstream\n"
    assert opened("证.pdf", a_pdf(picture * 3)).media_type == "application/pdf"

    for more in (picture + b"<< /JS (x) >>" + picture, picture + b"<< /JS (x) >>\nstream\n"):
        with pytest.raises(UnfitFile, match="含有脚本"):
            opened("证.pdf", a_pdf(more))


def test_of_more_papers_than_a_case_takes_none_is_opened(submitted: Story) -> None:
    papers = [(f"{n}.png", a_picture("PNG")) for n in range(MOST_AT_ONCE)] + [("坏.png", b"no picture")]

    answer = upload(submitted.program("receiving_school"), submitted.number, *papers)

    assert answer.status == 422
    assert f"最多上传 {MOST_AT_ONCE} 个文件（现有 21 个）" in answer.json["detail"]
    assert "坏.png" not in answer.text
