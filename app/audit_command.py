"""`flask audit verify`."""

from __future__ import annotations

import sys

import click
from flask.cli import AppGroup

from app import audit
from app.database import snapshot

group = AppGroup("audit", help="The audit chain.")


@group.command("verify")
def verify() -> None:
    """Walk every chain; exit 1 with a line per fault when a row was changed, removed or inserted."""
    with snapshot():
        faults = list(audit.verify())
    for fault in faults:
        click.echo(f"链 {fault.chain}：{fault.sentence}", err=True)
    if faults:
        sys.exit(1)
    click.echo("日志链完整")
