"""`flask calendar …`"""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from app import clock
from app.calendars import operations, queries
from app.database import transaction
from app.errors import Refused, objections_of
from app.identity.operations import nobody

group = AppGroup("calendar", help="The working calendar: days off and make-up days.")


@group.command("import")
@click.argument("year", type=int)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--notice", required=True, help="the notice's number (文号)")
def import_year(year: int, file: Path, notice: str) -> None:
    """Import the State Council's notice about YEAR from FILE, its plain text in UTF-8.

    Weekdays and counts in the text are compared with its dates; nothing is imported where they differ.
    """
    try:
        text = file.read_text("utf-8")
        with transaction():
            reading = operations.import_year(year, notice, text, actor=nobody("命令行"))
    except UnicodeDecodeError as error:
        raise click.ClickException(f"{file} 不是 UTF-8 文本") from error
    except Refused as refusal:
        raise click.ClickException("\n".join(each.detail for each in objections_of(refusal))) from refusal
    click.echo(f"已导入 {year} 年工作日历：{len(reading.exceptions)} 个例外日")


@group.command("show")
def show() -> None:
    """Which years are known, and which is missing."""
    queries.tell_the_clock()
    known = sorted(clock.known_years())
    click.echo(f"已有 {known[0]}–{known[-1]} 年，共 {len(known)} 年")
    for sentence in queries.warnings():
        click.echo(sentence)
