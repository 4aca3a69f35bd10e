"""How a content differs from the version before it, in words for the person who publishes it."""

from __future__ import annotations

from collections.abc import Sequence

from app.definitions.rules.content import Content
from app.studio.rules.diagram_things import things_of_diagram
from app.studio.rules.form_things import things_of_form
from app.studio.rules.policy_things import things_of_policy
from app.studio.rules.scenario_things import things_of_scenario
from app.studio.rules.table_things import things_of_table
from app.studio.rules.things import CHANGED, MOVED, Difference, compared

READERS = {
    "bpmn": things_of_diagram,
    "dmn": things_of_table,
    "policy": things_of_policy,
    "scenario": things_of_scenario,
}
ONLY_LAYOUT = "只有排版、注释或编号以外没有含义的内容不同"


def differences(before: Content | None, after: Content) -> Sequence[Difference]:
    """Everything that differs, diagrams first; what was only moved about comes last."""
    drawn, forms = (before.drawn, before.forms) if before else ({}, {})
    found: list[Difference] = []
    for name in sorted({*drawn, *after.drawn}):
        read = READERS[name.rpartition(".")[2]]
        found += compared(name, read(drawn.get(name)), read(after.drawn.get(name)))
    for name in sorted({*forms, *after.forms}):
        found += compared(
            f"{name}.json", things_of_form(name, forms.get(name)), things_of_form(name, after.forms.get(name))
        )
    told = {each.file for each in found}
    texts = before.texts() if before else {}
    for name, text in after.texts().items():
        if name not in told and name in texts and texts[name] != text:
            found.append(Difference("文件", CHANGED, name, None, name, (ONLY_LAYOUT,)))
    return sorted(found, key=lambda each: each.change == MOVED)
