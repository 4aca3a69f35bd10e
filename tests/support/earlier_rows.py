"""Rows of an earlier schema that several tests of its repair begin with: one division, its bureau, one school."""

from __future__ import annotations

from typing import Any

PLACES: dict[str, list[dict[str, Any]]] = {
    "division": [{"code": "330106", "name": "西湖区", "superior_code": None, "number": "01"}],
    "office": [
        {"id": 9, "code": "330000", "name": "某厅", "short_name": "某厅", "kind": "province", "superior_id": None,
         "division_code": "330106", "path": "9.", "acts_as_city": False},
        {"id": 1, "code": "2133010601", "name": "某校", "short_name": "某校", "kind": "school", "superior_id": 9,
         "division_code": "330106", "path": "9.1.", "acts_as_city": False},
    ],
    "school": [{"id": 1, "ownership": "public", "stages": "primary", "tier": "", "township_number": "01",
                "school_number": "01", "contact": ""}],
}  # fmt: skip
