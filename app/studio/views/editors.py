"""The form designer and the decision-table editor: pages whose scripts read and save the draft's files by program."""

from __future__ import annotations

from typing import Any

from flask import flash, g, jsonify, redirect, render_template, request, url_for
from flask_wtf.csrf import generate_csrf

from app.access import actor, allow, found
from app.database import end_reading, transaction
from app.definitions.rules.content import FORM
from app.errors import InvalidInput, Missing, NotAllowed, Refused, objections_of
from app.identity.models import DUTY_NAMES, Duty
from app.studio.operations import drafts as operations
from app.studio.presenters.form_previews import drawn, steps_of
from app.studio.presenters.labels import kind_of_file
from app.studio.queries import drafts as queries
from app.studio.queries.draft_tables import facts_of
from app.studio.rules.files import checked_name, checked_text, content_of
from app.studio.rules.form_formats import FORMAT_NAMES
from app.studio.rules.new_files import EMPTY_KINDS, empty_file
from app.studio.views.catalogue import bp
from app.studio.views.drafts import draft_page
from app.web import typed_text

TABLE = ".dmn"


@bp.get("/token")
@allow("analyst", "publisher")
def token() -> Any:
    """The token of this session, and whose it is: for an editor that stood open while one signed in anew.

    No other site reads the answer: it is sent without leave to, is kept nowhere, and is refused where a browser says
    that another site asks. Raises NotAllowed.
    """
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise NotAllowed()
    return jsonify(token=generate_csrf(), user=g.sign_in.user_id)


@bp.get("/drafts/<int:draft_id>/forms/<name>/edit")
@allow("analyst", "publisher")
def edit_form(draft_id: int, name: str) -> Any:
    """The form designer, also of the reasons and the kinds of papers."""
    shown, settings = _settings(draft_id, name, FORM)
    content = content_of(queries.files_of(shown.id))
    settings["previewed"] = url_for("studio_api.preview_draft_form", draft_id=shown.id, name=name)
    settings["steps"] = [{"name": each.name, "form": each.form} for each in steps_of(drawn(shown.process_key, content))]
    settings["formats"] = FORMAT_NAMES
    return render_template(
        "studio/form_editor.html", draft=shown, name=name, kind=kind_of_file(name), settings=settings
    )


@bp.get("/drafts/<int:draft_id>/tables/<name>/edit")
@allow("analyst", "publisher")
def edit_table(draft_id: int, name: str) -> Any:
    """The decision-table editor."""
    shown, settings = _settings(draft_id, name, TABLE)
    settings["facts"] = [
        {"name": each.name, "title": each.title, "values": [[value, words] for value, words in each.values.items()]}
        for each in facts_of(queries.files_of(shown.id))
    ]
    settings["check"] = url_for("studio_api.check_draft_table", draft_id=shown.id, name=name)
    settings["try_address"] = url_for("studio_api.try_draft_table", draft_id=shown.id, name=name)
    return render_template(
        "studio/table_editor.html", draft=shown, name=name, kind=kind_of_file(name), settings=settings
    )


def _settings(draft_id: int, name: str, ending: str) -> tuple[Any, dict[str, Any]]:
    """The draft, and what every editor of one of its files is told. Raises Missing, NotAllowed."""
    shown = queries.draft_for(actor(), draft_id)
    if not name.endswith(ending):
        raise Missing()
    found(queries.file_of(shown.id, name))
    return shown, {
        "name": name,
        "draws": actor().duty == "analyst",
        "duty": DUTY_NAMES[Duty(actor().duty)],
        "files": url_for("studio_api.show_draft_file", draft_id=shown.id, name="_").removesuffix("_"),
        "names": [each.name for each in shown.files],
    }


@bp.post("/drafts/<int:draft_id>/new-file")
@allow("analyst")
def create_file(draft_id: int) -> Any:
    """An empty form or decision table, which then opens in its editor."""
    kind, name = request.form.get("kind", ""), typed_text("name")
    try:
        if kind not in EMPTY_KINDS:
            raise InvalidInput(sentence="请选择新建表单还是决策表。", field="kind")
        shown = queries.draft_for(actor(), draft_id)
        file, raw = empty_file(kind, name, shown.name)
        text = checked_text(checked_name(file), raw)
        end_reading()
        with transaction():
            operations.save_file(draft_id, file, text, actor=actor(), is_new=True)
    except (Missing, NotAllowed):
        raise
    except Refused as refusal:
        return draft_page(queries.draft_for(actor(), draft_id), errors=objections_of(refusal)), 422
    flash(f"已新建 {file}。", "success")
    return redirect(url_for(f"studio.{EMPTY_KINDS[kind]}", draft_id=draft_id, name=file))
