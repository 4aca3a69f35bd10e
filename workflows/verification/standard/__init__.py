"""What the BPMN 2.0 standard itself forbids, whoever runs the diagram; choreographies excepted."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from lxml import etree

from workflows.verification.findings import ERROR, STANDARD, Finding
from workflows.verification.standard import data, events, executable, flows, gateways, pools, references, schema
from workflows.verification.standard.model import Model

RULES = (references, flows, gateways, events, pools, data, executable)
MOST = 200  # findings of one file: a file that is all wrong is not told at length

__all__ = ["of_standard"]


def of_standard(root: etree._Element, known: Collection[str]) -> Iterator[Finding]:
    """The findings about a file as the standard sees it.

    known -- the processes of the other files at hand, which this one may call.
    """
    yield from schema.of_schema(root)
    model = Model(root, known)
    number = 0
    for rules in RULES:
        for rule, element, sentence in rules.broken(model):
            number += 1
            if number > MOST:
                return
            yield Finding(rule, ERROR, model.key_of(element), sentence, STANDARD)
