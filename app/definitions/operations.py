"""Publishing: from the folders `bpmn/` and `forms/` to a version that never changes."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from app import clock
from app.database import db
from app.definitions.models import Process, ProcessVersion
from app.definitions.queries import APPLICATION, FOLLOWS, CompiledVersion, compiled
from app.definitions.rules.form_files import Unreadable, read_form_file
from app.definitions.rules.form_folders import PROOFS, REASONS, faults_of_folder
from app.errors import Refused
from app.settings import SOURCES
from workflows import DiagramRefused, handlers, verify


class NotPublishable(Refused):
    """A diagram that does not hold together: published, it would leave a task with nobody."""

    code = "E-PUBLISH"
    text = "流程“{key}”不能发布：{faults}"


def publish_changed(
    published_by: str, check: Callable[[CompiledVersion], Sequence[str]], sources: Path | None = None
) -> list[str]:
    """Publish every folder of `bpmn/` whose content is not the current version; return the keys published.

    check -- says what else is wrong with a version, in sentences (the application resolves its lanes); sources -- where
    `bpmn/` and `forms/` stand, the product's own without it. Raises NotPublishable.
    """
    folders = [folder for folder in sorted(((sources or SOURCES) / "bpmn").iterdir()) if folder.is_dir()]
    return [
        folder.name
        for folder in sorted(folders, key=_follows_another)  # after the processes whose rules they follow
        if publish_folder(folder, published_by, check, sources)
    ]


def _follows_another(folder: Path) -> bool:
    texts = [path.read_text("utf-8", errors="replace") for path in folder.glob("*.bpmn")]
    return any(followed != folder.name for text in texts for followed in FOLLOWS.findall(text))


def publish_folder(
    folder: Path, published_by: str, check: Callable[[CompiledVersion], Sequence[str]], sources: Path | None = None
) -> bool:
    """Publish one folder of diagrams and tables with its forms; False when it is the current version already.

    Raises NotPublishable.
    """
    key, top = folder.name, sources or SOURCES
    files = _read_drawn(key, folder)
    forms = _read_forms(key, top / "forms" / key)
    checksum = hashlib.sha256(orjson.dumps([files, forms])).hexdigest()
    current = sa.select(ProcessVersion.checksum).join(Process, Process.current_id == ProcessVersion.id)
    if db.session.scalar(current.where(Process.key == key)) == checksum:
        return False
    process = db.session.get(Process, key)
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
    try:
        compiled_version = compiled(version)
    except DiagramRefused as refused:
        raise NotPublishable(key=key, faults=refused.sentence) from refused
    # only forms that are ones can be asked the rest
    faults = faults_of_folder(forms, APPLICATION) or [*_faults(compiled_version), *check(compiled_version)]
    faults += _unsound(files)
    if faults:
        raise NotPublishable(key=key, faults="；".join(faults))
    if process is None:
        process = Process(key=key, name=compiled_version.name)
        db.session.add(process)
        db.session.flush()  # the version points at it
    db.session.add(version)
    db.session.flush()
    process.name, process.current_id = compiled_version.name, version.id
    return True


def _read_drawn(key: str, folder: Path) -> dict[str, str]:
    """The diagrams and tables of a folder. Raises NotPublishable with every one that is not UTF-8."""
    files, faults = {}, []
    for path in sorted(each for each in folder.iterdir() if each.suffix in (".bpmn", ".dmn")):
        raw = path.read_bytes()
        try:
            files[path.name] = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            line = raw[: error.start].count(b"\n") + 1
            faults.append(f"{path.name} 须为 UTF-8 编码（第 {line} 行不是）")
    if faults:
        raise NotPublishable(key=key, faults="；".join(faults))
    return files


def _read_forms(key: str, folder: Path) -> dict[str, Any]:
    """What the files of a folder say, by their names. Raises NotPublishable with every one that cannot be read."""
    forms, faults = {}, []
    for path in sorted(folder.glob("*.json")):
        try:
            forms[path.stem] = read_form_file(path.read_bytes())
        except Unreadable as unreadable:
            faults.append(f"{path.name} {unreadable}")
    if faults:
        raise NotPublishable(key=key, faults="；".join(faults))
    return forms


def _unsound(files: Mapping[str, str]) -> list[str]:
    """What verification finds wrong with the diagrams: every way through them is followed, safe and sound are told."""
    diagrams = {name: text.encode() for name, text in files.items() if name.endswith(".bpmn")}
    reports = verify(diagrams, operations=set(handlers()))
    return [f"{each.message}" for report in reports for each in report.forbidding]


def _next_number(key: str) -> int:
    last = db.session.scalar(sa.select(sa.func.max(ProcessVersion.number)).where(ProcessVersion.process_key == key))
    return (last or 0) + 1


def _faults(compiled_version: CompiledVersion) -> list[str]:
    """Every task must have its form, every service its verb."""
    faults = [
        f"环节“{task.name}”没有表单 {task.form}.json"
        for task in compiled_version.diagrams.tasks.values()
        if task.form not in compiled_version.forms
    ]
    faults += [
        f"环节“{task.name}”的表单不能是 {task.form}.json"
        for task in compiled_version.diagrams.tasks.values()
        if task.form in (REASONS, PROOFS)
    ]
    unknown = sorted(compiled_version.diagrams.operations - set(handlers()))
    return faults + [f"服务环节引用了不存在的操作 {name}" for name in unknown]
