"""How a content differs from the version before it, in words for the person who publishes it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from app.definitions.rules.content import Content
from app.definitions.rules.forms import fields_of
from app.studio.rules.diagram_things import things_of_diagram
from app.studio.rules.form_things import things_of_form
from app.studio.rules.policy_things import things_of_policy
from app.studio.rules.scenario_things import things_of_scenario
from app.studio.rules.table_things import things_of_table
from app.studio.rules.things import CHANGED, MOVED, Difference, Thing, compared

READERS: Mapping[str, Callable[[str | None, Mapping[str, str]], dict[str, Thing]]] = {
    "bpmn": things_of_diagram,
    "dmn": lambda text, _names: things_of_table(text),
    "policy": lambda text, _names: things_of_policy(text),
    "scenario": things_of_scenario,
}
STEPS = ("环节", "自动环节", "决策环节")
OPERATION = re.compile(r"^(\w+/\w+) +(\S+)", re.MULTILINE)  # and its title, as a policy begins
ONLY_LAYOUT = "只有排版、注释或编号以外没有含义的内容不同"


def differences(before: Content | None, after: Content) -> Sequence[Difference]:
    """Everything that differs, diagrams first, scenarios behind what they try; what was only moved about comes last."""
    drawn, forms = (before.drawn, before.forms) if before else ({}, {})
    found: list[Difference] = []
    were, names = _names(before) if before else {}, _names(after)
    kinds = list(READERS)
    for name in sorted({*drawn, *after.drawn}, key=lambda each: (kinds.index(each.rpartition(".")[2]), each)):
        read = READERS[name.rpartition(".")[2]]
        found += compared(name, read(drawn.get(name), were), read(after.drawn.get(name), names))
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


def _names(content: Content) -> dict[str, str]:
    """What the keys of a content are called: its fields, its steps, its operations."""
    names: dict[str, str] = {}
    for form in content.forms.values():
        if isinstance(form, Mapping):
            names |= dict(_names_of_fields(form))
        elif isinstance(form, list):
            papers = [each for each in form if isinstance(each, Mapping) and "kind" in each]
            names |= {str(each["kind"]): str(each.get("title", each["kind"])) for each in papers}
    for name, text in content.drawn.items():
        if name.endswith(".bpmn"):
            steps = things_of_diagram(text).items()
            names |= {key: thing.name for key, thing in steps if thing.what in STEPS}
        elif name.endswith(".policy"):
            names |= {found.group(1): found.group(2) for found in OPERATION.finditer(text)}
    return names


def _names_of_fields(form: Any) -> Iterator[tuple[str, str]]:
    """Of each field its title, of each of its choices the title by `field=choice`; parts of a field too."""
    for key, part in fields_of(form).items():
        yield key, str(part.get("title", key))
        for choice in part.get("oneOf") or ():
            yield f"{key}={choice.get('const')}", str(choice.get("title", ""))
        yield from _names_of_fields(part)
        yield from _names_of_fields(part.get("items"))
