"""流程库: processes and their versions; switching off and on."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for

from app.access import actor, allow, found
from app.database import transaction
from app.definitions.operations import content_of
from app.definitions.queries import compiled_version
from app.divisions.models import BUREAUS, WATCHES
from app.errors import Refused, objections_of
from app.identity.models import DUTY_NAMES
from app.studio.operations import switching
from app.studio.presenters.labels import MIGRATION_STATUSES, PROPOSAL_STATUSES, task_lines
from app.studio.queries import catalogue, drafts
from app.studio.queries.migrations import count_proposed, migrations_of
from app.studio.queries.variants import offered_to, variants_of
from app.studio.rules.archives import archive_of
from app.studio.rules.files import media_type_of
from app.web import add_menu, typed_text
from app.web.formatting import given_out

bp = Blueprint("studio", __name__, url_prefix="/studio", template_folder="../templates")
ZIP = "application/zip"


def open_proposals_count() -> int:
    """Proposals that wait for a publisher; counted once per request."""
    if "open_proposals" not in g:
        g.open_proposals = drafts.count_open_proposals(actor())
    return int(g.open_proposals)


def proposed_migrations_count() -> int:
    """Migrations that wait for a publisher; counted once per request."""
    if "proposed_migrations" not in g:
        g.proposed_migrations = count_proposed(actor())
    return int(g.proposed_migrations)


DRAWS = ("analyst", "publisher")
add_menu("流程", "流程库", "studio.index", DRAWS, kinds=("province",))
add_menu("流程", "本地流程", "studio.index", DRAWS, kinds=BUREAUS)
add_menu("流程", "发布申请", "studio.proposals", DRAWS, open_proposals_count, kinds=WATCHES)
add_menu("流程", "迁移在办办件", "studio.migrations", DRAWS, proposed_migrations_count, kinds=WATCHES)


@bp.get("/")
@allow("analyst", "publisher")
def index() -> Any:
    """The processes of the province; of a bureau those in which its schools apply, with its variants."""
    wanted = request.args.get("q", "").strip()
    found_drafts = [each for each in drafts.drafts_of(actor()) if _speaks_of(wanted, each.name, each.process_key)]
    if drafts.line_of(actor()) is not None:
        return render_template(
            "studio/variants.html",
            drafts=found_drafts,
            proposed=drafts.latest_proposals_of(found_drafts),
            processes=offered_to(actor()),
            office=actor().office_code,
            draws=actor().duty == "analyst",
        )
    return render_template(
        "studio/index.html",
        drafts=found_drafts,
        proposed=drafts.latest_proposals_of(found_drafts),
        processes=[each for each in catalogue.processes() if _speaks_of(wanted, each.process.name, each.process.key)],
        wanted=wanted,
        draws=actor().duty == "analyst",
        errors=[],
        typed={},
    )


def _speaks_of(wanted: str, *names: str) -> bool:
    """Every word that is searched for stands in the name or the key of a process."""
    return all(any(word.lower() in name.lower() for name in names) for word in wanted.split())


@bp.get("/processes/<key>")
@allow("analyst", "publisher")
def process(key: str) -> Any:
    drafts.require_drawing(actor())
    if drafts.line_of(actor()) is not None:
        return redirect(url_for("studio.variant", key=key, office=actor().office_code))
    return _process(key, [])


def _process(key: str, errors: list[Any]) -> str:
    drafts.require_studio(actor())
    found_drafts = drafts.drafts_of(actor(), process=key)
    return render_template(
        "studio/process.html",
        process=catalogue.process_of(key),
        versions=catalogue.versions_of(key),
        running=catalogue.open_cases(key),
        drafts=found_drafts,
        proposed=drafts.latest_proposals_of(found_drafts),
        proposals=drafts.proposals_of(actor(), process=key),
        statuses=PROPOSAL_STATUSES,
        variants=variants_of(actor(), key),
        migrations=migrations_of(actor(), process=key),
        migration_statuses=MIGRATION_STATUSES,
        draws=actor().duty == "analyst",
        publishes=actor().duty == "publisher",
        errors=errors,
        typed=request.form,
    )


@bp.get("/processes/<key>/versions/<int:number>")
@allow("analyst", "publisher")
def version(key: str, number: int) -> Any:
    """One version to read: its diagram, its steps in words, its files."""
    drafts.require_studio(actor())
    shown = catalogue.version_of(key, number)
    texts = content_of(shown).texts()
    return render_template(
        "studio/version.html",
        process=catalogue.process_of(key),
        version=shown,
        running=catalogue.open_cases(key).get((key, shown.id), 0),
        diagrams=[name for name in texts if name.endswith(".bpmn")],
        files=[(name, len(text.encode())) for name, text in texts.items()],
        tasks=task_lines(compiled_version(shown.id)),
        duties=DUTY_NAMES,
        draws=actor().duty == "analyst",
    )


@bp.get("/processes/<key>/versions/<int:number>/diagrams/<name>")
@allow("analyst", "publisher")
def version_diagram(key: str, number: int, name: str) -> Any:
    """A diagram for the picture on the page."""
    drafts.require_studio(actor())
    return Response(found(catalogue.version_of(key, number).files.get(name)), mimetype="application/xml")


@bp.get("/processes/<key>/versions/<int:number>/files/<name>")
@allow("analyst", "publisher")
def version_file(key: str, number: int, name: str) -> Any:
    drafts.require_studio(actor())
    text = found(content_of(catalogue.version_of(key, number)).texts().get(name))
    return given_out(name, media_type_of(name), text.encode())


@bp.get("/processes/<key>/versions/<int:number>/export")
@allow("analyst", "publisher")
def version_archive(key: str, number: int) -> Any:
    drafts.require_studio(actor())
    archive = archive_of(key, content_of(catalogue.version_of(key, number)))
    return given_out(f"{key}-v{number}.zip", ZIP, archive)


@bp.post("/processes/<key>/off")
@allow("publisher")
def switch_off(key: str) -> Any:
    try:
        with transaction():
            name = switching.switch_off(key, typed_text("reason"), actor=actor()).name
    except Refused as refusal:
        catalogue.process_of(key)
        return _process(key, list(objections_of(refusal))), 422
    flash(f"流程“{name}”已停用，在办的办件照常办理。", "success")
    return redirect(url_for("studio.process", key=key))


@bp.post("/processes/<key>/on")
@allow("publisher")
def switch_on(key: str) -> Any:
    with transaction():
        name = switching.switch_on(key, actor=actor()).name
    flash(f"流程“{name}”已启用。", "success")
    return redirect(url_for("studio.process", key=key))
