"""迁移在办办件: rehearse, propose, start as another person, watch, undo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from app.access import actor, allow
from app.cases.models import MigratedStatus, Migration, MigrationStatus
from app.cases.queries.migrations import MOST_CASES, MigrationRehearsal
from app.database import transaction
from app.definitions.models import ProcessVersion
from app.errors import InvalidInput, Missing, NotAllowed, Refused, Stale, objections_of
from app.studio.operations import migrations as operations
from app.studio.presenters.labels import MIGRATED_STATUSES, MIGRATION_STATUSES, VERDICTS
from app.studio.queries import catalogue
from app.studio.queries import migrations as queries
from app.studio.queries.drafts import line_of, require_drawing
from app.studio.transactions import decide_migration, propose_migration, rehearse_migration
from app.studio.views.catalogue import bp
from app.web import typed_text, whole_number
from app.web.pagination import decode_cursor, encode_cursor

PAGE = 100  # cases of a migration on one page
SHOWN = 200  # numbers of one group of a rehearsal; programs get all of them
WORKING = (MigrationStatus.RUNNING, MigrationStatus.UNDOING)
MAP = "map."  # before the key of a step in the names of the form


@bp.get("/processes/<key>/migrations/new")
@allow("analyst")
def new_migration(key: str) -> Any:
    """Choose two versions; with them, what would become of every case."""
    require_drawing(actor())
    return _new_page(key, request.args)


@bp.post("/processes/<key>/migrations")
@allow("analyst")
def propose_new_migration(key: str) -> Any:
    require_drawing(actor())
    typed = request.form
    try:
        source, target = _versions(typed)
        migration_id, _said = propose_migration(
            key, source, target, _mapping(typed), typed_text("reason"), actor=actor()
        )
    except (Missing, NotAllowed):
        raise
    except Refused as refusal:
        return _new_page(key, typed, objections_of(refusal)), 422
    flash("已提出迁移，待发布员审批。", "success")
    return redirect(url_for("studio.migration", migration_id=migration_id))


def _versions(typed: Mapping[str, str]) -> tuple[int, int]:
    """The numbers of the two versions. Raises InvalidInput."""
    source, target = (whole_number(typed.get(name, ""), least=1) for name in ("from", "to"))
    if source is None or target is None:
        raise InvalidInput(sentence="请选择两个版本。", field="from" if source is None else "to")
    return source, target


def _mapping(typed: Mapping[str, str]) -> dict[str, str]:
    return {name.removeprefix(MAP): value for name, value in typed.items() if name.startswith(MAP) and value}


def _new_page(key: str, typed: Mapping[str, str], errors: Sequence[Any] = ()) -> Any:
    process, line = catalogue.process_of(key), line_of(actor())
    versions, current = catalogue.versions_of(key, line), catalogue.current_of(key, line)
    if line is not None and not versions:
        raise Missing()
    running = catalogue.open_cases(key)
    rehearsal: MigrationRehearsal | None = None
    unmapped: Sequence[Any] = ()
    targets: Sequence[Any] = ()
    errors = list(errors)
    if len(versions) == 2 and not typed.get("from") and not typed.get("to"):  # there is but one way to go
        typed = {**typed, "from": str(versions[1].number), "to": str(versions[0].number)}
    if typed.get("from") and typed.get("to"):
        try:
            source, target = _versions(typed)
            rehearsal = rehearse_migration(key, source, target, _mapping(typed), actor=actor())
            own, other = queries.versions_between(actor(), key, source, target)
            unmapped = [each for each in own.diagrams.tasks.values() if each.key not in other.diagrams.tasks]
            targets = list(other.diagrams.tasks.values())
        except (Missing, NotAllowed):
            raise
        except Refused as refusal:
            errors = [*errors, *objections_of(refusal)]
    page = render_template(
        "studio/new_migration.html",
        process=process,
        home=_home(key),
        current_id=current.id if current else None,
        versions=versions,
        running=running,
        rehearsal=rehearsal,
        unmapped=unmapped,
        targets=targets,
        mapping=_mapping(typed),
        verdicts=VERDICTS,
        shown=SHOWN,
        most=MOST_CASES,
        errors=errors,
        typed=typed,
    )
    return (page, 422) if errors and request.method == "GET" else page


@bp.get("/migrations")
@allow("analyst", "publisher")
def migrations() -> Any:
    found_migrations = queries.migrations_of(actor())
    return render_template(
        "studio/migrations.html",
        migrations=found_migrations,
        names=catalogue.names_of({each.process_key for each in found_migrations}),
        statuses=MIGRATION_STATUSES,
        library="流程库" if line_of(actor()) is None else "本地流程",
        draws=actor().duty == "analyst",
    )


@bp.get("/migrations/<int:migration_id>")
@allow("analyst", "publisher")
def migration(migration_id: int) -> Any:
    return _page(queries.migration_for(actor(), migration_id))


def _page(shown: Migration, errors: Sequence[Any] = ()) -> str:
    caller = actor()
    proposed, own = shown.status is MigrationStatus.PROPOSED, caller.user_id == shown.proposed_by_id
    again = queries.rehearsal_of(shown) if proposed and request.args.get("again") else None
    return render_template(
        "studio/migration.html",
        migration=shown,
        process=catalogue.process_of(shown.process_key),
        home=_home(shown.process_key),
        version_address=_version_address,
        status=MIGRATION_STATUSES[shown.status],
        groups=[(VERDICTS[verdict], sentence, count) for verdict, sentence, count in shown.rehearsal],
        rehearsal=again,
        verdicts=VERDICTS,
        shown=SHOWN,
        most=MOST_CASES,
        working=shown.status in WORKING,
        decides=proposed and caller.duty == "publisher" and not own,
        own=proposed and caller.duty == "publisher" and own,
        withdraws=proposed and caller.duty == "analyst",
        undoes=shown.status in operations.STARTED and caller.duty == "publisher",
        errors=errors,
        typed=request.form,
        **_progress(shown),
        **_cases(shown),
    )


def _home(key: str) -> str:
    """The page of the process, of a bureau that of its variant."""
    if line_of(actor()) is None:
        return url_for("studio.process", key=key)
    return url_for("studio.variant", key=key, office=actor().office_code)


def _version_address(version: ProcessVersion) -> str:
    if version.office_id is None:
        return url_for("studio.version", key=version.process_key, number=version.number)
    office = actor().office_code
    return url_for("studio.variant_version", key=version.process_key, office=office, number=version.number)


def _cases(shown: Migration) -> dict[str, Any]:
    """A page of its cases, of those in one status where it is asked for."""
    wanted, place = request.args.get("status", ""), decode_cursor(int)
    status = MigratedStatus(wanted) if wanted in set(MigratedStatus) else None
    rows = queries.cases_of(shown.id, status=status, after=place[0] if place else 0, limit=PAGE + 1)
    following = encode_cursor([rows[PAGE - 1].id]) if len(rows) > PAGE else None
    return {
        "cases": rows[:PAGE],
        "wanted": status,
        "cursor": request.args.get("cursor") or None,
        "next": url_for("studio.migration", migration_id=shown.id, cursor=following, status=wanted or None)
        if following
        else None,
        "case_statuses": MIGRATED_STATUSES,
    }


def _progress(shown: Migration) -> dict[str, Any]:
    counts = queries.counts_of(shown.id)
    total = sum(counts.values())
    back = shown.status is MigrationStatus.UNDOING
    waits = counts[MigratedStatus.UNDOING if back else MigratedStatus.WAITING]
    all_of_it = total if not back else sum(counts[each] for each in BACK)
    percent = 100 if not all_of_it else 100 * (all_of_it - waits) // all_of_it
    return {"counts": counts, "total": total, "percent": percent, "back": back, "kinds": MigratedStatus}


BACK = (MigratedStatus.UNDOING, MigratedStatus.UNDONE, MigratedStatus.KEPT)


@bp.get("/migrations/<int:migration_id>/progress")
@allow("analyst", "publisher")
def migration_progress(migration_id: int) -> Any:
    """The parts of the page that move, progress and cases; it says when there is more to see."""
    shown = queries.migration_for(actor(), migration_id)
    parts = render_template("studio/_migration_moving.html", migration=shown, **_progress(shown), **_cases(shown))
    response = Response(parts)
    if shown.status not in WORKING:
        response.headers["X-Finished"] = "yes"
    return response


@bp.post("/migrations/<int:migration_id>/decision")
@allow("publisher")
def decide_on_migration(migration_id: int) -> Any:
    outcome = "agree" if request.form.get("outcome") == "agree" else "send_back"
    try:
        decide_migration(migration_id, outcome, typed_text("opinion"), actor=actor())
    except (Missing, NotAllowed, Stale):
        raise
    except Refused as refusal:
        return _page(queries.migration_for(actor(), migration_id), objections_of(refusal)), 422
    flash("已开始迁移，由后台逐件办理。" if outcome == "agree" else "已退回流程管理员。", "success")
    return redirect(url_for("studio.migration", migration_id=migration_id))


@bp.post("/migrations/<int:migration_id>/withdraw")
@allow("analyst")
def withdraw_migration(migration_id: int) -> Any:
    with transaction():
        operations.withdraw(migration_id, actor=actor())
    flash("已撤回迁移。", "success")
    return redirect(url_for("studio.migration", migration_id=migration_id))


@bp.post("/migrations/<int:migration_id>/undo")
@allow("publisher")
def undo_migration(migration_id: int) -> Any:
    """All of it, or the one case that is named."""
    number, reason = request.form.get("case", "").strip(), typed_text("reason")
    try:
        with transaction():
            if number:
                operations.undo_case(migration_id, number, reason, actor=actor())
            else:
                operations.undo(migration_id, reason, actor=actor())
    except (NotAllowed, Stale):
        raise
    except Refused as refusal:
        return _page(queries.migration_for(actor(), migration_id), objections_of(refusal)), 422
    flash(f"已撤销办件 {number} 的迁移。" if number else "已开始撤销，由后台逐件办理。", "success")
    return redirect(url_for("studio.migration", migration_id=migration_id))
