"""Writes that go together: all behind their claim, with what their tables say, and told when they found no row."""

from __future__ import annotations

import contextlib

import pytest
import sqlalchemy as sa
from flask import Flask

from app.database import db, execute, table, transaction, write_later, write_together
from app.sequences import NumberSequence
from app.writes import Write

SERIES = table(NumberSequence)


class Late(Exception):
    """Somebody else was faster."""


def kept() -> dict[str, int]:
    db.session.rollback()
    return {row.key: row.last for row in execute(sa.select(SERIES.c.key, SERIES.c.last).where(SERIES.c.key.like("x%")))}


def claim(last: int) -> Write:
    return Write(SERIES, {"last": last + 1}, {"key": "x", "last": last}, lost=Late)


def test_what_stands_behind_a_claim_is_written_with_it(app: Flask) -> None:
    with transaction():
        write_together(Write(SERIES, {"key": "x", "last": 1}))
    with transaction():
        write_together(claim(1), Write(SERIES, {"key": "x1", "last": 5}), Write(SERIES, {"key": "x2", "last": 6}))

    assert kept() == {"x": 2, "x1": 5, "x2": 6}


def test_a_lost_claim_writes_nothing_whatever_stands_behind_it(app: Flask) -> None:
    """The row behind it is there already: who was too late hears so, and not of the key that it would have met."""
    with transaction():
        write_together(Write(SERIES, {"key": "x", "last": 2}), Write(SERIES, {"key": "x1", "last": 5}))

    with pytest.raises(Late), transaction():
        write_together(claim(1), Write(SERIES, {"key": "x1", "last": 9}), Write(SERIES, {"last": 9}, {"key": "x1"}))

    assert kept() == {"x": 2, "x1": 5}


def test_a_later_one_that_finds_no_row_undoes_the_rest(app: Flask) -> None:
    with transaction():
        write_together(Write(SERIES, {"key": "x", "last": 1}))

    with pytest.raises(Late), transaction():
        write_together(claim(1), Write(SERIES, {"last": 9}, {"key": "x9"}, lost=Late))

    assert kept() == {"x": 1}


def test_what_is_kept_for_later_is_written_at_the_end_and_only_then(app: Flask) -> None:
    with transaction():
        write_later(Write(SERIES, {"key": "x", "last": 1}))
        assert execute(sa.select(sa.func.count()).where(SERIES.c.key == "x")).scalar() == 0

    assert kept() == {"x": 1}
    with contextlib.suppress(Late), transaction():
        write_later(Write(SERIES, {"key": "x1", "last": 1}))
        write_together(claim(7))
    with transaction():
        pass
    assert kept() == {"x": 1}


def test_nothing_is_kept_where_nobody_would_write_it(app: Flask) -> None:
    with pytest.raises(RuntimeError, match=r"transaction\(\)"):
        write_later(Write(SERIES, {"key": "x", "last": 1}))
    with transaction():
        pass

    assert kept() == {}


@pytest.mark.parametrize(
    ("replaces", "last"),
    [(None, 1), ({}, 7), ({"last": 1}, 7), ({"last": 2}, 1)],
    ids=["keep", "always", "it", "not it"],
)
def test_an_earlier_row_stays_unless_it_is_the_one_to_replace(
    app: Flask, replaces: dict[str, int] | None, last: int
) -> None:
    with transaction():
        write_together(Write(SERIES, {"key": "x", "last": 1}))
    again = Write(SERIES, {"key": "x", "last": 7}, same_by=("key",), replaces=replaces, lost=Late)

    if last == 7:
        with transaction():
            write_together(again, Write(SERIES, {"key": "x1", "last": 1}))
    else:
        with pytest.raises(Late), transaction():
            write_together(again, Write(SERIES, {"key": "x1", "last": 1}))

    assert kept()["x"] == last
