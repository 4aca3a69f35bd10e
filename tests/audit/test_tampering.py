"""Whoever can write to the database cannot rewrite what happened unseen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from flask import Flask

from app import audit
from app.audit import CHAINS, EVENTS, GENESIS
from app.backup.triggers import unguarded
from app.database import db, execute, transaction
from app.identity.operations import nobody
from tests.support import factories

CHAIN = audit.ANONYMOUS


@pytest.fixture
def five(app: Flask) -> Flask:
    """A chain of five events, and another that nobody touches."""
    factories.a_bureau("330000")
    for number in range(5):
        with transaction():
            audit.record("identity/sign_in", f"user:{number}", actor=nobody(), after={"number": number})
    execute(sa.insert(CHAINS).values(chain="330106", place=0, hash=GENESIS))
    db.session.commit()
    return app


def verdict(app: Flask, *options: str) -> tuple[int, str]:
    """The exit code and what was said."""
    result = app.test_cli_runner().invoke(args=["audit", "verify", *options])
    return result.exit_code, result.output


def event(place: int) -> dict[str, Any]:
    return dict(execute(sa.select(EVENTS).where(EVENTS.c.chain == CHAIN, EVENTS.c.place == place)).one()._mapping)


def write(place: int, /, **values: Any) -> None:
    execute(sa.update(EVENTS).where(EVENTS.c.chain == CHAIN, EVENTS.c.place == place).values(**values))


def remove(*places: int) -> None:
    execute(sa.delete(EVENTS).where(EVENTS.c.chain == CHAIN, EVENTS.c.place.in_(places)))


def change() -> None:
    write(3, content=event(3)["content"].replace("user:2", "user:9"), subject="user:9")


def change_what_is_searched_only() -> None:
    write(3, verb="identity/sign_out")


def change_the_hour_only() -> None:
    write(3, at=event(2)["at"])


def change_the_last() -> None:
    row = event(5)
    write(5, content=row["content"].replace("user:4", "user:9"), subject="user:9")


def write_nonsense_and_hash_it() -> None:
    link = audit.link_of(event(4)["hash"], "nonsense")
    write(5, content="nonsense", hash=link)
    execute(sa.update(CHAINS).where(CHAINS.c.chain == CHAIN).values(hash=link))


def remove_from_the_middle() -> None:
    remove(2, 3)


def remove_and_close_the_gap() -> None:
    remove(3)
    write(4, place=3)
    write(5, place=4)
    execute(sa.update(CHAINS).where(CHAINS.c.chain == CHAIN).values(place=4))


def remove_the_last() -> None:
    remove(5)


def remove_all() -> None:
    remove(1, 2, 3, 4, 5)


def remove_the_head() -> None:
    execute(sa.delete(CHAINS).where(CHAINS.c.chain == CHAIN))


def insert_between() -> None:
    for place in (5, 4):
        write(place, place=place + 1)
    execute(sa.insert(EVENTS).values({**event(3), "place": 4}))
    execute(sa.update(CHAINS).where(CHAINS.c.chain == CHAIN).values(place=6))


def append_properly_hashed() -> None:
    row = event(5)
    execute(sa.insert(EVENTS).values({**row, "place": 6, "hash": audit.link_of(row["hash"], row["content"])}))


def swap_two() -> None:
    two, three = event(2), event(3)
    remove(2, 3)
    for row, place in ((two, 3), (three, 2)):
        execute(sa.insert(EVENTS).values({**row, "place": place}))


def swap_two_texts() -> None:
    told = ("content", "verb", "subject", "at", "actor_id")
    two, three = event(2), event(3)
    write(2, **{name: three[name] for name in told})
    write(3, **{name: two[name] for name in told})


FOUND: dict[Callable[[], None], str] = {
    change: "第 3 条日志被改动或被插入",
    change_what_is_searched_only: "第 3 条日志的检索栏与原文不一致",
    change_the_hour_only: "第 3 条日志的检索栏与原文不一致",
    change_the_last: "第 5 条日志被改动或被插入",
    write_nonsense_and_hash_it: "第 5 条日志的检索栏与原文不一致",
    remove_from_the_middle: "第 2 条至第 3 条日志缺失",
    remove_and_close_the_gap: "第 3 条日志被改动或被插入",
    remove_the_last: "第 5 条日志缺失：链尾被删除",
    remove_all: "第 1 条至第 5 条日志缺失：链尾被删除",
    remove_the_head: "第 1 条至第 5 条日志未经登记：链尾被增加",
    insert_between: "第 4 条日志被改动或被插入",
    append_properly_hashed: "第 6 条日志未经登记：链尾被增加",
    swap_two: "第 2 条日志被改动或被插入",
    swap_two_texts: "第 2 条日志被改动或被插入",
}


def forge_as_owner(forge: Callable[[], None]) -> None:
    """Whoever owns the database can stand its guards down."""
    with unguarded(db.session.connection(), [EVENTS]):
        forge()
    db.session.commit()


@pytest.mark.parametrize("forge", [change_the_last, remove_the_last])
def test_the_application_itself_can_only_append(five: Flask, forge: Callable[[], None]) -> None:
    with pytest.raises(sa.exc.IntegrityError, match="only appended to"):
        forge()
    db.session.rollback()

    assert verdict(five)[0] == 0


def test_an_untouched_chain_holds(five: Flask) -> None:
    assert verdict(five) == (0, "日志链完整\n")


@pytest.mark.parametrize("forge", FOUND, ids=lambda forge: forge.__name__)
def test_each_forgery_is_found_where_it_is(five: Flask, forge: Callable[[], None]) -> None:
    forge_as_owner(forge)

    code, said = verdict(five)

    assert code == 1
    assert f"链 {CHAIN}：{FOUND[forge]}" in said
    assert "链 330106" not in said


def rewrite_from(place: int) -> None:
    """What only somebody who knows this program would do: a new chain, head and all."""
    link = event(place - 1)["hash"]
    for number in range(place, 6):
        content = event(number)["content"].replace('"program"', '"Program"').replace("系统", "系统员")
        link = audit.link_of(link, content)
        write(number, content=content, hash=link)
    execute(sa.update(CHAINS).where(CHAINS.c.chain == CHAIN).values(hash=link))


def remove_the_last_and_move_the_head() -> None:
    remove(5)
    execute(sa.update(CHAINS).where(CHAINS.c.chain == CHAIN).values(place=4, hash=event(4)["hash"]))


def remove_the_whole_chain() -> None:
    remove_all()
    remove_the_head()


@pytest.mark.parametrize(
    "forge", [lambda: rewrite_from(3), remove_the_last_and_move_the_head], ids=["rewritten", "shortened"]
)
def test_a_chain_rewritten_with_its_head_is_found_by_what_is_kept_elsewhere(
    five: Flask, tmp_path: Path, forge: Callable[[], None]
) -> None:
    kept = tmp_path / "heads.json"
    assert five.test_cli_runner().invoke(args=["audit", "anchor", str(kept)]).exit_code == 0
    assert verdict(five, "--anchor", str(kept))[0] == 0
    forge_as_owner(forge)
    assert verdict(five)[0] == 0, "the database alone cannot tell"

    code, said = verdict(five, "--anchor", str(kept))

    assert code == 1
    assert f"链 {CHAIN}：第 5 条日志与留存的链尾不符" in said


def test_the_chain_may_grow_after_its_heads_were_kept(five: Flask, tmp_path: Path) -> None:
    kept = tmp_path / "heads.json"
    five.test_cli_runner().invoke(args=["audit", "anchor", str(kept)])
    with transaction():
        audit.record("identity/sign_in", "user:later", actor=nobody())

    assert verdict(five, "--anchor", str(kept))[0] == 0


def test_forged_heads_are_refused(five: Flask, tmp_path: Path) -> None:
    kept = tmp_path / "heads.json"
    five.test_cli_runner().invoke(args=["audit", "anchor", str(kept)])
    told = orjson.loads(kept.read_bytes())
    kept.write_bytes(orjson.dumps({**told, "content": told["content"].replace('[5,"', '[4,"')}))

    code, said = verdict(five, "--anchor", str(kept))

    assert (code, "签名不符" in said) == (1, True)
    kept.write_text("{}")
    assert "不是链尾文件" in verdict(five, "--anchor", str(kept))[1]
    assert "不是链尾文件" in verdict(five, "--anchor", str(tmp_path / "none"))[1]
