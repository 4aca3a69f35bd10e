"""本地版本: a bureau's own line of versions of a process; the province reads it."""

from __future__ import annotations

import json
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from app.access import actor, allow, found
from app.cases.rules.routing import role_name
from app.database import db, transaction
from app.definitions.models import ProcessVersion
from app.definitions.operations import content_of
from app.definitions.queries import compiled_version
from app.divisions.models import Office
from app.errors import Missing, NotAllowed, Refused, objections_of
from app.identity.models import DUTY_NAMES
from app.studio.operations import switching
from app.studio.presenters.labels import MIGRATION_STATUSES, PROPOSAL_STATUSES, task_lines
from app.studio.queries import catalogue, drafts
from app.studio.queries.migrations import migrations_of
from app.studio.queries.variants import ListedVariant, offered_to, running_on, steps_of_version, variant_for
from app.studio.rules.archives import archive_of
from app.studio.views.catalogue import ZIP, bp
from app.web import typed_text
from app.web.formatting import given_out


@bp.get("/processes/<key>/variants/<office>")
@allow("analyst", "publisher")
def variant(key: str, office: str) -> Any:
    return _page(key, office)


def _page(key: str, office: str, errors: Any = ()) -> str:
    caller = actor()
    own = drafts.line_of(caller) is not None and office == caller.office_code
    listed = _own(key) if own else variant_for(caller, key, office)
    found_drafts = drafts.drafts_of(caller, process=key) if own else []
    return render_template(
        "studio/variant.html",
        process=catalogue.process_of(key),
        office=listed.variant.office if listed else db.session.get_one(Office, caller.office_id),
        own=own,
        listed=listed,
        versions=catalogue.versions_of(key, listed.variant.office_id) if listed else [],
        running=running_on(key),
        drafts=found_drafts,
        proposed=drafts.latest_proposals_of(found_drafts),
        proposals=drafts.proposals_of(caller, process=key) if own else [],
        statuses=PROPOSAL_STATUSES,
        migrations=migrations_of(caller, process=key) if own else [],
        migration_statuses=MIGRATION_STATUSES,
        draws=own and caller.duty == "analyst",
        publishes=own and caller.duty == "publisher",
        errors=errors,
        typed=request.form,
    )


def _own(key: str) -> ListedVariant | None:
    """The bureau's own variant, None where it has none yet. Raises Missing for what has no variants."""
    offered = found({each.key: each for each in offered_to(actor())}.get(key))
    listed: ListedVariant | None = offered.variant
    return listed


@bp.get("/processes/<key>/variants/<office>/versions/<int:number>")
@allow("analyst", "publisher")
def variant_version(key: str, office: str, number: int) -> Any:
    """One version to read: what it adds, its diagram, its steps in words."""
    listed = variant_for(actor(), key, office)
    shown = _version(listed, number)
    steps = steps_of_version(shown)
    return render_template(
        "studio/variant_version.html",
        process=catalogue.process_of(key),
        office=listed.variant.office,
        version=shown,
        is_current=shown.id == listed.variant.current_id,
        running=running_on(key).get(shown.id, 0),
        steps=steps,
        marks=json.dumps({each.key: "done" for each in steps}),
        diagrams=[name for name in shown.files if name.endswith(".bpmn")],
        tasks=task_lines(compiled_version(shown.id)),
        duties=DUTY_NAMES,
        role_name=role_name,
    )


@bp.get("/processes/<key>/variants/<office>/versions/<int:number>/diagrams/<name>")
@allow("analyst", "publisher")
def variant_diagram(key: str, office: str, number: int, name: str) -> Any:
    """A diagram for the picture on the page."""
    version = _version(variant_for(actor(), key, office), number)
    return Response(found(version.files.get(name)), mimetype="application/xml")


@bp.get("/processes/<key>/variants/<office>/versions/<int:number>/export")
@allow("analyst", "publisher")
def variant_archive(key: str, office: str, number: int) -> Any:
    version = _version(variant_for(actor(), key, office), number)
    return given_out(f"{key}-{office}-v{number}.zip", ZIP, archive_of(key, content_of(version)))


def _version(listed: ListedVariant, number: int) -> ProcessVersion:
    return catalogue.version_of(listed.variant.process_key, number, listed.variant.office_id)


@bp.post("/processes/<key>/variant/off")
@allow("publisher")
def switch_variant_off(key: str) -> Any:
    office = actor().office_code
    try:
        with transaction():
            switching.switch_variant_off(key, typed_text("reason"), actor=actor())
    except (Missing, NotAllowed):
        raise
    except Refused as refusal:
        return _page(key, office, list(objections_of(refusal))), 422
    flash("本地版本已停用，新的申请按省级版本办理。", "success")
    return redirect(url_for("studio.variant", key=key, office=office))


@bp.post("/processes/<key>/variant/on")
@allow("publisher")
def switch_variant_on(key: str) -> Any:
    with transaction():
        switching.switch_variant_on(key, actor=actor())
    flash("本地版本已启用。", "success")
    return redirect(url_for("studio.variant", key=key, office=actor().office_code))
