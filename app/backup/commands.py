"""`flask backup`, `flask restore`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
from flask.cli import with_appcontext

from app.backup.dump import back_up
from app.backup.manifest import Manifest
from app.backup.restore import restore
from app.errors import Refused

FILE = click.Path(dir_okay=False, path_type=Path)


@click.command("backup")
@click.argument("file", type=FILE)
@with_appcontext
def backup_command(file: Path) -> None:
    """Write the whole database and its papers to FILE, a zip for SQLite and PostgreSQL alike.

    It holds the database of one instant, while others go on working. What identifies a child is in it encrypted,
    under XUEJI_FIELD_KEY (on SQLite without that setting: the file instance/field_key). WITHOUT THAT KEY NO BACKUP
    CAN BE RESTORED: keep it, and keep it apart from the backups.
    """
    _say("已备份", file, _told(lambda: back_up(file)))


@click.command("restore")
@click.argument("file", type=FILE)
@with_appcontext
def restore_command(file: Path) -> None:
    """Load FILE into the empty database of XUEJI_DATABASE_URL and its papers into XUEJI_ATTACHMENTS, all or nothing.

    XUEJI_FIELD_KEY must be the one with which the backup was made. A backup of an older schema is brought to the
    newest on the way. Afterwards everybody signs in anew.
    """
    _say("已恢复", file, _told(lambda: restore(file)))


def _told(act: Callable[[], Manifest]) -> Manifest:
    try:
        return act()
    except Refused as refusal:
        raise click.ClickException(refusal.detail) from refusal


def _say(done: str, file: Path, manifest: Manifest) -> None:
    rows = sum(extent.rows for extent in manifest.tables.values())
    papers, schema = manifest.files.rows, manifest.revision
    click.echo(f"{done} {file}：{len(manifest.tables)} 张表，{rows} 行，{papers} 个附件，数据库结构 {schema}")
