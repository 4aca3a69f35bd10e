"""A cast made once and put back for every test that begins with it.

A school, its bureau, a child and everybody who may act are some sixty statements in ten transactions, and most tests
begin with them. What such a function leaves in a database that has just begun anew is kept with the function's
arguments and the minute of the clock, and put back where the next test asks for the same.
"""

from __future__ import annotations

import functools
import io
import pickle
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import make_transient_to_detached

from app import clock
from app.database import WROTE, Model, db
from tests.support import factories
from tests.support.client import Client
from tests.support.databases import Kept, Postgres, Sqlite

P = ParamSpec("P")
T = TypeVar("T")
CONFIGURED = ("FIELD_KEY", "PROFILE", "PASSWORD_COST")  # what makes rows differ
PLAIN = (str, int, bool, type(None))


@dataclass
class Cast:
    """What a function gave, its rows, and how far numbers and clock had come."""

    given: bytes
    rows: Kept
    numbers: int
    now: Any


@dataclass
class Stage:
    """The database of the running test, and the casts that are kept for it."""

    database: Sqlite | Postgres | None = None
    is_new: bool = False  # nothing has been committed since it began anew
    casts: dict[Any, Cast] = field(default_factory=dict)

    def begins(self, database: Sqlite | Postgres) -> None:
        """A test begins with that database; the numbers of what it makes begin anew, too."""
        if database is not self.database:
            self.database, self.casts = database, {}
        factories.numbers.given = 0
        self.is_new = True


stage = Stage()


@sa.event.listens_for(sa.Engine, "commit")
def _not_new_any_more(_connection: sa.Connection) -> None:
    stage.is_new = False


def kept(make: Callable[P, T]) -> Callable[P, T]:
    """The same function of a client and plain values; what it makes first in a test is made once for each database."""

    @functools.wraps(make)
    def made(*args: P.args, **how: P.kwargs) -> T:
        client, *more = args
        assert isinstance(client, Client)
        if not (_nothing_yet() and all(isinstance(each, PLAIN) for each in (*more, *how.values()))):
            return make(*args, **how)
        said = [client.app.config[name] for name in CONFIGURED]
        key = (make, *more, *sorted(how.items()), *said, f"{clock.now():%Y-%m-%d %H:%M}")
        if key in stage.casts:
            return _put_back(stage.casts[key], client)
        given = make(*args, **how)
        stage.casts[key] = _keep(given)
        return given

    return made


def _nothing_yet() -> bool:
    """True where nothing has been made since the database began anew, nor begun to be."""
    session = db.session
    begun = session.new or session.dirty or (session.in_transaction() and session.connection().info.get(WROTE))
    return stage.is_new and factories.numbers.given == 0 and not begun


def _keep(given: Any) -> Cast:
    assert stage.database is not None
    db.session.rollback()
    written = io.BytesIO()
    _Writer(written).dump(given)
    return Cast(written.getvalue(), stage.database.keep(db.engine), factories.numbers.given, clock.now())


def _put_back(cast: Cast, client: Client) -> Any:
    assert stage.database is not None
    db.session.rollback()
    stage.database.put_back(db.engine, cast.rows)
    stage.is_new = False
    factories.numbers.given = cast.numbers
    clock.set_to(cast.now)  # the rows are of then, and what made them may have moved it
    return _Reader(io.BytesIO(cast.given), client).load()


class _Writer(pickle.Pickler):
    """Writes instead of a row which it is, instead of the client that there is one."""

    def persistent_id(self, each: Any) -> Any:
        if isinstance(each, Client):
            return Client.__name__
        if isinstance(each, Model):
            return type(each), sa.inspect(each).identity
        return None


class _Reader(pickle.Unpickler):
    """Rows come back as objects of the session that have not been read yet, as after a commit."""

    def __init__(self, written: io.BytesIO, client: Client) -> None:
        super().__init__(written)
        self.client = client

    def persistent_load(self, which: Any) -> Any:
        if which == Client.__name__:
            return self.client
        kind, identity = which
        present = db.session.identity_map.get(sa.inspect(kind).identity_key_from_primary_key(identity))
        if present is not None:
            return present
        keys = [sa.inspect(kind).get_property_by_column(column).key for column in sa.inspect(kind).primary_key]
        row = kind(**dict(zip(keys, identity, strict=True)))
        make_transient_to_detached(row)
        db.session.add(row)
        return row
