"""The schema of BPMN 2.0, its faults told in our own words."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree
from SpiffWorkflow.spiff.parser.process import VALIDATOR

from workflows.translation import gettext, quoted
from workflows.verification.findings import ERROR, STANDARD, Finding

MOST = 20  # faults that are told
LARGE = 5000  # elements: of a larger file only the first fault is told
OTHERS = "spiffworkflow.org"  # extensions of the engine have a schema of their own, which is no part of the standard


def of_schema(root: etree._Element) -> Iterator[Finding]:
    """What the schema of the standard does not let through."""
    VALIDATOR.preprocess(root)
    if sum(1 for _ in root.iter()) > LARGE:
        yield from _first_fault(root)
        return
    if VALIDATOR.validator.validate(root):
        return
    faults = [each for each in VALIDATOR.validator.error_log if OTHERS not in each.message]
    for fault in faults[:MOST]:
        element = _at(root, fault.path)
        around = element
        while around is not None and not around.get("id"):
            around = around.getparent()
        name = quoted(around.get("name"), around.get("id")) if around is not None else gettext("文件")
        tag = etree.QName(element).localname if element is not None else "?"
        sentence = gettext(
            "{name}：第 {line} 行的 {tag} 不符合 BPMN 2.0 的格式定义", name=name, line=fault.line, tag=tag
        )
        yield Finding("schema", ERROR, around.get("id") if around is not None else None, sentence, STANDARD)


def _first_fault(root: etree._Element) -> Iterator[Finding]:
    """The first fault of a large file: to find the place of each of thousands takes too long."""
    parser = etree.XMLParser(schema=VALIDATOR.validator, resolve_entities=False, no_network=True, huge_tree=False)
    try:
        etree.fromstring(etree.tostring(root), parser)
    except etree.XMLSyntaxError as error:
        sentence = gettext("第 {line} 行不符合 BPMN 2.0 的格式定义", line=error.lineno)
        yield Finding("schema", ERROR, None, sentence, STANDARD)


def _at(root: etree._Element, path: str | None) -> etree._Element | None:
    try:
        found = root.getroottree().xpath(path) if path else []
    except etree.XPathError:
        return None
    return found[0] if found and isinstance(found[0], etree._Element) else None
