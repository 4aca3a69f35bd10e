"""`flask definitions export`: what is published, written back to the folders `bpmn/` and `forms/`."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext

from app.definitions.operations import content_of
from app.definitions.rules.content import FORM, Content
from app.settings import SOURCES
from app.studio.queries.catalogue import current_versions


@click.group("definitions")
def group() -> None:
    """流程定义"""


@group.command("export")
@click.argument("keys", nargs=-1, metavar="[流程编号]…")
@click.option("--to", "folder", type=click.Path(file_okay=False, path_type=Path), help="目标文件夹，默认为系统自己的")
@with_appcontext
def export_command(keys: tuple[str, ...], folder: Path | None) -> None:
    """把现行版本写回 bpmn/ 和 forms/（不写流程编号则为全部流程）"""
    top = folder or SOURCES
    versions = {each.process_key: each for each in current_versions()}
    unknown = [key for key in keys if key not in versions]
    if unknown:
        raise click.ClickException(f"没有已发布的流程 {'、'.join(unknown)}")
    for key in keys or sorted(versions):
        for path in write_back(top, key, content_of(versions[key])):
            click.echo(f"{key} 第 {versions[key].number} 版：{path.relative_to(top)}")


def write_back(top: Path, key: str, content: Content) -> list[Path]:
    """Make the two folders of a process say what a content says; the files that were written or removed.

    A file that says it already is left alone, and so are folders of other processes.
    """
    texts = {
        top / ("forms" if name.endswith(FORM) else "bpmn") / key / name: text for name, text in content.texts().items()
    }
    folders = {top / shelf / key for shelf in ("bpmn", "forms")}
    present = {path for each in folders if each.is_dir() for path in each.iterdir() if path.is_file()}
    changed = []
    for path, text in texts.items():
        if path not in present or path.read_bytes() != text.encode():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
            changed.append(path)
    for path in sorted(present - texts.keys()):
        path.unlink()
        changed.append(path)
    return changed
