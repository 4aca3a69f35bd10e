"""Publishing: from the folders `bpmn/` and `forms/` to a version that never changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from app import clock
from app.database import db, serialise
from app.definitions.models import Process, ProcessVariant, ProcessVersion
from app.definitions.queries import APPLICATION, FOLLOWS, CompiledVersion, compiled, in_line
from app.definitions.rules.asked_tables import faults_of_tables
from app.definitions.rules.content import DRAWN, Content
from app.definitions.rules.form_files import Unreadable, read_form_file
from app.definitions.rules.form_folders import PROOFS, REASONS, faults_of_folder
from app.definitions.rules.soundness import reports_of
from app.errors import Refused
from app.settings import SOURCES
from workflows import DiagramRefused, handlers
from workflows.decision_table_analysis import blank_cells

PUBLICATIONS = "publications"  # one at a time: whether a version may be published depends on the others


@dataclass(frozen=True)
class VariantOf:
    """Whose variant a version is, and to which version of the province it adds."""

    office_id: int
    based_on_id: int


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
    """Publish one folder of diagrams and tables with its forms; True when it is the current version from now on.

    Where the current version was drawn by an analyst, a new one from the folder is kept beside it and not made current:
    an upgrade of the system takes nobody's process away. Raises NotPublishable.
    """
    key, top = folder.name, sources or SOURCES
    content = Content(_read_drawn(key, folder), _read_forms(key, top / "forms" / key))
    asked = sa.select(ProcessVersion).join(Process, Process.current_id == ProcessVersion.id)
    current = db.session.scalar(asked.where(Process.key == key))
    if current is not None and content_of(current).checksum == content.checksum:
        return False
    drawn_here = current is not None and current.drawn_by is not None
    if drawn_here and _version_with(key, content) is not None:
        return False
    publish_content(key, content, published_by, check, make_current=not drawn_here)
    return not drawn_here


def publish_content(
    key: str,
    content: Content,
    published_by: str,
    check: Callable[[CompiledVersion], Sequence[str]],
    *,
    drawn_by: str | None = None,
    note: str | None = None,
    make_current: bool = True,
    looked_over: bool = False,
    variant: VariantOf | None = None,
) -> ProcessVersion:
    """Publish a content under the next number.

    drawn_by, note -- who proposed it and what it changes; None for what is shipped: that becomes current again under
        the number which it had, where it was published before.
    looked_over -- verification, which may take seconds, was made of this very content before the transaction and
        forbids nothing.
    variant -- whose own version of the process it is: the province's stays as it is. Raises NotPublishable.
    """
    serialise(PUBLICATIONS)
    process = db.session.get(Process, key)
    office_id = variant.office_id if variant else None
    known = _version_with(key, content, office_id)
    version = known if drawn_by is None else None
    if version is None:
        number = _next_number(key, office_id)
        version = ProcessVersion(
            process_key=key,
            number=number,
            checksum=content.checksum if known is None else content.checksum_again(number),
            files=dict(content.drawn),
            forms=dict(content.forms),
            published_at=clock.now(),
            published_by=published_by,
            drawn_by=drawn_by,
            note=note,
            office_id=office_id,
            based_on_id=variant.based_on_id if variant else None,
        )
    try:
        compiled_version = compiled(version)
    except DiagramRefused as refused:
        raise NotPublishable(key=key, faults=refused.sentence) from refused
    faults = faults_of_version(compiled_version, check)
    if not looked_over:
        faults += [each.message for report in reports_of(content) for each in report.forbidding]
    if faults:
        raise NotPublishable(key=key, faults="；".join(faults))
    if process is None:
        process = Process(key=key, name=compiled_version.name)
        db.session.add(process)
        db.session.flush()  # the version points at it
    if variant:
        _keep_current_of(variant, version)
        return version
    db.session.add(version)
    db.session.flush()
    if make_current:
        process.name, process.current_id = compiled_version.name, version.id
    return version


def _keep_current_of(variant: VariantOf, version: ProcessVersion) -> None:
    """Write a version of a variant and make it the current one."""
    line = db.session.get(ProcessVariant, (version.process_key, variant.office_id))
    if line is None:
        line = ProcessVariant(process_key=version.process_key, office_id=variant.office_id, current_id=0)
        db.session.add(line)
        db.session.flush()  # the version points at it
    db.session.add(version)
    db.session.flush()
    line.current_id = version.id


def put_in_place(draft: CompiledVersion, content: Content) -> CompiledVersion:
    """Make what is not published the version in which new cases of its process open, unasked: in a transaction that
    will be undone, for a rehearsal. The same with the number and the id that it has until then.
    """
    number = _next_number(draft.key)
    process = db.session.get(Process, draft.key)
    if process is None:
        process = Process(key=draft.key, name=draft.name)
        db.session.add(process)
        db.session.flush()
    version = ProcessVersion(
        process_key=draft.key,
        number=number,
        checksum=content.checksum_again(number),
        files=dict(content.drawn),
        forms=dict(content.forms),
        published_at=clock.now(),
        published_by="",
    )
    db.session.add(version)
    db.session.flush()
    process.name, process.current_id, process.off_since = draft.name, version.id, None
    db.session.flush()
    return replace(draft, version_id=version.id, number=number)


def content_of(version: ProcessVersion) -> Content:
    """What a version consists of."""
    return Content(version.files, version.forms)


def faults_of_version(version: CompiledVersion, check: Callable[[CompiledVersion], Sequence[str]]) -> list[str]:
    """Everything against publishing a version that compiles, but for what verification finds; in sentences.

    check -- as for `publish_changed`
    """
    # only forms that are ones can be asked the rest
    return faults_of_folder(version.forms, APPLICATION) or [
        *_about_tasks(version),
        *_about_tables(version),
        *check(version),
    ]


def _about_tables(version: CompiledVersion) -> list[str]:
    """A table says something in every conclusion, and what is read in it is there, of its kind."""
    blank = [f"决策表“{table.name}”{words}" for table in version.tables.values() for _rule, words in blank_cells(table)]
    return [*blank, *faults_of_tables(version.key, version.rules_of, version.tables, version.files)]


def _about_tasks(version: CompiledVersion) -> list[str]:
    """Every task must have its form, every service its verb."""
    tasks = version.diagrams.tasks.values()
    faults = [f"环节“{task.name}”没有表单 {task.form}.json" for task in tasks if task.form not in version.forms]
    faults += [f"环节“{task.name}”的表单不能是 {task.form}.json" for task in tasks if task.form in (REASONS, PROOFS)]
    unknown = sorted(version.diagrams.operations - set(handlers()))
    return faults + [f"自动环节引用了不存在的操作 {name}" for name in unknown]


def _version_with(key: str, content: Content, office_id: int | None = None) -> ProcessVersion | None:
    asked = sa.select(ProcessVersion).where(*in_line(key, office_id), ProcessVersion.checksum == content.checksum)
    return db.session.scalar(asked)


def _read_drawn(key: str, folder: Path) -> dict[str, str]:
    """The diagrams, tables and policies of a folder. Raises NotPublishable with every one that is not UTF-8."""
    files, faults = {}, []
    for path in sorted(each for each in folder.iterdir() if each.suffix in DRAWN):
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


def _next_number(key: str, office_id: int | None = None) -> int:
    last = db.session.scalar(sa.select(sa.func.max(ProcessVersion.number)).where(*in_line(key, office_id)))
    return (last or 0) + 1
