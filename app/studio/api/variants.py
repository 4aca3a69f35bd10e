"""Variants of processes, for programs: the bureau's own, and for the province all of them, to read."""

from __future__ import annotations

from app.access import actor, allow
from app.database import transaction
from app.studio.api.drafts import bp
from app.studio.api.processes import REASON
from app.studio.operations import switching
from app.studio.presenters.json_types import AddedStepJson, VariantJson, VariantVersionJson
from app.studio.presenters.variants import steps_json, variant_json, variant_version_json
from app.studio.queries import catalogue
from app.studio.queries.drafts import draft_for, files_of
from app.studio.queries.variants import running_on, steps_to_add, variant_for, variants_of
from app.web import Asked, Page, one_page, operation, read_json


@bp.get("/variants")
@allow("analyst", "publisher")
@operation(
    "流程的本地版本：县、市局看到本机构的，省级看到全部",
    query={"process": {"type": "string", "maxLength": 40, "description": "流程编号"}},
)
def list_variants(asked: Asked) -> Page[VariantJson]:
    return one_page([variant_json(each) for each in variants_of(actor(), asked.get("process"))])


@bp.get("/processes/<key>/variants/<office>")
@allow("analyst", "publisher")
@operation("一个机构的本地版本")
def show_variant(key: str, office: str) -> VariantJson:
    return variant_json(variant_for(actor(), key, office))


@bp.get("/processes/<key>/variants/<office>/versions/<int:number>")
@allow("analyst", "publisher")
@operation("本地版本的一个版本：新增的环节、流程图和表单")
def show_variant_version(key: str, office: str, number: int) -> VariantVersionJson:
    variant = variant_for(actor(), key, office).variant
    version = catalogue.version_of(key, number, variant.office_id)
    return variant_version_json(version, variant.current_id, running_on(key).get(version.id, 0))


@bp.get("/drafts/<int:draft_id>/steps-to-add")
@allow("analyst", "publisher")
@operation("以省级新版本为底稿的本地草稿：现行本地版本有、草稿中还没有的环节")
def show_steps_to_add(draft_id: int) -> Page[AddedStepJson]:
    draft = draft_for(actor(), draft_id)
    return one_page(steps_json(steps_to_add(draft, files_of(draft.id))))


@bp.post("/processes/<key>/variant/off")
@allow("publisher")
@operation("停用本机构的本地版本：新的申请按省级版本办理，在办的照常办理", body=REASON)
def switch_variant_off(key: str) -> VariantJson:
    typed, caller = read_json(REASON), actor()
    with transaction():
        switching.switch_variant_off(key, typed["reason"], actor=caller)
    return variant_json(variant_for(caller, key, caller.office_code))


@bp.post("/processes/<key>/variant/on")
@allow("publisher")
@operation("启用本机构的本地版本")
def switch_variant_on(key: str) -> VariantJson:
    caller = actor()
    with transaction():
        switching.switch_variant_on(key, actor=caller)
    return variant_json(variant_for(caller, key, caller.office_code))
