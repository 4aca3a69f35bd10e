"""A mutant before the product's check and before the walk: do the two agree, and does what they say replay?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from SpiffWorkflow.bpmn.specs.mixins.inclusive_gateway import InclusiveGateway
from SpiffWorkflow.bpmn.specs.mixins.parallel_gateway import ParallelGateway

import workflows
from tests.proof.mutator import Mutant, shipped_book, shipped_tables
from tests.proof.state import BROKEN, HELD, STUCK, Verdict
from tests.proof.walk import judge
from tests.support.replaying import BREAKS_OFF, COMES_THERE, GOES_ROUND, WAITS, NotReplayed, Step, replay

UNLOADABLE = "unloadable"
CRASH = "crash"
SPLITS = (ParallelGateway, InclusiveGateway)
BREACHES = ("policy", "no-policy")
ENDINGS = {"gap": BREAKS_OFF, "endless": GOES_ROUND, "never-ends": WAITS}  # of counter-examples by their rule


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
    shown = [each for each in paths if each.rule in BREACHES]
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
        _replayed(diagrams, each.counter_example, whose, found.faults, ENDINGS.get(each.rule, COMES_THERE))
    told = [list(each.counter_example) for each in paths]
    if verdict.answer == BROKEN and verdict.unmet != ("no policy",) and list(verdict.steps) not in told:
        _replayed(diagrams, verdict.steps, "the walk's", found.faults)
    found.faults += _disagreements(verdict, refused, paths)
    if mutant.harmless and (refused or verdict.answer != HELD):
        messages = [f"{each.rule}: {each.message}" for each in report.forbidding]
        found.faults.append(f"harmless, but {verdict.answer} {verdict.node} {verdict.unmet}; {messages}")
    return found


def _disagreements(verdict: Verdict, refused: bool, paths: Sequence[workflows.Finding]) -> Iterator[str]:
    """Where the walk says something else than the check, which shows these counter-examples."""
    if verdict.answer == BROKEN and refused and not any(each.rule in BREACHES for each in paths):
        yield f"refused, but nothing shows how it breaks {verdict.node} {verdict.unmet}"
    if verdict.answer == BROKEN and not refused:
        yield f"accepted, but breaks {verdict.node} {verdict.unmet}: {verdict.steps}"
    if verdict.answer == STUCK and not refused:
        yield "accepted, but there are cases that never end"
    breaches = [each for each in paths if each.rule in BREACHES] if verdict.answer == STUCK else paths
    if verdict.answer != BROKEN and breaches:
        yield f"{verdict.answer}, but refused: {breaches[0].message} {breaches[0].counter_example}"


def _replayed(
    diagrams: workflows.Diagrams, steps: Sequence[Step], whose: str, faults: list[str], ending: str = COMES_THERE
) -> None:
    parts = (diagrams.spec, *diagrams.subprocess_specs.values())
    splits = any(isinstance(each, SPLITS) for part in parts for each in part.task_specs.values())
    try:
        replay(diagrams, steps, ending=ending, branches=splits)
    except NotReplayed as error:
        faults.append(f"{whose} does not replay: {error}: {steps}")
