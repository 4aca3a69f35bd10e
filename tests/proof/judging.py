"""A mutant before the product's check and before the walk: do the two agree, and does what they say replay?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from SpiffWorkflow.bpmn.specs.mixins.inclusive_gateway import InclusiveGateway
from SpiffWorkflow.bpmn.specs.mixins.parallel_gateway import ParallelGateway

import workflows
from tests.proof.mutator import Mutant, shipped_book, shipped_tables
from tests.proof.state import BROKEN, HELD
from tests.proof.walk import judge
from tests.support.replaying import NotReplayed, Step, replay

UNLOADABLE = "unloadable"
CRASH = "crash"
SPLITS = (ParallelGateway, InclusiveGateway)
GAP = "gap"  # the rule whose counter-example ends where the engine cannot go on


@dataclass
class Assessment:
    """What was found of one mutant.

    answer -- of the walk, or that the engine does not load it; refused -- it could not be published; rules -- of the
    findings that forbid it; shown -- by a counter-example; faults -- where the two disagree, or a replay does.
    """

    mutant: Mutant
    answer: str
    refused: bool = False
    shown: bool = False
    rules: tuple[str, ...] = ()
    faults: list[str] = field(default_factory=list)


def assess(mutant: Mutant) -> Assessment:
    """Ask both, and play every counter-example of either in the engine."""
    sources = {f"{mutant.process}.bpmn": mutant.source}
    try:
        (report,) = workflows.check(sources, book=shipped_book(), tables=shipped_tables())
    except Exception as error:  # it never crashes, whatever is drawn
        return Assessment(mutant, CRASH, faults=[f"the check raised {error!r}"])
    refused = bool(report.forbidding)
    paths = [each for each in report.findings if each.counter_example]
    shown = [each for each in paths if each.rule != GAP]
    rules = tuple(sorted({each.rule for each in report.forbidding}))
    try:
        diagrams = workflows.compile_diagrams(sources)
    except workflows.DiagramRefused:
        faults = [] if refused else ["does not compile, and is accepted"]
        return Assessment(mutant, UNLOADABLE, refused, bool(shown), rules, faults)
    verdict = judge(mutant.source, shipped_book(), shipped_tables())
    found = Assessment(mutant, verdict.answer, refused, bool(shown), rules)
    for each in paths:
        whose = f"the counter-example to {each.message}"
        _replayed(diagrams, each.counter_example, whose, found.faults, breaks_off=each.rule == GAP)
    if verdict.answer == BROKEN:
        if verdict.unmet != ("no policy",) and list(verdict.steps) not in [list(e.counter_example) for e in paths]:
            _replayed(diagrams, verdict.steps, "the walk's", found.faults)
        if not refused:
            found.faults.append(f"accepted, but breaks {verdict.node} {verdict.unmet}: {verdict.steps}")
    elif shown:
        found.faults.append(f"{verdict.answer}, but refused: {shown[0].message} {shown[0].counter_example}")
    if mutant.harmless and (refused or verdict.answer != HELD):
        messages = [f"{each.rule}: {each.message}" for each in report.forbidding]
        found.faults.append(f"harmless, but {verdict.answer} {verdict.node} {verdict.unmet}; {messages}")
    return found


def _replayed(
    diagrams: workflows.Diagrams, steps: Sequence[Step], whose: str, faults: list[str], *, breaks_off: bool = False
) -> None:
    parts = (diagrams.spec, *diagrams.subprocess_specs.values())
    splits = any(isinstance(each, SPLITS) for part in parts for each in part.task_specs.values())
    try:
        replay(diagrams, steps, breaks_off=breaks_off, branches=splits)
    except NotReplayed as error:
        faults.append(f"{whose} does not replay: {error}: {steps}")
