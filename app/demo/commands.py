"""`flask demo`."""

from __future__ import annotations

import click
from flask.cli import with_appcontext

from app.demo.loading import load
from app.demo.scale import load as load_scaled
from app.demo.unfinished import clear, is_unfinished
from app.errors import Refused
from app.start import initialise


@click.command("demo")
@click.option("--scale", type=click.IntRange(min=1000), metavar="CHILDREN", help="A province to measure with.")
@with_appcontext
def demo_command(scale: int | None) -> None:
    """Load the demo province; refuses a database that holds anybody real.

    What a killed load has left is cleared first where the database is the embedded one, else refused. With --scale an
    empty PostgreSQL database is filled with that many children instead, each with a case.
    """
    initialise(click.echo)
    if scale:
        try:
            load_scaled(click.echo, scale)
        except Refused as refusal:
            raise click.ClickException(refusal.detail) from refusal
        return
    if is_unfinished():
        click.echo("上次装入演示数据时中断：清空后重新装入")
        clear()
        initialise(click.echo)
    load(click.echo)
