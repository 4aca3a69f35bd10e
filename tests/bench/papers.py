"""Papers as PDF: the cards of a class in one file, and proofs of enrolment with their QR codes one by one."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import Any

import segno

from app.students.views.papers import FORMS
from app.web.pdf import typeset
from tests.bench import Figure

PROOF, CARD = (FORMS / name for name in ("proof.typ", "card.typ"))
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


def _card(place: int) -> dict[str, Any]:
    """What stands on one card, about as much as on a child's of the third grade."""
    own = chr(0x4E00 + place)
    return {
        "name": f"欧阳思{own}",
        "sex": "女",
        "born_on": "2017-05-20",
        "main_number": f"3301062017052{place:05d}",
        "ethnic_group": "汉族",
        "stage_number": f"1324010199{place:06d}",
        "national_number": f"G3301062017052{place:05d}",
        "address": f"西湖区文三街 {place} 号",
        "household": "浙江省杭州市西湖区",
        "particulars": [
            ["身份证件类型", "居民身份证"],
            ["健康状况", "健康"],
            ["就读方式", "走读"],
            ["邮政编码", "310012"],
        ],
        "school": "杭州市西湖区文三街小学",
        "class": "小学三年级 2 班",
        "standing": "在读",
        "custodian": "杭州市西湖区文三街小学",
        "guardians": [[f"欧阳{own}", "父亲", f"138{place:08d}"], [f"王秀{own}", "母亲", f"139{place:08d}"]],
        "family": [],
        "enrolments": [["杭州市西湖区文三街小学", "小学三年级", "在读", "2024-09-01", "至今"]],
        "changes": [["2024-09-01", "小学新生注册", "杭州市西湖区文三街小学"]],
    }


def _rate(typeset_all: Callable[[int], object]) -> int:
    """Pages in a second of CPU, the median of some rounds; no two pages are alike, for Typst keeps what it has set."""
    typeset_all(0)  # the letters are read once
    rates = []
    for turn in range(1, ROUNDS + 1):
        began = time.process_time()
        typeset_all(turn * PAGES)
        rates.append(PAGES / (time.process_time() - began))
    return round(statistics.median(rates))


def _one_by_one(first: int) -> None:
    for place in range(first, first + PAGES):
        typeset(PROOF, _proof(place))


def _together(first: int) -> None:
    typeset(CARD, {"cards": [_card(place) for place in range(first, first + PAGES)], "printed": "打印于 2026-11-23"})


def measure() -> Mapping[str, Figure]:
    """CPU seconds count: the machine may be busy with others."""
    unit, single = "pages per CPU s", _rate(_one_by_one)
    return {
        "pdf.pages_per_s": Figure(_rate(_together), unit, "300", ROUNDS, "cards of a class, 100 in one file, PDF/A-2b"),
        "pdf.single_pages_per_s": Figure(single, unit, "80", ROUNDS, "proofs of enrolment, one file each, PDF/A-2b"),
    }
