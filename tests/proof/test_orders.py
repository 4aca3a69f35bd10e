"""Two branches that move at once: the proof counts on no order in which the engine takes them."""

from __future__ import annotations

import pytest
from lxml import etree

import workflows
from tests.proof.chart import BPMN
from tests.proof.mutator import SHELF, shipped_book, shipped_tables
from tests.proof.sheet import Sheet
from tests.support.replaying import replay


@pytest.mark.parametrize("verb_first", [True, False])
def test_an_end_that_stops_everything_hides_no_verb_beside_it(verb_first: bool) -> None:
    """A refusal splits: one branch leads, by a gateway, to an end that stops the case, the other to the verb."""
    sheet = Sheet(etree.fromstring((SHELF / "class_change" / "class_change.bpmn").read_bytes()))
    refused = sheet.outcome_flow("outcome", "refuse")
    assert refused is not None
    sheet.add("parallelGateway", "both", "outcome")
    sheet.add("exclusiveGateway", "why", "outcome")
    sheet.add("endEvent", "other", "refused", {"outcome": "refused"})
    sheet.aim(refused, "both")
    for target in ("effect", "why") if verb_first else ("why", "effect"):
        sheet.join("both", target)
    sheet.join("why", "refused", 'outcome == "refuse"')
    sheet["why"].set("default", sheet.join("why", "other").get("id"))
    for end in ("refused", "other"):
        etree.SubElement(sheet[end], f"{BPMN}terminateEventDefinition", id=f"stops_{end}")
    sources = {"class_change.bpmn": sheet.source()}

    (report,) = workflows.check(sources, book=shipped_book(), tables=shipped_tables())

    breach = next(each for each in report.findings if each.rule == "policy")
    assert breach.element == "effect"
    replay(workflows.compile_diagrams(sources), breach.counter_example)
