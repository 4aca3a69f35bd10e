"""With what rehearsals of changes begin: a child of the standing that the change begins with, days in their order."""

from __future__ import annotations

from app.cases.hooks import Example, examples

_ILL = {"hospital": "示例县人民医院", "rest_months": 6, "diagnosed_on": "=day-1"}

examples |= {
    "suspension": Example(values={"kind": "illness", **_ILL, "starts_on": "=day+0", "ends_on": "=day+180"}),
    "suspension_renewal": Example({"standing": "suspended"}, {**_ILL, "ends_on": "=day+210"}),
    "resumption": Example({"standing": "suspended"}, {"grade": "=grade"}),
    "return_to_school": Example({"standing": "dropped_out"}),
    "reinstatement": Example({"standing": "withdrawn"}, {"grade": "=grade"}),
}
