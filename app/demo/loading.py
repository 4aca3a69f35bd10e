"""Loads the demo province into an empty database, with its progress shown."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import sqlalchemy as sa

from app import audit
from app.database import db, end_reading, transaction
from app.demo import cases, changes, graduates, lived_in, people, plans, schools, students
from app.demo.size import WHOLE, Size
from app.demo.unfinished import BEGUN, LOADED, Unfinished, alone, holds_somebody_real, is_unfinished
from app.errors import Refused
from app.identity.models import User
from app.identity.operations import nobody

SEED = 2010


class SomebodyReal(Refused):
    code = "E-DEMO"
    text = "数据库中有真实的用户或学生，不能装入演示数据。"


def load(say: Callable[[str], object], size: Size = WHOLE) -> None:
    """Load the demo province; nothing happens where it is loaded already.

    Raises SomebodyReal when the database holds anybody who is no demo person, Unfinished when an earlier load was
    killed, BeingLoaded.
    """
    if holds_somebody_real():
        raise SomebodyReal()
    if is_unfinished():
        raise Unfinished()
    if db.session.scalar(sa.select(User.id).limit(1)):
        say("演示数据已经装入")
        return
    end_reading()
    with alone():
        _load(say, size)


def _load(say: Callable[[str], object], size: Size) -> None:
    began = time.monotonic()

    def tell(percent: int, what: str) -> None:
        say(f"装入演示省 {percent:3d} %  {what}  （{time.monotonic() - began:.0f} 秒）")

    chance = random.Random(SEED)
    with transaction():
        tell(0, "行政区划、教育局与学校")
        province = schools.found(size, chance)
        tell(10, f"学校 {len(province.schools)} 所；账号")
        people.found(province)
        students.take_over(province)
        audit.record(BEGUN, "province:330000", actor=nobody(), after={"schools": len(province.schools)})
    tell(15, "去年夏天的毕业生")
    actors = cases.people_at_office()
    finished = graduates.finish_some(province, actors, random.Random(SEED + 1))
    with transaction():
        tell(20, f"毕业生 {finished} 名；学生与电子学籍档案")
        children = students.enrol(province, chance)
        tell(60, f"学生 {len(children)} 名；已办结的转学")
        closed = cases.close_many(province, children, chance)
    tell(75, f"已办结 {closed} 件；招生方案与在办的转学")
    # before anybody writes into a cohort that has closed since: that proves what it held
    proposed = plans.propose_some(province, actors, size.plans, chance)
    if size.lived_in:
        plans.recruit(actors)
    opened = proposed + cases.open_many(
        province, children, size.transfers, chance, lambda part: tell(75 + part * 20 // 100, "在办的转学")
    )
    tell(95, "其他在办业务")
    opened += changes.open_others(province, children, actors, size.each, chance)
    if size.lived_in:
        tell(97, "待办与近几个月办结的业务")
        opened += lived_in.settle(province, children, actors, size.lived_in, random.Random(SEED + 2))
    with transaction():
        audit.record(LOADED, "province:330000", actor=nobody(), after={"schools": len(province.schools)})
    tell(100, f"在办 {opened} 件。完成")
