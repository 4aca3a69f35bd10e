"""A main number is one child's for ever: what one has given up is no other's."""

from __future__ import annotations

from dataclasses import replace

from tests.support import factories
from tests.support.single_school_case import Matter, matter

__all__ = ["matter"]


def test_a_number_that_another_child_has_given_up_is_not_given_again(matter: Matter) -> None:
    def fields(number: str) -> dict[str, str]:
        born = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
        return {"main_number": number, "born_on": born, "sex": "1" if int(number[16]) % 2 else "2"}

    old = matter.child.main_number
    matter.walk("key_correction", **fields(factories.a_number(matter.child.born_on)))
    other = replace(matter, child=factories.a_student(matter.school, name="李一诺"))

    assert other.submit("key_correction", **fields(old)).codes == {"E-DUP-01"}

    matter.walk("key_correction", **fields(old))  # its own it may have back
