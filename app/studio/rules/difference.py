"""How a content differs from the version before it, in words for the person who publishes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from app.definitions.rules.content import Content
from app.studio.rules.diagram_things import things_of_diagram
from app.studio.rules.form_things import things_of_form
from app.studio.rules.names import names_of
from app.studio.rules.policy_things import things_of_policy
from app.studio.rules.scenario_things import things_of_scenario
from app.studio.rules.table_things import things_of_table
from app.studio.rules.things import CHANGED, MOVED, Difference, Thing, compared

READERS: Mapping[str, Callable[[str | None, Mapping[str, str]], dict[str, Thing]]] = {
    "bpmn": things_of_diagram,
    "dmn": things_of_table,
    "policy": things_of_policy,
    "scenario": things_of_scenario,
}
ONLY_LAYOUT = "只有排版、注释或编号以外没有含义的内容不同"


def differences(
    before: Content | None, after: Content, processes: Mapping[str, str] | None = None
) -> Sequence[Difference]:
    """Everything that differs, diagrams first, scenarios behind what they try; what was only moved about comes last.

    processes -- the names of other processes by their keys, for what refers to them
    """
    drawn, forms = (before.drawn, before.forms) if before else ({}, {})
    found: list[Difference] = []
    were, names = (names_of(each, processes or {}) if each else {} for each in (before, after))
    kinds = list(READERS)
    for name in sorted({*drawn, *after.drawn}, key=lambda each: (kinds.index(each.rpartition(".")[2]), each)):
        read = READERS[name.rpartition(".")[2]]
        found += compared(name, read(drawn.get(name), were), read(after.drawn.get(name), names))
    for name in sorted({*forms, *after.forms}):
        found += compared(
            f"{name}.json",
            things_of_form(name, forms.get(name), were),
            things_of_form(name, after.forms.get(name), names),
        )
    told = {each.file for each in found}
    texts = before.texts() if before else {}
    for name, text in after.texts().items():
        if name not in told and name in texts and texts[name] != text:
            found.append(Difference("文件", CHANGED, name, None, name, (ONLY_LAYOUT,)))
    return sorted(found, key=lambda each: each.change == MOVED)
