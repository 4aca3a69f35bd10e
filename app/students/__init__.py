"""Students, their numbers and guardians, enrolments, changes, archives and directives."""

from __future__ import annotations

from flask import Flask


def move_in(app: Flask) -> None:
    """Offer the room's verbs to diagrams and its pages to people."""
    from app.students import (  # noqa: F401
        api,
        contesting,
        discrepancies,
        issued,
        papers,
        photos,
        proofs,
        roll,
        service_tasks,
        views,
    )

    app.register_blueprint(views.bp)
    app.register_blueprint(contesting.bp)
    app.register_blueprint(papers.bp)
    app.register_blueprint(roll.bp)
    app.register_blueprint(discrepancies.bp)
    app.register_blueprint(api.bp)
