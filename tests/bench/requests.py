"""What is waited for, over the whole WSGI stack: decisions against one stock cycle and their bare writes, and pages."""

from __future__ import annotations

import contextlib
import itertools
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.access import ANYONE, allow
from app.database import WROTE, db
from tests.bench import Figure, decisions, engine
from tests.bench.decisions import STEPS, TICK, Bench, a_bench
from tests.support import factories
from tests.support.client import Client, Program, apart
from tests.support.databases import postgres_answers

ORDINARY = STEPS[:3]
WARM = 10  # requests that are not counted
PAGES = {"inbox": "/inbox", "case": "/cases/{number}", "student": "/students/{student}"}
EMPTY = "/me/password"  # a signed-in page with nothing on it but a form


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def backends_cpu() -> float:
    """CPU seconds of the server's processes that work for this database, living ones."""
    if db.engine.dialect.name != "postgresql":
        return 0.0
    total = 0.0
    with db.engine.connect() as connection:
        asked = sa.text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        processes = list(connection.scalars(asked))
    for process in processes:
        with contextlib.suppress(OSError):
            fields = (Path("/proc") / str(process) / "stat").read_text().rsplit(")", 1)[1].split()
            total += sum(map(int, fields[11:13])) / TICK
    return total


@dataclass
class Desk:
    """Programs of every office of the cases, which decide them step by step."""

    bench: Bench | None
    programs: dict[int, Program]

    def request(self, case_id: int) -> tuple[Program, str, dict[str, Any], str]:
        """Who decides next: the program, the address, what it sends, and the step."""
        task, form = decisions._waiting(case_id)
        body = {"outcome": "agree", **({"form": dict(form)} if form else {})}
        return self.programs[task.office_id], f"/api/v1/tasks/{task.id}/decision", body, task.key


def desk_of(bench: Bench) -> Desk:
    """Everybody is signed in, and the database is kept so: what is replayed later meets the same rows."""
    client = Client(bench.app)
    users = {office: db.session.get(factories.User, actor.user_id) for (office, _), actor in bench.actors.items()}
    desk = Desk(bench, {office: client.api(user) for office, user in users.items()})
    bench.keep()
    return desk


def post(program: Program, address: str, body: Any) -> None:
    """Send the decision. Raises RuntimeError when it is refused."""
    answer = apart(program.http.post, address, json=body, headers=program.headers)
    if answer.status_code != 200:
        raise RuntimeError(answer.get_data(as_text=True))


# ── the decision ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _statements(desk: Desk) -> list[int]:
    """Statements of an ordinary step, one with a directive, a pull: their commit comes on top."""
    bench, found = desk.bench, dict[str, int]()
    for case_id in bench.cases[:2]:  # the first opens chains and compiles
        for step in STEPS:
            program, address, body, key = desk.request(case_id)
            assert key == step
            with _told(bench.is_postgres) as seen:
                post(program, address, body)
            found[step] = len(seen)
    bench.bring_back()
    return [found["receiving_bureau"], found["releasing_bureau"], found["pull"]]


@contextlib.contextmanager
def _told(is_postgres: bool) -> Iterator[list[str]]:
    """Every statement of the block. SQLite tells them itself: some are asked of its driver without any layer."""
    seen: list[str] = []

    def execute(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    def traced(statement: str) -> None:
        if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK")) and seen[-1:] != [statement]:  # again by triggers
            seen.append(statement)

    def connected(connection: Any, *_rest: Any) -> None:
        connection.set_trace_callback(traced)

    event, act = ("before_cursor_execute", execute) if is_postgres else ("checkout", connected)
    db.session.rollback()
    sa.event.listen(db.engine, event, act)
    yield seen
    sa.event.remove(db.engine, event, act)
    db.engine.dispose()


def _ordinary(desk: Desk) -> list[float]:
    """Client CPU of each ordinary decision, in seconds."""
    bench, spent = desk.bench, []
    for case_id in bench.cases:
        for _ in ORDINARY:
            program, address, body, _key = desk.request(case_id)
            began = _cpu()
            post(program, address, body)
            spent.append(_cpu() - began)
    bench.bring_back()
    return spent[WARM:]


def _stock_cycle() -> float:
    """Client CPU of loading, completing and dumping the same steps with the library as its manual says, in seconds."""
    stock, spent = engine.Stock(engine._diagrams()), []
    for _ in range(20):
        state = stock.start()
        for _ in ORDINARY:
            began = time.process_time()
            state = stock.complete(stock.load(state), "agree")
            spent.append(time.process_time() - began)
    return statistics.median(spent)


def _share_of_bare(desk: Desk) -> float:
    """What the same statements cost through the same stack and client, as a share of what the decisions cost."""
    bench = desk.bench
    scripts = [decisions.record(bench, case_id) for case_id in bench.cases]
    transactions = [each for script in scripts for each in script if _writes(each)]
    _offer_replay(bench.app, transactions)
    shares = []
    for _ in range(3):
        bench.bring_back()
        real = _cost(_decide_all(desk))
        bench.bring_back()
        program = next(iter(desk.programs.values()))
        replayed = ((program, f"/api/v1/bench/{place}", {"outcome": "agree"}) for place in range(len(transactions)))
        bare = _cost(replayed)
        shares.append(bare / real)
    bench.bring_back()
    return round(statistics.median(shares), 2)


def _writes(transaction: list[tuple[Any, Any]]) -> bool:
    return any(not getattr(clause, "is_select", False) for clause, _parameters in transaction)


def _decide_all(desk: Desk) -> Iterator[tuple[Program, str, Any]]:
    for case_id in desk.bench.cases:
        decisions._take_ids_of(desk.bench, case_id)
        for _ in STEPS:
            program, address, body, _key = desk.request(case_id)
            yield program, address, body


def _cost(requests: Iterator[tuple[Program, str, Any]]) -> float:
    """CPU of client and backends for all of them, without what finds out what to send."""
    spent, server = 0.0, backends_cpu()
    for program, address, body in requests:
        began = _cpu()
        post(program, address, body)
        spent += _cpu() - began
    return spent + backends_cpu() - server


def _offer_replay(app: Flask, transactions: list[list[tuple[Any, Any]]]) -> None:
    """A view that executes one recorded transaction and answers with a small JSON."""

    @allow(ANYONE)
    def replay(place: int) -> Any:
        connection = db.session.connection()
        for clause, parameters in transactions[place]:
            if (result := connection.execute(clause, parameters or None)).returns_rows:
                result.all()
        connection.info.pop(WROTE, None)  # the script has its seals already
        db.session.commit()
        return {"number": place}

    app._got_first_request = False  # a route that only the bench has
    app.add_url_rule("/api/v1/bench/<int:place>", "bench_replay", replay, methods=["POST"])


def _prepared(desk: Desk) -> float:
    """Which share of the statements of later decisions ran prepared."""
    bench, seen, used = desk.bench, list[str](), set[Any]()
    asked = "SELECT coalesce(sum(generic_plans + custom_plans), 0) FROM pg_prepared_statements"
    requests = itertools.islice(_decide_all(desk), len(bench.cases) * len(STEPS))

    def plans() -> int:
        total = 0
        for connection in used:
            total += int(connection.execute(asked, prepare=False).fetchone()[0])
            connection.commit()
        return total

    def execute(_connection: Any, cursor: Any, statement: str, *_rest: Any) -> None:
        used.add(cursor.connection)
        seen.append(statement)

    ran = 0
    for place, (program, address, body) in enumerate(requests):
        if place == len(STEPS) * 12:  # each statement has been seen often enough by now
            seen.clear()
        before = plans()
        sa.event.listen(db.engine, "before_cursor_execute", execute)
        post(program, address, body)
        sa.event.remove(db.engine, "before_cursor_execute", execute)
        if place >= len(STEPS) * 12:
            ran += plans() - before
    bench.bring_back()
    return round(ran / len([each for each in seen if not each.startswith(("SAVEPOINT", "RELEASE"))]), 2)


def _lock_share(desk: Desk) -> float:
    """How much of a decision's time SQLite's one writer's place is held."""
    bench, held, began = desk.bench, list[float](), [0.0]
    commit = db.engine.dialect.do_commit

    def traced(statement: str) -> None:
        if statement.startswith("BEGIN IMMEDIATE"):
            began[0] = time.perf_counter()

    def committed(connection: Any) -> None:
        writes = connection.in_transaction
        commit(connection)
        if writes and began[0]:
            held.append(time.perf_counter() - began[0])
            began[0] = 0.0

    def connected(connection: Any, _record: Any, _proxy: Any) -> None:
        connection.set_trace_callback(traced)

    db.session.rollback()
    sa.event.listen(db.engine, "checkout", connected)
    db.engine.dialect.do_commit = committed  # type: ignore[method-assign]
    walls = []
    held.clear()
    for program, address, body in _decide_all(desk):
        at = time.perf_counter()
        post(program, address, body)
        walls.append(time.perf_counter() - at)
    del db.engine.dialect.do_commit
    sa.event.remove(db.engine, "checkout", connected)
    bench.bring_back()
    return round(sum(held) / sum(walls), 2)


# ── pages ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _pages(desk: Desk) -> list[float]:
    """Client CPU of an inbox, a case and a student, each over that of an empty signed-in page."""
    bench = desk.bench
    row = db.session.execute(
        sa.text("SELECT number, student_id, releasing_school_id FROM cases WHERE id = :id"), {"id": bench.cases[0]}
    ).one()
    db.session.rollback()
    user = db.session.get(factories.User, bench.actors[(row.releasing_school_id, "approver")].user_id)
    browser = Client(bench.app).sign_in(user)
    empty = _page(browser, EMPTY)
    addresses = [each.format(number=row.number, student=row.student_id) for each in PAGES.values()]
    return [round(_page(browser, address) / empty, 1) for address in addresses]


def _page(browser: Client, address: str) -> float:
    spent: list[float] = []
    for _ in range(40):
        began = _cpu()
        answer = apart(browser.browser.get, address)
        spent.append(_cpu() - began)
        if answer.status_code != 200:
            raise RuntimeError(f"{address}: {answer.status}")
    return statistics.median(spent[WARM:])


def _spread(values: list[float]) -> str:
    ordered = sorted(values)
    return f"{ordered[0] * 1000:.1f} to {ordered[-1] * 1000:.1f}, median {statistics.median(ordered) * 1000:.1f} ms"


def measure() -> dict[str, Figure]:
    """Every line of both engines; without a kind in its key a line is PostgreSQL's where a server answers."""
    figures: dict[str, Figure] = {}
    for kind in ["sqlite", *(["postgresql"] if postgres_answers() else [])]:
        lines: list[tuple[str, Callable[[Desk], Any], str, str]] = [
            ("decision.http_statements", _statements, "ordinary / directive / pull", "≤ 6 / 8 / 14, aim 4 / 6 / 10"),
            ("decision.http_share_of_bare", _share_of_bare, "×", "≥ 0.5, aim 0.7"),
            ("page.get_ms", _pages, "× inbox / case / student", "≤ 4, aim 2"),
        ]
        with a_bench(kind) as bench:
            desk = desk_of(bench)
            spent = _ordinary(desk)
            mean = statistics.mean(spent)
            figures[f"decision.http_ms.{kind}"] = Figure(
                round(mean * 1000, 2), "ms CPU", "≤ 8, aim 4", len(spent), _spread(spent)
            )
            stock = _stock_cycle()
            figures[f"decision.http_vs_stock_cycle.{kind}"] = Figure(
                round(mean / stock, 2), "×", "≤ 1.3, aim 0.7", len(spent), f"stock {stock * 1000:.1f} ms"
            )
            for key, ask, unit, goal in lines:
                figures[f"{key}.{kind}"] = Figure(ask(desk), unit, goal, 1, kind)
            if bench.is_postgres:
                figures["decision.prepared"] = Figure(_prepared(desk), "share", "≥ 0.9, aim 1", 1, kind)
            else:
                figures["sqlite.lock_share"] = Figure(_lock_share(desk), "share", "≤ 0.4", len(bench.cases) * 5)
    return figures
