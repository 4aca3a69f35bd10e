"""Writes the children of some bureaus by COPY, with the seals of every row in the chain of the bureau."""

from __future__ import annotations

import functools
import gc
import multiprocessing
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from app.audit import entry_of_seals, pieces_of_seals
from app.database import Model, db, end_reading, execute, transaction, write_last
from app.demo.scale.children import Deck, Filling, Ids, Places
from app.demo.scale.population import Cohort
from app.demo.scale.stamps import Seal, Sheet
from app.encryption import marker
from app.schema.constraints import Taken, build, check
from app.students.models.names import parts_of

AT_ONCE = 4000  # children in a transaction
PROCESSES = 2
MANY = 50_000  # children that are worth a second process
SETTINGS = {"synchronous_commit": "off", "maintenance_work_mem": "'512MB'", "max_parallel_maintenance_workers": "1"}


@dataclass(frozen=True)
class Work:
    """Everything that the processes know."""

    places: Places
    deck: Deck
    ids: Ids
    classes: dict[tuple[int, str], list[int]]  # school and grade
    seal_number: int
    parts: list[list[list[Cohort]]]  # by process, by bureau
    children: int


@dataclass
class _Rows:
    """What waits to be copied, table by table, and its seals."""

    lines: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    seals: list[Seal] = field(default_factory=list)
    children: int = 0
    mark: Callable[[bytes], bytes] = field(default_factory=marker)

    def add(self, sheet: Sheet, gaps: dict[str, Any]) -> None:
        """The rows of one child."""
        filled, seals = sheet.fill(gaps, self.mark)
        for table, lines in zip(sheet.tables, filled, strict=True):
            self.lines[table].append(lines)
        self.seals += seals
        child = gaps["child"]
        self.lines["name_part"] += [f"{child}\t{part}\n" for part in _parts_of(gaps["name"])]
        self.children += 1


@functools.lru_cache(maxsize=MANY)
def _parts_of(name: str) -> list[str]:
    return sorted(parts_of(name))


def divide(cohorts: Sequence[Cohort], children: int) -> list[list[list[Cohort]]]:
    """The cohorts by bureau, the bureaus dealt out so that every process has as many children."""
    bureaus: dict[str, list[Cohort]] = {}
    for each in cohorts:
        bureaus.setdefault(each.site.bureau, []).append(each)
    many = {bureau: sum(each.children for each in some) for bureau, some in bureaus.items()}
    parts: list[list[list[Cohort]]] = [[] for _ in range(PROCESSES if children >= MANY else 1)]
    loads = [0] * len(parts)
    for bureau in sorted(bureaus, key=lambda each: -many[each]):
        lightest = loads.index(min(loads))
        parts[lightest].append(bureaus[bureau])
        loads[lightest] += many[bureau]
    return parts


def fill(work: Work, tell: Callable[[int], object]) -> None:
    """Write everybody; tell -- called with how many children there are by now."""
    done = multiprocessing.get_context("fork").Value("q", 0)

    def write(part: int) -> None:
        for cohorts in work.parts[part]:
            for rows in _rows_of(work, cohorts):
                _copy(rows, work.seal_number, cohorts[0].site.bureau)
                with done.get_lock():
                    done.value += rows.children
                    tell(done.value)

    in_parallel(write, len(work.parts))


def rebuild(taken: Sequence[Taken], between: Callable[[], object], processes: int) -> None:
    """Put back what was taken away from the tables: indexes, then what `between` does, then the checks."""
    for act in (build, check):
        shares = [taken[start::processes] for start in range(processes)]

        def put_back(part: int, act: Any = act, shares: Any = shares) -> None:
            for each in shares[part]:
                with transaction():
                    _set()
                    act(db.session.connection(), [each])

        in_parallel(put_back, processes)
        if act is build:
            between()


def in_parallel(act: Callable[[int], object], processes: int) -> None:
    """Let each process do its part, with a connection of its own. Raises RuntimeError when one did not come through."""
    if processes == 1:
        act(0)
        return
    end_reading()
    context = multiprocessing.get_context("fork")
    started = [context.Process(target=_apart, args=(act, part)) for part in range(processes)]
    for each in started:
        each.start()
    for each in started:
        each.join()
    if any(each.exitcode for each in started):
        raise RuntimeError("a process that was filling the database has failed")


def _apart(act: Callable[[int], object], part: int) -> None:
    db.engine.dispose(close=False)  # the connections are the parent's
    gc.disable()  # millions of short texts, and no rings among them
    act(part)


def _rows_of(work: Work, cohorts: Sequence[Cohort]) -> Iterable[_Rows]:
    filling, rows = Filling(work.places, work.deck, work.ids, cohorts[0].site.bureau), _Rows()
    for cohort in cohorts:
        for life, sheet, gaps in filling.children(cohort, work.classes[cohort.site.id, cohort.grade]):
            rows.add(sheet, gaps)
            rows.lines["case_office"] += filling.offices(life, gaps)
            if rows.children == AT_ONCE:
                yield rows
                rows = _Rows()
    yield rows


def _copy(rows: _Rows, number: int, chain: str) -> None:
    """Copy the rows and append their seals to the chain, in one transaction."""
    with transaction():
        _set()
        connection: Any = db.session.connection().connection.dbapi_connection
        for table, lines in rows.lines.items():
            columns = ", ".join(f'"{column.name}"' for column in Model.metadata.tables[table].columns)
            statement = f'COPY "{table}" ({columns}) FROM STDIN'
            connection.note(statement)
            with connection.cursor() as cursor, cursor.copy(statement) as copy:
                copy.write("".join(lines))
        rows.seals.sort(key=lambda each: each[0])
        for piece in pieces_of_seals(number, rows.seals):
            write_last(entry_of_seals("audit/seal", piece, number=number, chain=chain))


def _set() -> None:
    for name, value in SETTINGS.items():
        execute(sa.text(f"SET LOCAL {name} = {value}"))
