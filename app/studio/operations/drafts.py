"""Drafts: begun from a version or from nothing, edited file by file so that nobody overwrites another's edit unseen."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import sqlalchemy as sa

from app import audit, clock
from app.access import Actor, found
from app.database import db
from app.definitions.models import Process, ProcessVersion
from app.definitions.operations import content_of
from app.definitions.queries import compiled_version
from app.definitions.rules.content import DRAWN
from app.errors import InvalidInput
from app.studio.models import DraftFile, DraftStatus, ProcessDraft, ProposalStatus
from app.studio.queries.catalogue import current_of, process_of, version_of
from app.studio.queries.drafts import (
    draft_for,
    file_of,
    files_of,
    line_of,
    open_proposal_of,
    require_drawing,
    require_studio,
)
from app.studio.rules.files import MOST_BYTES, MOST_FILES, etag_of, size_of
from app.studio.rules.new_process import KEY, LONGEST_NAME, files_of_new
from app.studio.rules.refusals import (
    DraftFull,
    FileChanged,
    FileGone,
    FileNotNamed,
    FileThere,
    LastDiagram,
    NoVariants,
    ProcessKeyTaken,
)
from app.studio.rules.variants import may_vary
from app.web.formatting import moment

ANY = "*"  # of `If-Match`: whatever is there


def create_from(key: str, number: int | None, *, actor: Actor) -> ProcessDraft:
    """A draft with the files of a published version: the current one, or an earlier one to restore.

    Either way it is a change of the version that is current now. Of a bureau's analyst the draft is one of the bureau's
    variant: it begins with what the province has now, unless the bureau has already added to that; `number` is then
    that of a version of the variant. Raises NotAllowed, Missing, NoVariants.
    """
    require_drawing(actor)
    process = process_of(key)
    current = found(current_of(key))
    if (office_id := line_of(actor)) is not None:
        return _create_of_variant(process, current, number, office_id, actor=actor)
    source = current if number is None else version_of(key, number)
    return _create(key, process.name, content_of(source).texts(), current, source, actor=actor)


def _create_of_variant(
    process: Process, province: ProcessVersion, number: int | None, office_id: int, *, actor: Actor
) -> ProcessDraft:
    if not may_vary(compiled_version(province.id)):
        raise NoVariants(name=process.name)
    own = current_of(process.key, office_id)
    if number is not None:
        source = version_of(process.key, number, office_id)
    else:
        source = own if own is not None and own.based_on_id == province.id else province
    files = content_of(source).texts()
    return _create(process.key, process.name, files, own, source, actor=actor, based_on=province)


def create_new(key: str, name: str, *, actor: Actor) -> ProcessDraft:
    """A draft of a process that does not exist yet. Raises NotAllowed, InvalidInput, ProcessKeyTaken."""
    require_studio(actor)
    if not KEY.fullmatch(key):
        sentence = "流程编号须由小写字母、数字和下划线组成，以字母开头，不超过 40 个字符。"
        raise InvalidInput(sentence=sentence, field="key")
    if not 0 < len(name.strip()) <= LONGEST_NAME:
        raise InvalidInput(sentence=f"流程名称须有 1 至 {LONGEST_NAME} 个字。", field="name")
    if (process := db.session.get(Process, key)) is not None:
        raise ProcessKeyTaken(key=key, name=process.name, field="key")
    return _create(key, name.strip(), files_of_new(key, name.strip()), None, None, actor=actor)


def _create(
    key: str,
    name: str,
    files: Mapping[str, str],
    base: ProcessVersion | None,
    source: ProcessVersion | None,
    *,
    actor: Actor,
    based_on: ProcessVersion | None = None,
) -> ProcessDraft:
    now = clock.now()
    draft = ProcessDraft(
        process_key=key,
        name=name,
        base_id=base.id if base else None,
        source_id=source.id if source else None,
        based_on_id=based_on.id if based_on else None,
        office_id=actor.office_id,
        created_by_id=actor.user_id,
        created_at=now,
        changed_by_id=actor.user_id,
        changed_at=now,
        editor_ids=[],
    )
    db.session.add(draft)
    db.session.flush()
    for each, text in files.items():
        db.session.add(_file(draft.id, each, text, actor))
    db.session.flush()
    after = {"process": key, "version": source.number if source else None}
    audit.record("studio/create_draft", f"draft:{draft.id}", actor=actor, after=after)
    return draft


def _file(draft_id: int, name: str, text: str, actor: Actor) -> DraftFile:
    return DraftFile(draft_id=draft_id, name=name, text=text, changed_by_id=actor.user_id, changed_at=clock.now())


# ── files ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def save_file(
    draft_id: int, name: str, text: str, *, actor: Actor, etags: Collection[str] | None = None, is_new: bool = False
) -> DraftFile:
    """Save one file of a draft; drafts are no acts, so the audit hears of it when the draft is proposed.

    etags -- name the content that the edit was made of, `*` any; None only for a file that is not there yet: of two
        windows of one person, too, the later saving must not take the other's content away unnoticed.
    is_new -- there must be no file of that name yet.
    text -- as `checked_text` gives it, which reads the file before the transaction
    Raises Missing, FileChanged and its kinds, FileNotNamed, DraftFull.
    """
    draft = draft_for(actor, draft_id, lock=True)
    file = file_of(draft.id, name)
    _refuse_overwriting(file, name, etags=etags, is_new=is_new)
    if file is not None and file.text == text:
        return file
    _refuse_too_much(draft.id, {name: text})
    if file is None:
        file = _file(draft.id, name, text, actor)
        db.session.add(file)
    else:
        file.text, file.changed_by_id, file.changed_at = text, actor.user_id or 0, clock.now()
    _note_change(draft, actor)
    db.session.flush()
    db.session.refresh(file)
    return file


def save_files(draft_id: int, texts: Mapping[str, str], *, actor: Actor) -> list[str]:
    """Put several files into a draft, over those of the same names; the names of what has changed.

    texts -- as `checked_files` gives them. Raises Missing, DraftFull.
    """
    draft = draft_for(actor, draft_id, lock=True)
    present = files_of(draft.id)
    changed = {name: text for name, text in texts.items() if present.get(name) != text}
    _refuse_too_much(draft.id, changed)
    for name, text in changed.items():
        file = file_of(draft.id, name)
        if file is None:
            db.session.add(_file(draft.id, name, text, actor))
        else:
            file.text, file.changed_by_id, file.changed_at = text, actor.user_id or 0, clock.now()
    if changed:
        _note_change(draft, actor)
    return sorted(changed)


def delete_file(draft_id: int, name: str, *, actor: Actor, etags: Collection[str] | None = None) -> None:
    """Take a file out of a draft. Raises Missing, FileChanged, FileNotNamed, LastDiagram."""
    draft = draft_for(actor, draft_id, lock=True)
    file: DraftFile = found(file_of(draft.id, name))
    _refuse_overwriting(file, name, etags=etags)
    diagrams = [each for each in files_of(draft.id) if each.endswith(DRAWN[0])]
    if diagrams == [name]:
        raise LastDiagram()
    db.session.delete(file)
    _note_change(draft, actor)


def _refuse_overwriting(
    file: DraftFile | None, name: str, *, etags: Collection[str] | None, is_new: bool = False
) -> None:
    if file is None:
        if etags is not None:
            raise FileGone(name=name, who="", when="")
        return
    known = {"name": name, "who": file.changed_by.name, "when": moment(file.changed_at)}
    if is_new:
        raise FileThere(**known)
    if etags is None:
        raise FileNotNamed(**known)
    if not {ANY, etag_of(file.text)} & set(etags):
        raise FileChanged(**known)


def _refuse_too_much(draft_id: int, more: Mapping[str, str]) -> None:
    files = {**files_of(draft_id), **more}
    if len(files) > MOST_FILES or sum(map(size_of, files.values())) > MOST_BYTES:
        raise DraftFull(files=MOST_FILES, megabytes=MOST_BYTES // 1024 // 1024)


def _note_change(draft: ProcessDraft, actor: Actor) -> None:
    draft.changed_by_id, draft.changed_at = actor.user_id or 0, clock.now()
    if actor.user_id not in draft.editor_ids:
        draft.editor_ids = [*draft.editor_ids, actor.user_id or 0]


# ── the end of a draft ───────────────────────────────────────────────────────────────────────────────────────────────


def delete_draft(draft_id: int, *, actor: Actor) -> None:
    """Give up a draft with its files; a proposal of it that waits is withdrawn. Raises Missing."""
    draft = draft_for(actor, draft_id, lock=True)
    if proposal := open_proposal_of(draft.id):
        proposal.status, proposal.decided_at = ProposalStatus.WITHDRAWN, clock.now()
        proposal.decided_by_id = actor.user_id
    end(draft, DraftStatus.DELETED)
    audit.record("studio/delete_draft", f"draft:{draft.id}", actor=actor, before={"process": draft.process_key})


def end(draft: ProcessDraft, status: DraftStatus) -> None:
    """A draft that nobody edits any more keeps its line and loses its files."""
    draft.status = status
    db.session.execute(sa.delete(DraftFile).where(DraftFile.draft_id == draft.id))
    db.session.expire(draft, ["files"])
