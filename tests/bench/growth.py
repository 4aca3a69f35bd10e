"""What grows with the province: a decision and an inbox page at two million cases against an almost empty database.

`XUEJI_BENCH_PROVINCE` names the database, as for `lists`; the decisions that are measured there stay decided.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.cases.models import Task, TaskStatus
from app.database import db
from app.demo.people import PASSWORD
from app.identity.models import Duty, Post, User
from tests.bench import Figure, inbox
from tests.bench.decisions import a_bench
from tests.bench.lists import PROVINCE, sign_in, size, time_in_database
from tests.bench.requests import ORDINARY, WARM, Desk, backends_cpu, desk_of, post
from tests.conftest import make_app
from tests.support import factories
from tests.support.client import Client, Program, apart
from tests.support.databases import postgres_answers

CASES = 24  # each is decided at three desks
FEW = 1000  # open tasks of the small inbox
LOOKS = 60
BUSY = "330106.approver"  # 20,000 tasks wait there
SKIPPED = "not measured: XUEJI_BENCH_PROVINCE names no province"


class _Programs(dict[int, Program]):
    """The programs of the approvers of every office, signed in when first asked for."""

    def __init__(self, app: Flask) -> None:
        super().__init__()
        self.app = app

    def __missing__(self, office: int) -> Program:
        username = db.session.scalar(
            sa.select(sa.func.min(User.username))
            .join(Post, Post.user_id == User.id)
            .where(Post.office_id == office, Post.duty == Duty.APPROVER)
        )
        db.session.rollback()
        program = self[office] = Program(self.app, str(username), PASSWORD)
        return program


@contextmanager
def _province(url: str) -> Iterator[Flask]:
    """The application before it, made as the one of the small database: answers are compared with the description."""
    app = make_app(url)
    app.config.update({each: os.environ[f"XUEJI_{each}"] for each in ("SECRET_KEY", "FIELD_KEY")})
    with app.app_context():
        yield app
        db.session.rollback()
        db.engine.dispose()


def _fresh(many: int) -> Sequence[int]:
    """Transfers at the desk of the receiving school, from all over the province."""
    query = sa.select(Task.case_id).where(Task.key == ORDINARY[0], Task.status == TaskStatus.OPEN)
    last = db.session.scalar(sa.select(sa.func.max(Task.id))) or 0
    found = []
    for place in range(many):
        found += db.session.scalars(query.where(Task.id > last * place // many).order_by(Task.id).limit(1))
    db.session.rollback()
    return found


def _cost(desk: Desk, cases: Sequence[int]) -> tuple[float, float]:
    """Milliseconds of CPU that an ordinary decision takes: of the client (median), of PostgreSQL (mean)."""
    spent, before = [], 0.0
    for case_id in cases:
        for _ in ORDINARY:
            program, address, body, _key = desk.request(case_id)
            if len(spent) == WARM:
                before = backends_cpu()
            began = time.process_time()
            post(program, address, body)
            spent.append(time.process_time() - began)
    counted = spent[WARM:]
    return statistics.median(counted) * 1000, (backends_cpu() - before) / len(counted) * 1000


def _inbox(look: Callable[[], object]) -> float:
    """Milliseconds in the database of an inbox page, the median."""
    return statistics.median([time_in_database(look) for _ in range(LOOKS)][WARM:])


def _look(browser: Any) -> Callable[[], object]:
    return lambda: apart(browser.get, "/inbox")


def measure() -> dict[str, Figure]:
    """The small database first, then the province, in one run."""
    url = os.environ.get(PROVINCE)
    if not url or not postgres_answers():
        return {
            "decision.growth": Figure("skipped", "×", "≤ 1.1", 0, SKIPPED),
            "inbox.growth_ms": Figure("skipped", "ms", "≤ 2", 0, SKIPPED),
        }
    with a_bench("postgresql", cases=CASES // 4) as bench:
        few = _cost(desk_of(bench), bench.cases)
    with a_bench("postgresql", cases=0) as bench:
        user = db.session.get(factories.User, inbox.fill(FEW, offices=10).user_id)
        short = _inbox(_look(Client(bench.app).sign_in(user).browser))
    with _province(url) as app:
        many = _cost(Desk(None, _Programs(app)), _fresh(CASES))
        long = _inbox(_look(sign_in(app, BUSY)))
        where = size()
    told = f"client {few[0]:.1f} → {many[0]:.1f}, PostgreSQL {few[1]:.1f} → {many[1]:.1f} ms of CPU; {where}"
    return {
        "decision.growth": Figure(round(sum(many) / sum(few), 2), "×", "≤ 1.1", CASES * len(ORDINARY), told),
        "inbox.growth_ms": Figure(round(long - short, 2), "ms", "≤ 2", LOOKS, f"{short:.1f} → {long:.1f} ms; {where}"),
    }
