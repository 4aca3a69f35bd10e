"""A draft made ready to run: its files, compiled."""

from __future__ import annotations

from collections.abc import Mapping

from app.definitions.queries import APPLICATION, CompiledVersion, compiled_content
from app.definitions.rules.form_folders import faults_of_folder
from app.studio.rules.files import content_of
from app.studio.rules.refusals import NotRunnable
from workflows import DiagramRefused


def runnable(key: str, files: Mapping[str, str]) -> CompiledVersion:
    """The files of a draft, compiled. Raises NotRunnable."""
    try:
        draft = compiled_content(key, content_of(files))
    except DiagramRefused as refused:
        raise NotRunnable(why=refused.sentence.rstrip("。")) from refused
    if absent := _absent_forms(draft):
        raise NotRunnable(why=absent)
    for fault in faults_of_folder(draft.forms, APPLICATION):  # a pattern that takes for ever, a shape nobody can show
        raise NotRunnable(why=fault)
    return draft


def rehearsable(key: str, files: Mapping[str, str]) -> CompiledVersion:
    """The same, for a rehearsal, which begins with an application. Raises NotRunnable."""
    draft = runnable(key, files)
    if APPLICATION not in draft.forms:
        raise NotRunnable(why="它由其他办件引起，没有申请表，请试运行引起它的流程")
    return draft


def _absent_forms(version: CompiledVersion) -> str:
    absent = [each.name for each in version.diagrams.tasks.values() if each.form not in version.forms]
    if APPLICATION not in version.forms and version.applicant != "nobody":
        return f"没有申请表 {APPLICATION}.json"
    return f"环节“{absent[0]}”没有表单" if absent else ""
