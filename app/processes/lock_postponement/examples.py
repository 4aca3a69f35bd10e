"""With what a rehearsal of postponing the lock begins: a day before it."""

from __future__ import annotations

from app.cases.hooks import Example, examples

examples["lock_postponement"] = Example({"day": "09-07"}, {"year": "=school_year+0", "until": "=day+44"})
