"""BPMN files as XML: read as if they were hostile, with the names by which everything else looks into them."""

from __future__ import annotations

from lxml import etree

from workflows.errors import DiagramRefused
from workflows.translation import gettext

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"
LARGEST = 1_000_000  # bytes of one file
DEEPEST = 60  # nested elements
BOOLEANS = (
    "cancelActivity",
    "instantiate",
    "isClosed",
    "isExecutable",
    "isForCompensation",
    "isImmediate",
    "isInterrupting",
    "isSequential",
    "parallelMultiple",
    "testBefore",
    "triggeredByEvent",
)
SPELT = {"1": "true", "0": "false"}  # XML Schema allows both; whoever reads an element asks for the words


def read(source: bytes, name: str, largest: int = LARGEST) -> etree._Element:
    """Parse XML as if it were hostile: no DOCTYPE, no entity, no network, bounded size and depth."""
    if len(source) > largest:
        raise DiagramRefused(gettext("{name}：文件过大（最多 {largest} 字节）", name=name, largest=largest))
    if b"<!DOCTYPE" in source or b"<!ENTITY" in source:
        raise _declaring(name)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False)
    try:
        root = etree.fromstring(source, parser)
    except etree.XMLSyntaxError as error:
        too_deep = is_too_deep(error)
        if too_deep:
            raise DiagramRefused(gettext("{name}：元素嵌套过深", name=name)) from error
        raise DiagramRefused(gettext("{name}：不是正确的 XML（第 {line} 行）", name=name, line=error.lineno)) from error
    if root.getroottree().docinfo.doctype:
        raise _declaring(name)
    if _depth(root) > DEEPEST:
        raise DiagramRefused(gettext("{name}：元素嵌套过深", name=name))
    _spell_truths(root)
    return root


def _spell_truths(root: etree._Element) -> None:
    """Truth values by their words, so that nobody takes a 0 or 1 for something else."""
    for element in root.iter(f"{BPMN}*"):
        for name in BOOLEANS:
            value = element.get(name)
            if value is not None and value not in ("true", "false"):
                element.set(name, SPELT.get(value.strip(), value.strip()))


def is_too_deep(error: etree.XMLSyntaxError) -> bool:
    """Did the library stop because of its own bound for nested elements? Nothing else is wrong with the XML then."""
    return "Excessive depth" in (error.msg or "")


def _declaring(name: str) -> DiagramRefused:
    if name.endswith(".dmn"):
        return DiagramRefused(gettext("{name}：决策表中不能有 DOCTYPE 或实体声明", name=name))
    return DiagramRefused(gettext("{name}：流程图中不能有 DOCTYPE 或实体声明", name=name))


def _depth(root: etree._Element) -> int:
    deepest, stack = 0, [(root, 1)]
    while stack:
        element, depth = stack.pop()
        deepest = max(deepest, depth)
        stack.extend((child, depth + 1) for child in element)
    return deepest


def local(reference: str | None) -> str:
    """What a reference names, without the prefix of its namespace."""
    return (reference or "").strip().rpartition(":")[2]


def place_of(element: etree._Element) -> str:
    """How a sentence calls the nearest element around it that has a name or id."""
    while element is not None:
        if element.get("id") and not str(element.tag).endswith("EventDefinition"):
            return str(element.get("name") or element.get("id"))
        element = element.getparent()
    return "?"


def number_of(text: str | None) -> int | None:
    """The whole number that a text is, None for anything else; one of very many digits is as good as a large one."""
    text = (text or "").strip()
    sign, digits = (-1, text[1:]) if text[:1] == "-" else (1, text.removeprefix("+"))
    if not (digits.isascii() and digits.isdigit()):
        return None
    return sign * (int(digits) if len(digits) < 19 else 10**18)


def roles_of(root: etree._Element) -> dict[str, str | None]:
    """The role of the lane in which each element stands, by the element's id."""
    return {
        (reference.text or "").strip(): properties(lane).get("role")
        for lane in root.iter(f"{BPMN}lane")
        for reference in lane.iterfind(f"{BPMN}flowNodeRef")
    }


def properties(element: etree._Element) -> dict[str, str]:
    """The `spiffworkflow:property` pairs of an element."""
    path = f"{BPMN}extensionElements/{SPIFF}properties/{SPIFF}property"
    pairs = ((each.get("name"), each.get("value")) for each in element.findall(path))
    return {name: value for name, value in pairs if name and value is not None}
