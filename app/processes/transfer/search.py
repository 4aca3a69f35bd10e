"""A child anywhere in the province, by number and name together; whoever guesses is stopped."""

from __future__ import annotations

from app.access import Actor
from app.database import transaction
from app.students import queries as students
from app.students.models import Student
from app.web import rate_limits

MOST_MISSES = 60  # within an hour, of one person
HOUR = 3600


def child_anywhere(main_number: str, name: str, caller: Actor) -> Student:
    """The child of that number and name. Raises UnknownChild, TooMany after too many misses (E-MANY).

    Then nobody is found either: an answer for the right name alone would tell which is right.
    """
    rate_limits.refuse_beyond("child", most=MOST_MISSES, seconds=HOUR, who=f"user-{caller.user_id}")
    try:
        return students.child_by_number(main_number, name)
    except students.UnknownChild:
        count_miss(caller)
        raise


def count_miss(caller: Actor) -> None:
    """Nobody was found who may be shown. Raises TooMany beyond the most that one person may miss."""
    with transaction():
        rate_limits.take("child", most=MOST_MISSES, seconds=HOUR, who=f"user-{caller.user_id}")
