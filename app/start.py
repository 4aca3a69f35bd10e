"""`flask init`: the schema to its newest revision, the shelves published. Run at every start, quick when done."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import click
from flask.cli import with_appcontext

from app import schema
from app.cases import rules
from app.database import db, transaction
from app.processes.operations import publish_shelves
from app.processes.queries import Edition
from app.students.operations.matrix import keep_matrix
from workflows.routing import ROLES


def bring_up(say: Callable[[str], object]) -> None:
    """Make the database ready to serve. Raises NotPublishable when a shipped diagram does not hold together."""
    schema.upgrade(db.engine)
    with transaction():
        keep_matrix()
        for key in publish_shelves("系统", lanes_that_mean_nobody):
            say(f"已发布流程 {key}")


def lanes_that_mean_nobody(edition: Edition) -> Sequence[str]:
    """Sentences about lanes whose role the house cannot resolve: they would leave a task with nobody."""
    known = ROLES & set(rules.ROLE_NAMES)
    return [
        f"环节“{task.name}”的泳道角色 {task.role} 没有对应的机构"
        for task in edition.diagrams.tasks.values()
        if task.role not in known
    ]


@click.command("init")
@with_appcontext
def init_command() -> None:
    """Create or upgrade the database and publish the diagrams."""
    bring_up(click.echo)
    click.echo("数据库已就绪")
