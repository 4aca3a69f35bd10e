"""With what rehearsals of corrections begin: something that differs from what the record says."""

from __future__ import annotations

from app.cases.hooks import Example, examples

examples |= {
    "correction": Example(values={"address": "示例路 1 号"}),
    "key_correction": Example(values={"name": "陈示例"}),
    "locked_correction": Example(values={"household_division": "=applicant_bureau"}),
}
