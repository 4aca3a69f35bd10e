"""Loads a province of any size into an empty PostgreSQL database."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable

import sqlalchemy as sa

from app import audit
from app.audit import next_seal_number
from app.database import Model, db, end_reading, execute, transaction
from app.demo import people as accounts
from app.demo import schools, students
from app.demo.bulk import write_many
from app.demo.cases import people_at_office
from app.demo.scale import figures
from app.demo.scale.children import Deck, Ids, places_of
from app.demo.scale.filling import Work, divide, fill, rebuild
from app.demo.scale.kinds import CLOSED, OPEN
from app.demo.scale.lives import Life, lives_of
from app.demo.scale.population import CHILDREN_OF_A_CLASS, Cohort, cohorts, found_schools, sites
from app.demo.scale.walks import place, walk
from app.demo.schools import Province
from app.demo.size import WHOLE
from app.demo.unfinished import BEGUN, LOADED
from app.errors import Refused
from app.identity.models import User
from app.identity.operations import nobody
from app.schema.constraints import Taken, refer, take_away
from app.schools.models import Quota, SchoolClass, stage_of
from app.students.models import Student

SEED = 2010
SPARE = 10  # seats of a cohort that nobody has; a twentieth where that is more
ONE_FOR_EACH = {"student", "cases"}


class NotPostgresql(Refused):
    """Only PostgreSQL takes rows by COPY, and nobody measures a province on SQLite."""

    code = "E-DEMO-04"
    text = "按规模生成的数据只能装入 PostgreSQL 数据库。请先将 XUEJI_DATABASE_URL 设为一个空的 PostgreSQL 数据库。"


class NotEmpty(Refused):
    """Somebody is in the database, made up or real."""

    code = "E-DEMO-05"
    text = "数据库不是空的，不能按规模装入数据。请另建一个空数据库。"


def load(say: Callable[[str], object], children: int) -> None:
    """Fill the empty database with so many children, a case for each.

    Not in one transaction: what a killed load has left counts as unfinished. Raises NotPostgresql, NotEmpty.
    """
    if db.engine.dialect.name != "postgresql":
        raise NotPostgresql()
    if any(db.session.scalar(sa.select(each.id).limit(1)) is not None for each in (User, Student)):
        raise NotEmpty()
    end_reading()
    began = time.monotonic()

    def tell(what: str) -> None:
        say(f"{time.monotonic() - began:6.1f} 秒  {what}")

    _load(tell, children)


def _load(tell: Callable[[str], object], children: int) -> None:
    chance = random.Random(SEED)
    with transaction():
        province = schools.found(WHOLE, chance)
        found_schools(province, children, chance)
        tell(f"学校 {len(province.schools)} 所")
        accounts.found(province)
        students.take_over(province)
        places = sites(province)
        pupils = cohorts(province, places, children - len(OPEN) - len(CLOSED))
        classes = _open_classes(province, pupils)
        walked = place(province, [*OPEN, *CLOSED])
        _allow(pupils, Counter((each.child.school.id, each.child.grade) for each in walked))
        audit.record(BEGUN, "province:330000", actor=nobody(), after={"schools": len(province.schools)})
    tell("账号、班级与学额；样例办件")
    people = people_at_office()
    walk(province, walked, people, chance)
    lives = lives_of(walked, people)
    tables = sorted({each.table for life in lives for each in life.stamps} | {"case_office", "name_part"})
    ids, gaps = _ids(lives), places_of(province, places, people)
    with transaction():
        number = next_seal_number()
        taken = take_away(db.session.connection(), tables)
    work = Work(gaps, Deck(lives), ids, classes, number, divide(pupils, children), children)
    tell("学生与办件")
    fill(work, _by_twentieths(tell, children))
    tell("索引")
    rebuild(taken, lambda: _between(taken, tell), len(work.parts))
    tell("统计")
    figures.count(ids.first)
    with transaction():
        audit.record(LOADED, "province:330000", actor=nobody(), after={"children": children})
    _say_what_there_is(tell)


def _between(taken: list[Taken], tell: Callable[[str], object]) -> None:
    tell("外键与触发器")
    with transaction():
        refer(db.session.connection(), taken)


def _by_twentieths(tell: Callable[[str], object], children: int) -> Callable[[int], None]:
    told = Counter[str]()

    def progress(done: int) -> None:
        if done * 20 // children > told["parts"]:
            told["parts"] = done * 20 // children
            tell(f"学生与办件 {done}")

    return progress


def _open_classes(province: Province, pupils: list[Cohort]) -> dict[tuple[int, str], list[int]]:
    """As many classes in each grade as its children fill, two at least; the ids by school and grade."""
    present = {(school.id, grade): list(ids) for school in province.schools for grade, ids in school.classes.items()}
    last, rows = max(max(ids) for ids in present.values() if ids), []
    found: dict[tuple[int, str], list[int]] = {}
    for each in pupils:
        ids = found[each.site.id, each.grade] = present.get((each.site.id, each.grade), [])
        while len(ids) < max(2, -(-each.children // CHILDREN_OF_A_CLASS)):
            last += 1
            ids.append(last)
            rows.append(
                {
                    "id": last,
                    "school_id": each.site.id,
                    "stage": stage_of(each.grade),
                    "entry_year": each.entry_year,
                    "number": len(ids),
                }
            )
    if rows:
        write_many({SchoolClass: rows})
    return found


def _allow(pupils: list[Cohort], walked: Counter[tuple[int, str]]) -> None:
    """Seats for everybody who comes, some to spare; `walked` counts by school and grade whom the patterns put there."""
    rows = []
    for each in pupils:
        used = each.children + walked[each.site.id, each.grade]
        spare = 0 if each.site.full else max(SPARE, used // 20)
        rows.append(
            {
                "school_id": each.site.id,
                "stage": stage_of(each.grade),
                "entry_year": each.entry_year,
                "total": used + spare,
                "used": used,
                "reserved": 0,
            }
        )
    write_many({Quota: rows})


def _ids(lives: list[Life]) -> Ids:
    """Behind the ids that are there, as many for each child as the longest life takes."""
    each: dict[str, int] = {}
    for life in lives:
        for table, many in life.many.items():
            if "id" in Model.metadata.tables[table].c:
                each[table] = max(each.get(table, 0), many)
    first = {
        table: (execute(sa.select(sa.func.max(Model.metadata.tables[table].c.id))).scalar() or 0) + 1 for table in each
    }
    return Ids(first, {table: many for table, many in each.items() if table not in ONE_FOR_EACH})


def _say_what_there_is(tell: Callable[[str], object]) -> None:
    for what, query in (
        ("学生", "SELECT count(*) FROM student"),
        ("办件", "SELECT count(*) FROM cases"),
        ("在办环节", "SELECT count(*) FROM task WHERE status = 'open'"),
        ("已办环节", "SELECT count(*) FROM task WHERE status <> 'open'"),
        ("流转依据", "SELECT count(*) FROM route_step"),
    ):
        tell(f"{what} {execute(sa.text(query)).scalar()}")
    end_reading()
