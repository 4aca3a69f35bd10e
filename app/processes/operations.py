"""Publishing: from the folders `bpmn/` and `forms/` to a version that never changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import orjson
import sqlalchemy as sa

from app import clock
from app.database import db
from app.errors import Refused
from app.processes.models import Process, ProcessVersion
from app.processes.queries import Edition, compiled
from workflows import handlers, verify

SHELVES = Path(__file__).resolve().parent.parent.parent  # the project's top: bpmn/ and forms/ stand there


class NotPublishable(Refused):
    """A diagram that does not hold together: published, it would leave a task with nobody."""

    code = "E-PUBLISH"
    text = "流程“{key}”不能发布：{faults}"


def publish_shelves(published_by: str, check: Callable[[Edition], Sequence[str]]) -> list[str]:
    """Publish every folder of `bpmn/` whose content is not the current version; return the keys published.

    check -- says what else is wrong with an edition, in sentences (the house resolves its lanes).
    Raises NotPublishable, DiagramRefused.
    """
    published = []
    for folder in sorted((SHELVES / "bpmn").iterdir()):
        if folder.is_dir() and publish_folder(folder, published_by, check):
            published.append(folder.name)
    return published


def publish_folder(folder: Path, published_by: str, check: Callable[[Edition], Sequence[str]]) -> bool:
    """Publish one folder of diagrams and tables with its forms; False when it is the current version already."""
    key = folder.name
    files = {
        path.name: path.read_text("utf-8") for path in sorted(folder.iterdir()) if path.suffix in (".bpmn", ".dmn")
    }
    forms = {
        path.stem: json.loads(path.read_text("utf-8")) for path in sorted((SHELVES / "forms" / key).glob("*.json"))
    }
    checksum = hashlib.sha256(orjson.dumps([files, forms])).hexdigest()
    process = db.session.get(Process, key)
    if process and process.current and process.current.checksum == checksum:
        return False
    version = db.session.scalar(
        sa.select(ProcessVersion).where(ProcessVersion.process_key == key, ProcessVersion.checksum == checksum)
    )
    if version is None:
        version = ProcessVersion(
            process_key=key,
            number=_next_number(key),
            checksum=checksum,
            files=files,
            forms=forms,
            published_at=clock.now(),
            published_by=published_by,
        )
    edition = compiled(version)
    faults = [*_faults(edition), *check(edition), *_unsound(files)]
    if faults:
        raise NotPublishable(key=key, faults="；".join(faults))
    if process is None:
        process = Process(key=key, name=edition.name)
        db.session.add(process)
        db.session.flush()  # the version points at it
    db.session.add(version)
    db.session.flush()
    process.name, process.current_id = edition.name, version.id
    return True


def _unsound(files: Mapping[str, str]) -> list[str]:
    """What verification finds wrong with the diagrams: every way through them is followed, safe and sound are told."""
    diagrams = {name: text.encode() for name, text in files.items() if name.endswith(".bpmn")}
    reports = verify(diagrams, operations=set(handlers()))
    return [f"{each.message}" for report in reports for each in report.errors]


def _next_number(key: str) -> int:
    last = db.session.scalar(sa.select(sa.func.max(ProcessVersion.number)).where(ProcessVersion.process_key == key))
    return (last or 0) + 1


def _faults(edition: Edition) -> list[str]:
    """Every task must have its form, every service its verb."""
    faults = [
        f"环节“{task.name}”没有表单 {task.form}.json"
        for task in edition.diagrams.tasks.values()
        if task.form not in edition.forms
    ]
    unknown = sorted(edition.diagrams.operations - set(handlers()))
    return faults + [f"服务环节引用了不存在的操作 {name}" for name in unknown]
