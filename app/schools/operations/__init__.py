"""Seats of a cohort: taken, freed, moved and set; those held for recruits from outside in a file of their own."""

from app.schools.operations.seats import (
    free_seat,
    hand_over_classes,
    hand_over_seats,
    move_seat,
    no_seat,
    set_total,
    take_seat,
    take_seats,
)
from app.schools.rules import NoSeat

__all__ = [
    "NoSeat",
    "free_seat",
    "hand_over_classes",
    "hand_over_seats",
    "move_seat",
    "no_seat",
    "set_total",
    "take_seat",
    "take_seats",
]
