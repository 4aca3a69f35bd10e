"""迁移在办办件, for programs: rehearse, propose, start, watch, undo."""

from __future__ import annotations

from app.access import actor, allow
from app.cases.models import MigratedStatus
from app.database import transaction
from app.studio.api.drafts import bp
from app.studio.api.proposals import DECISION
from app.studio.operations import migrations as operations
from app.studio.presenters.migration_types import MigratedCaseJson, MigrationBriefJson, MigrationJson
from app.studio.presenters.migrations import migrated_case_json, migration_brief, migration_json, rehearsed_json
from app.studio.queries import migrations as queries
from app.studio.transactions import decide_migration, propose_migration, rehearse_migration
from app.web import Asked, Page, one_page, operation, page_of, read_json

VERSION = {"type": "integer", "minimum": 1, "maximum": 2_000_000_000}
REASON = {"type": "string", "title": "迁移原因", "maxLength": 2000, "x-widget": "textarea"}
BEGIN = {
    "type": "object",
    "properties": {
        "from": {**VERSION, "title": "原版本"},
        "to": {**VERSION, "title": "新版本"},
        "rehearse": {"type": "boolean", "title": "只演练，不提出"},
        "mapping": {
            "type": "object",
            "title": "改办为另一环节的环节",
            "additionalProperties": {"type": "string", "maxLength": 60},
            "maxProperties": 60,
        },
        "reason": REASON,
    },
    "required": ["from", "to"],
}
UNDO = {
    "type": "object",
    "properties": {
        "reason": {**REASON, "title": "撤销原因", "minLength": 1},
        "case": {"type": "string", "title": "办件编号，不写则为全部", "maxLength": 24},
    },
    "required": ["reason"],
}
PROCESS = {"type": "string", "maxLength": 40, "description": "流程编号"}
STATUS = {"type": "string", "enum": [each.value for each in MigratedStatus], "description": "状态"}


@bp.post("/processes/<key>/migrations")
@allow("analyst")
@operation(
    "迁移在办办件到另一版本：rehearse 为真时只演练，逐件说明可否迁移；否则写明原因提出，由其他人审批", body=BEGIN
)
def begin_migration(key: str) -> MigrationJson:
    typed, caller = read_json(BEGIN), actor()
    source, target, mapping = typed["from"], typed["to"], typed.get("mapping", {})
    if typed.get("rehearse"):
        said = rehearse_migration(key, source, target, mapping, actor=caller)
        return rehearsed_json(key, source, target, mapping, said)
    migration_id, said = propose_migration(key, source, target, mapping, typed.get("reason", ""), actor=caller)
    return migration_json(queries.migration_for(caller, migration_id), queries.counts_of(migration_id), said)


@bp.get("/migrations")
@allow("analyst", "publisher")
@operation("迁移，新的在前", query={"process": PROCESS})
def list_migrations(asked: Asked) -> Page[MigrationBriefJson]:
    return one_page([migration_brief(each) for each in queries.migrations_of(actor(), process=asked.get("process"))])


@bp.get("/migrations/<int:migration_id>")
@allow("analyst", "publisher")
@operation("一次迁移及其进度")
def show_migration(migration_id: int) -> MigrationJson:
    return _migration(migration_id)


@bp.get("/migrations/<int:migration_id>/cases")
@allow("analyst", "publisher")
@operation("一次迁移的办件，逐件说明结果", query={"status": STATUS}, cursor=(int,))
def list_migrated_cases(migration_id: int, asked: Asked) -> Page[MigratedCaseJson]:
    queries.migration_for(actor(), migration_id)
    status = MigratedStatus(asked["status"]) if "status" in asked else None
    limit = asked["limit"]
    rows = queries.cases_of(migration_id, status=status, after=asked["after"] or 0, limit=limit + 1)
    return page_of(rows, limit, migrated_case_json, lambda each: [each.id])


@bp.post("/migrations/<int:migration_id>/decision")
@allow("publisher")
@operation("审批迁移：agree 开始，由后台逐件办理；send_back 退回（须有意见）；提出人不能审批（E-OWN）", body=DECISION)
def decide_on_migration(migration_id: int) -> MigrationJson:
    typed = read_json(DECISION)
    return _migration(decide_migration(migration_id, typed["outcome"], typed.get("opinion", ""), actor=actor()))


@bp.post("/migrations/<int:migration_id>/withdraw")
@allow("analyst")
@operation("撤回待审批的迁移")
def withdraw_migration(migration_id: int) -> MigrationJson:
    with transaction():
        operations.withdraw(migration_id, actor=actor())
    return _migration(migration_id)


@bp.post("/migrations/<int:migration_id>/undo")
@allow("publisher")
@operation("撤销迁移：此后没有再办理的办件回到原版本；case 只撤销一件（不能的为 E-UNDO）", body=UNDO)
def undo_migration(migration_id: int) -> MigrationJson:
    typed = read_json(UNDO)
    with transaction():
        if "case" in typed:
            operations.undo_case(migration_id, typed["case"], typed["reason"], actor=actor())
        else:
            operations.undo(migration_id, typed["reason"], actor=actor())
    return _migration(migration_id)


def _migration(migration_id: int) -> MigrationJson:
    return migration_json(queries.migration_for(actor(), migration_id), queries.counts_of(migration_id))
