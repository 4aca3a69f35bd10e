"""What the first page shows to analysts and publishers."""

from __future__ import annotations

from collections.abc import Iterator

from flask import url_for

from app.access import Actor
from app.divisions.models import BUREAUS
from app.studio.queries import drafts, halts
from app.studio.queries.variants import variants_of
from app.studio.views.catalogue import open_proposals_count, proposed_migrations_count
from app.web.home import Tile, add_tiles

MOST_SAID = 3  # returned proposals whose opinion stands on the first page; all stand in the library


def _tiles(caller: Actor) -> Iterator[Tile]:
    yield from _of_drawing(caller, "可从流程库改动已发布的流程，或新建流程。")
    yield _of_migrations()
    halted, failed = len(halts.halts(caller)), len(halts.incidents(caller))
    note = f"另有 {failed} 件后台没有办成" if failed else "后台办理正常"
    yield Tile("halts", "已挂起的流程与办件", url_for("studio.running"), halted, note=note)


def _tiles_of_bureau(caller: Actor) -> Iterator[Tile]:
    yield from _of_drawing(caller, "可从本地流程打开一个流程，为所属学校的申请新增环节。")
    behind = sum(each.is_behind for each in variants_of(caller))
    note = "省级已发布新版本，请以其为底稿重新添加本地环节" if behind else ""
    yield Tile("variants", "待更新的本地版本", url_for("studio.index"), behind, note=note)
    yield _of_migrations()


def _of_migrations() -> Tile:
    return Tile("migrations", "待决定的办件迁移", url_for("studio.migrations"), proposed_migrations_count())


def _of_drawing(caller: Actor, what_next: str) -> Iterator[Tile]:
    publishes = caller.duty == "publisher"
    open_drafts = drafts.drafts_of(caller)
    note = "" if open_drafts else f"没有未完成的草稿；{what_next}"
    yield Tile("drafts", "流程草稿", url_for("studio.index"), len(open_drafts), note=note)
    if not publishes:
        returned = [each for each in drafts.latest_proposals_of(open_drafts).values() if each.is_returned]
        said = [
            f"“{each.draft.name}”由{each.decided_by.name}退回：{each.opinion}" for each in returned if each.decided_by
        ]
        yield Tile(
            "returned", "退回的发布申请", url_for("studio.index"), len(returned), note="；".join(said[:MOST_SAID])
        )
    note = "由您审核发布" if publishes else "等待发布员审核"
    yield Tile("proposals", "发布申请", url_for("studio.proposals"), open_proposals_count(), note=note)


add_tiles(_tiles, ("analyst", "publisher"), kinds=("province",))
add_tiles(_tiles_of_bureau, ("analyst", "publisher"), kinds=BUREAUS)
