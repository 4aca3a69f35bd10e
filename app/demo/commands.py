"""`flask demo`."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app.demo.loading import load
from app.start import bring_up


@click.command("demo")
@with_appcontext
def demo_command() -> None:
    """Load the demo province; refuses a database that holds anybody real."""
    bring_up(click.echo)
    load(click.echo)
