"""Students, their numbers and guardians, enrolments, changes, archives and directives."""

from __future__ import annotations

from flask import Flask


def move_in(app: Flask) -> None:
    """Offer the room's verbs to diagrams and its pages to people."""
    from app.students import api, discrepancies, issued, papers, photos, proofs, roll, service_tasks, views  # noqa: F401

    app.register_blueprint(views.bp)
    app.register_blueprint(papers.bp)
    app.register_blueprint(roll.bp)
    app.register_blueprint(discrepancies.bp)
    app.register_blueprint(api.bp)
