"""What a file imports: it is there, is BPMN of the namespace it is said to be, shares no id, and can be called."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from lxml import etree

from workflows.errors import DiagramRefused
from workflows.reading import BPMN, local, read
from workflows.translation import gettext, quoted
from workflows.verification.findings import ERROR, STANDARD, Finding

SPACE = BPMN[1:-1]
LARGEST = 5_000_000  # bytes of an imported file
MOST = 20  # files


def of_imports(file: Path, root: etree._Element) -> Iterator[Finding]:
    """Findings about the files that a file imports, directly or not; only files beside it or below are opened."""
    reached: dict[Path, etree._Element] = {}
    missing: dict[str, str] = {}
    _open(file, root, file.parent.resolve(), reached, missing)
    for sentence in missing.values():
        yield Finding("import", ERROR, None, sentence, STANDARD)
    spaces: dict[str, set[str]] = {}
    for each in (root, *reached.values()):
        known = spaces.setdefault(each.get("targetNamespace") or "", set())
        for key in sorted(known & _ids(each)):
            sentence = gettext("标识 {key} 在导入的文件中也有，须各不相同", key=key)
            yield Finding("duplicate-id", ERROR, key, sentence, STANDARD)
        known |= _ids(each)
    imported = {each.get("targetNamespace") or "": each for each in reached.values()}
    for each in (root, *reached.values()):
        yield from _of_calls(each, imported)


def _open(
    file: Path, root: etree._Element, within: Path, reached: dict[Path, etree._Element], missing: dict[str, str]
) -> None:
    for each in root.iterfind(f"{BPMN}import"):
        location = (each.get("location") or "").strip()
        if each.get("importType") != SPACE or "://" in location or len(reached) >= MOST:
            continue
        path = (file.parent / location).resolve()
        if path in reached or path == file.resolve() or not path.is_relative_to(within):
            continue
        if not path.is_file():
            missing[location] = gettext("导入的文件 {file} 不存在", file=location)
            continue
        try:
            imported = read(path.read_bytes()[: LARGEST + 1], location, LARGEST)
        except (DiagramRefused, OSError):
            missing[location] = gettext("导入的文件 {file} 不能读取", file=location)
            continue
        if imported.tag != f"{BPMN}definitions":
            missing[location] = gettext("导入的文件 {file} 不是 BPMN 文件", file=location)
        elif imported.get("targetNamespace") != each.get("namespace"):
            space = each.get("namespace")
            missing[location] = gettext("导入的文件 {file} 的命名空间不是 {space}", file=location, space=space)
        else:
            reached[path] = imported
            _open(path, imported, within, reached, missing)


def _ids(root: etree._Element) -> set[str]:
    return {each.get("id") for each in root.iter(f"{BPMN}*") if each is not root and each.get("id")}


def _of_calls(root: etree._Element, imported: Mapping[str, etree._Element]) -> Iterator[Finding]:
    """A process that is called begins with a plain start event; a call names a process."""
    for call in root.iter(f"{BPMN}callActivity"):
        called = call.get("calledElement") or ""
        prefix = called.rpartition(":")[0]
        other = imported.get(str(call.nsmap.get(prefix))) if prefix else None
        if other is None:
            continue
        found = next((each for each in other if each.get("id") == local(called)), None)
        name = quoted(call.get("name"), call.get("id"))
        if found is None:
            sentence = gettext("{call}调用的 {called} 在导入的文件中不存在", call=name, called=called)
            yield Finding("called-process", ERROR, call.get("id"), sentence, STANDARD)
        elif (starts := found.findall(f"{BPMN}startEvent")) and all(_has_definition(each) for each in starts):
            sentence = gettext("{call}调用的流程须有无条件的开始事件", call=name)
            yield Finding("called-process", ERROR, call.get("id"), sentence, STANDARD)


def _has_definition(event: etree._Element) -> bool:
    return any(str(each.tag).endswith(("EventDefinition", "eventDefinitionRef")) for each in event)
