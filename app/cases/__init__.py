"""Cases, tasks and decisions: one application travelling through one process."""

from __future__ import annotations

from flask import Flask


def init_app(app: Flask) -> None:
    """Offer the package's verbs to diagrams, its pages to people, its clock to the worker."""
    from app.cases import api, commands, service_tasks, views  # noqa: F401
    from app.cases.operations.figures import count_attempts
    from app.cases.queries.cases import numbers_seen
    from app.cases.queries.coming_changes import coming_of
    from app.cases.queries.open_cases import open_cases_about
    from app.cases.views import applications
    from app.students.views import students
    from app.web import errors

    if count_attempts not in errors.ATTEMPTS:
        errors.ATTEMPTS.append(count_attempts)
    students.tell_what_comes("cases", coming_of)
    students.tell_what_is_open("cases", open_cases_about)
    students.tell_numbers_of_cases("cases", numbers_seen)
    app.register_blueprint(views.bp)
    app.register_blueprint(applications.bp)
    app.register_blueprint(api.bp)
    app.cli.add_command(commands.tick_command)
