"""Students, their numbers and guardians, enrolments, changes, archives and directives."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Offer the package's verbs to diagrams and its pages to people."""
    from app.students import api, formats, service_tasks  # noqa: F401
    from app.students.views import cards, contests, discrepancies, papers, photos, proofs, roll, students  # noqa: F401

    formats.offer()
    app.register_blueprint(students.bp)
    app.register_blueprint(contests.bp)
    app.register_blueprint(papers.bp)
    app.register_blueprint(roll.bp)
    app.register_blueprint(discrepancies.bp)
    app.register_blueprint(api.bp)
