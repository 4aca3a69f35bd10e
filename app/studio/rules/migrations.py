"""Why a migration cannot be proposed, decided or undone."""

from __future__ import annotations

from app.cases.models import MigrationStatus
from app.errors import NotAllowed, Refused
from app.studio.rules.refusals import OwnProposal

STATUS_NAMES = {
    MigrationStatus.PROPOSED: "待审批",
    MigrationStatus.RUNNING: "迁移中",
    MigrationStatus.DONE: "已完成",
    MigrationStatus.RETURNED: "已退回",
    MigrationStatus.WITHDRAWN: "已撤回",
    MigrationStatus.UNDOING: "撤销中",
    MigrationStatus.UNDONE: "已撤销",
}


class MigrationUnderWay(Refused):
    """One migration of a process at a time."""

    code = "E-MIGRATION"
    text = "流程“{name}”已有第 {number} 号迁移{status}，请等它结束后再提出。"


class NothingToMigrate(MigrationUnderWay):
    """No case runs there, or none of them can go over."""

    text = "{why}，没有可以迁移的办件。"


class NotUndoable(MigrationUnderWay):
    """A migration that was never carried out, or has been undone."""

    text = "第 {number} 号迁移{status}，不能撤销。"


class OwnMigration(OwnProposal, NotAllowed):
    """Who has proposed a migration does not start it."""

    text = "这次迁移由您提出，须由其他发布员审批。"
