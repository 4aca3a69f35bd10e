"""Papers for uploading: good ones, and hostile ones."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from typing import Any

from PIL import Image

from tests.house.sources import TOP


def a_picture(kind: str = "JPEG", size: tuple[int, int] = (60, 80), colour: str = "lightblue") -> bytes:
    """A small picture that opens."""
    stream = io.BytesIO()
    Image.new("RGB", size, colour).save(stream, kind)
    return stream.getvalue()


def a_pdf(more: bytes = b"") -> bytes:
    """One empty page, with a table of objects that holds."""
    objects = (
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>" + more,
    )
    body, offsets = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    table = b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % each for each in offsets)
    return body + table + b"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(body)


def a_zip(**entries: bytes) -> bytes:
    """An archive of these files."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return stream.getvalue()


def a_vast_picture(side: int = 30_000) -> bytes:
    """A PNG of a few hundred bytes that claims, and in part unpacks to, hundreds of megapixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")

    header = side.to_bytes(4, "big") * 2 + b"\x08\x02\x00\x00\x00"
    pixels = zlib.compress(bytes(1_000_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def sent(*papers: tuple[str, bytes]) -> list[Any]:
    """The papers as a test client's form takes them."""
    return [(io.BytesIO(content), name) for name, content in papers]


def required(process: str, application: dict[str, Any]) -> list[str]:
    """The kinds of papers without which an application of that process is refused, as its folder declares them."""
    declared = TOP / "forms" / process / "proofs.json"
    asked = json.loads(declared.read_text("utf-8")) if declared.exists() else []
    return [
        each["kind"]
        for each in asked
        if each["required"] and all(application.get(name) in values for name, values in each.get("when", {}).items())
    ]


def proofs(process: str, application: dict[str, Any]) -> dict[str, Any]:
    """Those papers as the fields of a form."""
    return {f"attachments.{kind}": sent((f"{kind}.pdf", a_pdf())) for kind in required(process, application)}
