"""`flask audit anchor`, `flask audit verify`, `flask audit reconcile`."""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from typing import Any

import click
import orjson
from flask.cli import AppGroup

from app import audit, clock
from app.auditing.queries import reconciliation
from app.database import snapshot
from app.encryption import is_signed, sign

group = AppGroup("audit", help="The audit chain.")


@group.command("verify")
@click.option("--anchor", type=click.Path(dir_okay=False, path_type=Path), help="heads kept by `audit anchor`")
def verify(anchor: Path | None) -> None:
    """Walk every chain and compare every sealed row; exit 1 with a line per change, removal, insertion or move.

    With --anchor also a chain that was rewritten as a whole, its head included, is found.
    """
    anchored = read_anchor(anchor) if anchor else None
    with snapshot():
        faults = list(audit.verify(anchored))
    for fault in faults:
        click.echo(fault.text, err=True)
    if faults:
        sys.exit(1)
    click.echo("日志链完整")


@group.command("reconcile")
def reconcile() -> None:
    """Compute what lives (seats, tasks, standings) from the records of the acts; exit 1 with a line per difference."""
    with snapshot():
        found = list(reconciliation.reconcile())
    for sentence in found:
        click.echo(sentence, err=True)
    if found:
        sys.exit(1)
    click.echo("在办与在籍数据与办理记录一致")


@group.command("anchor")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def anchor(file: Path) -> None:
    """Write the signed heads of all chains to FILE, to be kept on another machine: what stands today stays proven."""
    with snapshot():
        content = orjson.dumps({"at": clock.now().isoformat(), "heads": audit.heads()}).decode()
    signature = base64.b64encode(sign(content.encode())).decode()
    file.write_bytes(orjson.dumps({"content": content, "signature": signature}))
    click.echo(f"链尾已写入 {file}，请另机保存")


def read_anchor(file: Path) -> dict[str, Any]:
    """The heads kept in that file. Raises ClickException when it is not what this product signed."""
    try:
        kept = orjson.loads(file.read_bytes())
        content, signature = kept["content"], base64.b64decode(kept["signature"])
        if not is_signed(content.encode(), signature):
            raise click.ClickException(f"{file} 的签名不符：不是本系统写的，或已被改动")
        return {chain: (place, link) for chain, (place, link) in orjson.loads(content)["heads"].items()}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise click.ClickException(f"{file} 不是链尾文件") from error
