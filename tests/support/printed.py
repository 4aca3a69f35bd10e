"""What lies on a printed page: the pages of a PDF as pictures, and what is measured or decoded on them."""

from __future__ import annotations

from dataclasses import dataclass

import pypdfium2
import zxingcpp
from PIL import Image, ImageChops

DOTS_PER_INCH = 150
A4 = (210, 297)  # millimetres


@dataclass(frozen=True)
class PrintedPage:
    """One page of a PDF as it comes out of a printer."""

    picture: Image.Image

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in millimetres."""
        return _mm(self.picture.width), _mm(self.picture.height)

    def margins(self) -> tuple[int, int, int, int]:
        """How far from the left, upper, right and lower edge anything is printed, in millimetres."""
        box = ImageChops.invert(self.picture.convert("L")).getbbox()
        assert box is not None, "the page is empty"
        return _mm(box[0]), _mm(box[1]), _mm(self.picture.width - box[2]), _mm(self.picture.height - box[3])

    def red_boxes(self) -> list[tuple[int, int, int, int]]:
        """Left, top, right and bottom of each seal, in millimetres, from the top; no two stand beside each other."""
        red, green, _blue = self.picture.split()
        mask = ImageChops.subtract(red, green).point(lambda value: 255 if value > 90 else 0)
        rows = [mask.crop((0, y, mask.width, y + 1)).getbbox() for y in range(mask.height)]
        starts = [y for y, row in enumerate(rows) if row and not (y and rows[y - 1])]
        ends = [y for y, row in enumerate(rows, start=1) if row and not (y < len(rows) and rows[y])]
        boxes = [mask.crop((0, start, mask.width, end)).getbbox() for start, end in zip(starts, ends, strict=True)]
        return [
            (_mm(box[0]), _mm(start), _mm(box[2]), _mm(end))
            for start, end, box in zip(starts, ends, boxes, strict=True)
            if box
        ]

    def codes(self) -> list[str]:
        """What the QR codes on the page hold, from left to right."""
        found = zxingcpp.read_barcodes(self.picture, formats=zxingcpp.BarcodeFormat.QRCode)
        return [each.text for each in sorted(found, key=lambda each: each.position.top_left.x)]


def _mm(dots: int) -> int:
    return round(dots / DOTS_PER_INCH * 25.4)


def pages_of(pdf: bytes) -> list[PrintedPage]:
    """Every page of a PDF."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [PrintedPage(page.render(scale=DOTS_PER_INCH / 72).to_pil().convert("RGB")) for page in document]


def text_of(pdf: bytes) -> str:
    """The words of a PDF."""
    with pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
