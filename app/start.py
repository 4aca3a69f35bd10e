"""`flask init`: the schema to its newest revision, the diagrams published. Run at every start, quick when done."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
from flask.cli import with_appcontext

from app import audit, schema
from app.cases.queries.publication import faults_of_published
from app.database import db, transaction
from app.definitions.operations import publish_changed
from app.definitions.queries import followers
from app.students.operations.lawful_changes_table import keep_matrix


def initialise(say: Callable[[str], object]) -> None:
    """Make the database ready to serve. Raises NotPublishable when a shipped diagram does not hold together."""
    schema.upgrade(db.engine)
    with transaction():
        audit.create_triggers(db.session.connection())
        audit.take_over(schema.newest())
    for key in publish():
        say(f"已发布流程 {key}")


def publish(sources: Path | None = None) -> list[str]:
    """Publish what has changed in the folders, and let the database know what is lawful to whom; the keys published.

    sources -- where `bpmn/` and `forms/` stand, the product's own without it. Raises NotPublishable.
    """
    with transaction():
        published = publish_changed("系统", faults_of_published, sources)
        keep_matrix(followers())
    return published


@click.command("init")
@with_appcontext
def init_command() -> None:
    """Create or upgrade the database and publish the diagrams."""
    initialise(click.echo)
    click.echo("数据库已就绪")
