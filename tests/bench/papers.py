"""Papers as PDF: proofs of enrolment with their QR codes, a page each."""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from pathlib import Path

import segno

from app.web.pdf import typeset
from tests.bench import Figure

FORM = Path(__file__).parents[2] / "app/students/typst/proof.typ"
PAGES = 100
ROUNDS = 5


def _proof(place: int) -> dict[str, str]:
    """What stands on one proof; no two are alike, so nothing is remembered from the last."""
    code = f"imaa-fl43-cr6i-{place:04d}"
    return {
        "number": f"Z2026-2133010601-{place:04d}",
        "name": f"欧阳思{chr(0x4E00 + place)}",
        "sex": "女",
        "born_on": "2017-05-20",
        "main_number": f"3301062017052{place:05d}",
        "class": "小学三年级 2 班",
        "standing": "在读",
        "since": "2024-09-01",
        "purpose": "办理少年儿童医疗保险",
        "school": "杭州市西湖区文三街小学",
        "issued_on": "2026-11-23",
        "valid_until": "2027-02-21",
        "code": code,
        "qr": segno.make(f"https://xueji.example/check/{code}", error="m").svg_inline(border=2, omitsize=True),
        "printed": "杭州市西湖区文三街小学　经办　打印于 2026-11-23 10:00",
    }


def measure() -> Mapping[str, Figure]:
    """CPU seconds count: the machine may be busy with others."""
    typeset(FORM, _proof(0))  # the letters are read once
    rates = []
    for turn in range(1, ROUNDS + 1):
        began = time.process_time()
        for place in range(PAGES):
            typeset(FORM, _proof(turn * PAGES + place))
        rates.append(PAGES / (time.process_time() - began))
    value = round(statistics.median(rates))
    return {
        "pdf.pages_per_s": Figure(
            value, "pages per CPU s", "100", ROUNDS, "proofs of enrolment, one file each, PDF/A-2b"
        )
    }
