"""Can the engine load a drawing, and does it predict no more tasks than it can carry?"""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from workflows.errors import DiagramRefused
from workflows.loading import executable, parsed, specifications
from workflows.reading import BPMN
from workflows.translation import gettext
from workflows.unrunnable import is_too_large
from workflows.verification.findings import ENGINE, ERROR, Finding


def load_fault(file: str, roots: Mapping[str, etree._Element]) -> Finding | None:
    """Why the engine cannot load a file, None when it can.

    roots -- the files at hand by name: what the file calls may stand in another of them.
    """
    if is_too_large(roots[file]):
        return Finding("load", ERROR, None, gettext("引擎不能载入：流程图太大"), ENGINE)
    try:
        parser = parsed({name: roots[name] for name in _needed(file, roots)})
        for key in executable(parser, [roots[file]]):
            specifications(parser, key)
    except DiagramRefused as error:
        return Finding("load", ERROR, _element(roots[file], error.element), error.sentence, ENGINE)
    return None


def _needed(file: str, roots: Mapping[str, etree._Element]) -> list[str]:
    """The file and those whose processes it calls, directly or not."""
    owners = {each.get("id"): name for name, root in roots.items() for each in root.iterfind(f"{BPMN}process")}
    owners.update({each.get("id"): file for each in roots[file].iterfind(f"{BPMN}process")})
    needed, open_ = {file: None}, [file]
    while open_:
        for call in roots[open_.pop()].iter(f"{BPMN}callActivity"):
            name = owners.get(call.get("calledElement"))
            if name is not None and name not in needed:
                needed[name] = None
                open_.append(name)
    return list(needed)


def _element(root: etree._Element, key: str | None) -> str | None:
    return key if key and any(each.get("id") == key for each in root.iter()) else None
