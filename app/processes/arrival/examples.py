"""With what a rehearsal of an arrival begins: a child that nobody of the province knows."""

from __future__ import annotations

from app.cases.hooks import Example, examples

examples["arrival"] = Example(
    values={"main_number": "=new_child.main_number", "born_on": "=new_child.born_on", "sex": "1", "grade": "11"}
)
