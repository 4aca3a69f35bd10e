"""Can the engine load a drawing, and does it predict no more tasks than it can carry?"""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.spiff.parser.process import VALIDATOR, SpiffBpmnParser

from workflows.compiled_spec import refuse_unbounded
from workflows.diagrams import BPMN, LONGEST, PARSING, refuse_circles
from workflows.errors import DiagramRefused
from workflows.verification.findings import ENGINE, ERROR, Finding

SCOPES = [f"{BPMN}{each}" for each in ("process", "subProcess", "transaction", "adHocSubProcess")]


def load_fault(file: str, roots: Mapping[str, etree._Element]) -> Finding | None:
    """Why the engine cannot load a file, None when it can.

    roots -- the files at hand by name: what the file calls may stand in another of them.
    """
    if any(len(each.findall(f"{BPMN}sequenceFlow")) > LONGEST for each in roots[file].iter(*SCOPES)):
        return Finding("load", ERROR, None, f"引擎不能载入：一个流程最多 {LONGEST} 条顺序流", ENGINE)
    parser = SpiffBpmnParser(validator=VALIDATOR)
    try:
        refuse_circles(roots[name] for name in _needed(file, roots))
        for name in _needed(file, roots):
            if roots[name].find(f"{BPMN}process") is not None:
                parser.add_bpmn_xml(roots[name], filename=name)
        keys = [key for key in parser.get_process_ids() if _has_content(roots[file], key)]
        if not keys:
            return Finding("load", ERROR, None, "图中没有可以执行的流程（isExecutable）", ENGINE)
        for key in keys:
            refuse_unbounded(parser.get_spec(key), parser.get_subprocess_specs(key))
    except ValidationException as error:
        return Finding("load", ERROR, _element(roots[file], error.id), f"引擎不能载入：{_sentence(error)}", ENGINE)
    except DiagramRefused as error:
        return Finding("load", ERROR, None, error.sentence, ENGINE)
    except PARSING as error:
        return Finding("load", ERROR, None, f"引擎不能载入：{type(error).__name__} {error}", ENGINE)
    return None


def _has_content(root: etree._Element, key: str | None) -> bool:
    """Does the file have that process, and anything in it?"""
    process = next((each for each in root.iterfind(f"{BPMN}process") if each.get("id") == key), None)
    return process is not None and any(isinstance(each.tag, str) and each.get("id") for each in process)


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
    return key if key and root.find(f".//*[@id='{key}']") is not None else None


def _sentence(error: ValidationException) -> str:
    text = str(error).replace("\n", " ").strip()
    return text[:300]
