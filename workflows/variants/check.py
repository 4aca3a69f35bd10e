"""What a variant may do: it is the version it is made of, with further steps in lanes of its own offices.

Every element of that version stands in it unchanged. A flow may lead through added steps before it comes to where it
led; what refuses or sends back there goes where the version's own refusals go. No added step stands between a decision
and the verb that acts upon it: verbs write in the name of who decided last, with what that form says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workflows.routing import ROLES
from workflows.translation import gettext, listed, quoted
from workflows.variants.drawing import FLOW, GATEWAY, TASK, Drawing, Flow, properties
from workflows.verification.findings import ERROR, HOUSE, Finding
from workflows.vocabulary import property_name

CHANGED, LANE, STEP, PATH, FILE = "variant-changed", "variant-lane", "variant-step", "variant-path", "variant-file"
REFUSING = ("refuse", "send_back")
LANE_ELEMENT = "lane"
#: what says nothing to the engine, and what stands within a task
REMARKS = {"textAnnotation", "association", "group"}
ADDABLE = {TASK, GATEWAY, FLOW, LANE_ELEMENT, *REMARKS}
MEANINGS = ("kind", "side", "status")  # properties of a task by which the platform knows what it is
PASSED = {"exclusiveGateway", "inclusiveGateway", "parallelGateway", "businessRuleTask", "intermediateThrowEvent"}
ACTING = {"serviceTask", "sendTask", "scriptTask", "callActivity", "subProcess"}


@dataclass(frozen=True)
class ProcessFiles:
    """What a version consists of: the texts of its diagrams, tables and policies by name, its forms by key."""

    drawn: Mapping[str, bytes]
    forms: Mapping[str, Any]

    @property
    def diagrams(self) -> Mapping[str, bytes]:
        """The BPMN files."""
        return {name: text for name, text in self.drawn.items() if name.endswith(".bpmn")}


def findings_of_variant(
    original: ProcessFiles, variant: ProcessFiles, own_roles: Collection[str]
) -> list[tuple[str, Finding]]:
    """What forbids these files as a variant of that version, with the file of each finding.

    own_roles -- the lanes in which steps may be added. Scenarios are the variant's own. Raises DiagramRefused.
    """
    found = [(name, each) for name, each in _about_files(original, variant)]
    forms: set[str] = set()
    for name in sorted(original.diagrams.keys() & variant.diagrams.keys()):
        pair = _Pair(Drawing(original.drawn[name], name), Drawing(variant.drawn[name], name), own_roles)
        found += [(name, each) for each in pair.findings()]
        forms |= {properties(pair.new.elements[key]).get("form", key) for key in pair.added if pair.is_task(key)}
    return found + [(name, each) for name, each in _about_forms(original, variant, forms)]


def _finding(rule: str, element: str | None, sentence: str) -> Finding:
    return Finding(rule, ERROR, element, sentence, HOUSE)


def _about_files(original: ProcessFiles, variant: ProcessFiles) -> Iterator[tuple[str, Finding]]:
    for name in sorted({*original.drawn, *variant.drawn}):
        before, after = original.drawn.get(name), variant.drawn.get(name)
        if name.endswith(".scenario") or before == after or (before and after and name.endswith(".bpmn")):
            continue
        sentences = {
            before is None: gettext("本地版本不能有省级版本没有的文件 {name}", name=name),
            after is None: gettext("本地版本须保留省级版本的文件 {name}", name=name),
        }
        changed = gettext("本地版本不能改动省级版本的文件 {name}：须办妥的环节和办理规则由省级规定", name=name)
        yield name, _finding(FILE, None, sentences.get(True, changed))


def _about_forms(
    original: ProcessFiles, variant: ProcessFiles, added: Collection[str]
) -> Iterator[tuple[str, Finding]]:
    for key in sorted({*original.forms, *variant.forms}):
        name = f"{key}.json"
        if key not in variant.forms:
            yield name, _finding(FILE, None, gettext("本地版本须保留省级版本的文件 {name}", name=name))
        elif key not in original.forms and key not in added:
            sentence = gettext("表单 {name} 不属于新增的环节：本地版本只能为新增的环节设表单", name=name)
            yield name, _finding(FILE, None, sentence)
        elif key in original.forms and original.forms[key] != variant.forms[key]:
            yield name, _finding(FILE, None, gettext("本地版本不能改动省级版本的表单 {name}", name=name))


@dataclass
class _Pair:
    """A version's diagram and its variant's."""

    old: Drawing
    new: Drawing
    own_roles: Collection[str]
    added: set[str] = field(default_factory=set)  # nodes: tasks and gateways
    goals: dict[str, set[str]] = field(default_factory=dict)  # added node -> where the flows led in which it stands

    def __post_init__(self) -> None:
        nodes = (key for key in self.new.elements if key not in self.old.elements)
        self.added = {key for key in nodes if self.new.kind(key) in (TASK, GATEWAY)}

    def is_task(self, key: str) -> bool:
        return self.new.kind(key) == TASK

    def findings(self) -> list[Finding]:
        """Everything, in the order of the drawing."""
        kept = list(self._about_what_stays())
        return [*kept, *self._about_what_comes(), *self._about_ways()]

    # ── what stays ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _about_what_stays(self) -> Iterator[Finding]:
        for key in self.old.elements:
            name = quoted(self.old.name(key))
            if key not in self.new.elements:
                yield _finding(CHANGED, None, gettext("本地版本须保留省级版本的全部内容：{name}没有了", name=name))
            elif self.old.said(key) != self.new.said(key):
                yield _finding(CHANGED, key, gettext("本地版本不能改动省级版本的{name}", name=name))
            elif self.old.lanes.get(key) != self.new.lanes.get(key):
                yield _finding(CHANGED, key, gettext("本地版本不能把省级版本的{name}移到别的泳道", name=name))
        for key, flows in self.old.outgoing.items():
            kept = [each.key for each in self.new.outgoing.get(key, ()) if each.key in self.old.flows]
            before = [each.key for each in flows if each.key in kept]
            if kept != before and key in self.new.elements:
                name = quoted(self.old.name(key))
                yield _finding(CHANGED, key, gettext("本地版本不能改动{name}各出口的次序", name=name))

    # ── what comes ───────────────────────────────────────────────────────────────────────────────────────────────────

    def _about_what_comes(self) -> Iterator[Finding]:
        for key, element in self.new.elements.items():
            if key in self.old.elements:
                continue
            around = element.getparent()
            within = around.get("id") if around is not None else None
            name = quoted(self.new.name(key))
            if within in self.added:  # several instances, for a joint decision
                continue
            if self.new.kind(key) not in ADDABLE:
                sentence = gettext("本地版本只能新增办理环节和其后的判断，不能新增{name}", name=name)
                yield _finding(STEP, key, sentence)
            elif self.new.kind(key) == LANE_ELEMENT:
                yield from self._about_role(key, properties(element).get("role"))
            elif self.is_task(key):
                yield from self._about_role(key, self.new.roles.get(key))
                if stated := [each for each in MEANINGS if each in properties(element)]:
                    sentence = gettext(
                        "新增的环节{name}不能写明{stated}", name=name, stated=listed(map(property_name, stated))
                    )
                    yield _finding(STEP, key, sentence)

    def _about_role(self, key: str, role: str | None) -> Iterator[Finding]:
        if role in self.own_roles:
            return
        names = listed(ROLES[each].name for each in self.own_roles)
        yield _finding(
            LANE,
            key,
            gettext(
                "{name}在{role}的泳道：本地版本只能在本机构和所属学校的泳道（{own}）中新增环节",
                name=quoted(self.new.name(key)),
                role=quoted(ROLES[role].name if role and role in ROLES else role),
                own=names,
            ),
        )

    # ── ways ─────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _about_ways(self) -> Iterator[Finding]:
        yield from self._about_redirected()
        for key in (each for each in self.new.elements if each in self.added):
            goals, name = self.goals.get(key, set()), quoted(self.new.name(key))
            if not goals:
                sentence = gettext("新增的{name}没有接在省级版本的流向上：请把它放到一条连线上", name=name)
                yield _finding(PATH, key, sentence)
            elif len(goals) > 1:
                sentence = gettext(
                    "新增的{name}接在通往{goals}的不同流向上：各流向须各自新增环节",
                    name=name,
                    goals=listed(quoted(self.old.name(each)) for each in sorted(goals)),
                )
                yield _finding(PATH, key, sentence)
            elif not self._goes_on(key, goal := next(iter(goals))):
                goal = quoted(self.old.name(goal))
                sentence = gettext("新增的{name}办理之后到不了原来的去处{goal}", name=name, goal=goal)
                yield _finding(PATH, key, sentence)
        for flow in self.new.flows.values():
            if flow.key not in self.old.flows:
                yield from self._about_added_flow(flow)

    def _about_redirected(self) -> Iterator[Finding]:
        """Flows that lead elsewhere now; every added node learns on the way to where."""
        for key, flow in self.old.flows.items():
            now = self.new.flows.get(key)
            if now is None or now.target == flow.target:
                continue
            source, goal = quoted(self.old.name(flow.source)), quoted(self.old.name(flow.target))
            if now.target not in self.added:
                other = quoted(self.new.name(now.target))
                yield _finding(
                    PATH,
                    key,
                    gettext("{source}到{goal}的流向改到了{other}", source=source, goal=goal, other=other),
                )
                continue
            for each in self._reached(now.target):
                self.goals.setdefault(each, set()).add(flow.target)
            if verb := self._acts_next(flow.target):
                sentence = gettext(
                    "{source}之后系统随即办理{verb}，其间不能新增环节：请把新增的环节放到这一办理环节之前",
                    source=source,
                    verb=quoted(self.old.name(verb)),
                )
                yield _finding(PATH, now.target, sentence)
            elif any(self.old.asks_for_outcome(each) for each in self._passed_next(flow.target)):
                sentence = gettext(
                    "{source}之后随即按它的办理结果分开，其间不能新增环节：请把新增的环节放到分开之后的连线上",
                    source=source,
                )
                yield _finding(PATH, now.target, sentence)

    def _reached(self, start: str) -> Collection[str]:
        """The added nodes to which one may come from an added node through added nodes."""
        reached, at = {start}, [start]
        for key in at:
            new = {flow.target for flow in self.new.outgoing.get(key, ())} & self.added - reached
            reached |= new
            at += new
        return reached

    def _goes_on(self, key: str, goal: str) -> bool:
        """May one come from an added node to that element without being refused or sent back?"""
        return any(
            flow.target == goal and flow.outcome not in REFUSING
            for each in self._reached(key)
            for flow in self.new.outgoing.get(each, ())
        )

    def _passed_next(self, key: str) -> list[str]:
        """That element, and what a case comes to from it on before anybody decides again."""
        at = [key]
        for each in at:
            if self.old.kind(each) in PASSED:
                at += dict.fromkeys(flow.target for flow in self.old.outgoing.get(each, ()) if flow.target not in at)
        return at

    def _acts_next(self, key: str) -> str | None:
        """What the system does from that element on before anybody decides again."""
        return next((each for each in self._passed_next(key) if self.old.kind(each) in ACTING), None)

    def _refusals(self, outcome: str) -> list[str]:
        """Where the version's own refusals go, but for those upon which the system acts."""
        targets = dict.fromkeys(flow.target for flow in self.old.flows.values() if flow.outcome == outcome)
        return [each for each in targets if self._acts_next(each) is None]

    def _about_added_flow(self, flow: Flow) -> Iterator[Finding]:
        if flow.source not in self.added:
            name = quoted(self.new.name(flow.source))
            sentence = gettext("本地版本不能给省级版本的{name}新增出口：请把新增的环节放到它原有的连线上", name=name)
            yield _finding(PATH, flow.key, sentence)
            return
        goals = self.goals.get(flow.source, set())
        if flow.target in self.added or len(goals) != 1:
            return
        goal = next(iter(goals))
        allowed = self._refusals(flow.outcome) if flow.outcome in REFUSING and flow.outcome else [goal]
        if flow.target in allowed:
            return
        yield _finding(
            PATH,
            flow.key,
            gettext(
                "新增的{name}不能到{target}：同意的须到{goal}，不同意的可以到{refused}，退回的可以到{returned}",
                name=quoted(self.new.name(flow.source)),
                target=quoted(self.new.name(flow.target)),
                goal=quoted(self.old.name(goal)),
                refused=self._listed("refuse"),
                returned=self._listed("send_back"),
            ),
        )

    def _listed(self, outcome: str) -> str:
        names = listed(quoted(self.old.name(each)) for each in self._refusals(outcome))
        return names or gettext("（没有）")
