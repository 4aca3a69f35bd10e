"""Every state that cases can get into under a diagram's rules, and what of them breaks a policy or leads to no end."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence

from workflows.policies.facts import TooManyFacts
from workflows.policies.history import BEGUN
from workflows.policies.machine import Machine
from workflows.policies.paths import in_words
from workflows.policies.policy import Requirement
from workflows.policies.tokens import Gap, NotFollowed, State, Step
from workflows.policies.unmet import unmet
from workflows.translation import gettext, listed
from workflows.verification.drawing import Node
from workflows.verification.findings import ERROR, POLICY, UNDECIDED, WARNING, Finding

MOST_STATES = 20_000
MOST_BESIDE = 5_000  # states looked through for a breach, where something else cannot be followed anyway
MOST_VIOLATIONS = 20
NEVER_ENDS = "never-ends"  # the case waits somewhere from where no way leads to an end
NO_POLICY = "no-policy"  # a verb writes, and nothing says when it may
ENDLESS = "endless"  # the engine goes round by itself
MOST_PLACES = 5  # that a sentence names

Steps = tuple[Step, ...]


def undecided(why: str) -> Finding:
    """What is said of a diagram that could not be followed to the end."""
    return Finding(UNDECIDED, WARNING, None, gettext("未能判定是否符合办理前提：{why}", why=why), POLICY)


class Search:
    """Every state that cases can get into, the nearest first, so that a breach is shown by a shortest path.

    without_policy -- of each verb that no policy lets write, the sentence that says so; where nothing comes to it, it
        is not among what is found
    found -- what breaks a policy, by the element and the first line that it breaks.
    """

    def __init__(self, machine: Machine, without_policy: Mapping[str, str]) -> None:
        self.machine, self._without_policy = machine, without_policy
        machine.without_policy, machine.not_followed = frozenset(without_policy), []
        self.found: dict[tuple[str | None, str], Finding] = {}
        self._before: dict[State, tuple[State | None, Steps]] = {}
        self._queue: deque[State] = deque()
        self._origins: dict[State, list[State]] = {}

    def run(self) -> Finding | None:
        """Follow everything; what could not be decided, where that was too much or a way could not be followed.

        What was found before, and on other ways, stands beside it.
        """
        try:
            for data in self.machine.facts.beginnings():
                self._reached(None, self.machine.begin(data, BEGUN))
            while self._queue:
                if len(self._before) > MOST_STATES:
                    raise NotFollowed(gettext("状态超出了验证的界限（{most} 个）", most=MOST_STATES))
                if self.machine.not_followed and (self.found or len(self._before) > MOST_BESIDE):
                    break
                state = self._queue.popleft()
                self._reached(state, self.machine.acts(state))
        except (NotFollowed, TooManyFacts) as error:
            return undecided(str(error))
        if self.machine.not_followed:
            return undecided(self.machine.not_followed[0])
        if not self.found:  # behind a breach nothing was followed
            self._find_endless()
        return None

    def _reached(self, origin: State | None, after: Iterable[tuple[State, Steps]]) -> None:
        machine = self.machine
        known, gaps, endless = len(machine.violations), len(machine.gaps), len(machine.endless)
        for state, steps in after:
            if origin is not None:
                self._origins.setdefault(state, []).append(origin)
            if state not in self._before:
                self._before[state] = (origin, steps)
                self._queue.append(state)
        for node, subject, lines, steps in machine.violations[known:]:
            key = (node.id, lines[0].text if lines else NO_POLICY)
            if key not in self.found and len(self.found) < MOST_VIOLATIONS:
                path = (*self._path(origin), *steps)
                self.found[key] = self._breach(node, subject, lines, path)
        for number in list(machine.gaps)[gaps:]:
            node = machine.nodes[number]
            self.found[node.id, "gap"] = self._gap(node, machine.gaps[number], origin)
        for steps in machine.endless[endless:]:
            sentence = gettext("办到这里以后，流程自行循环不止，不再到任何人")
            path = (*self._path(origin), *steps)
            self.found.setdefault((None, ENDLESS), self._shown(ENDLESS, None, sentence, path))

    def _find_endless(self) -> None:
        """The nearest state from which no answer and no message leads to an end any more."""
        open_ = [state for state in self._before if not state.tokens]
        hopeful = set(open_)
        while open_:
            for origin in self._origins.get(open_.pop(), []):
                if origin not in hopeful:
                    hopeful.add(origin)
                    open_.append(origin)
        lost = next((state for state in self._before if state not in hopeful), None)
        if lost is not None:
            places = dict.fromkeys(self.machine.nodes[token.node] for token in lost.tokens)
            where = listed([*places][:MOST_PLACES])
            sentence = gettext("办到{where}以后，无论怎样办理都不能结束", where=where)
            self.found[None, NEVER_ENDS] = self._shown(NEVER_ENDS, next(iter(places)), sentence, self._path(lost))

    def _breach(self, node: Node, subject: str, lines: Sequence[Requirement], path: Steps) -> Finding:
        if not lines:
            return self._shown(NO_POLICY, node, self._without_policy[subject], path)
        lacking = unmet(lines, self.machine.rules.titles)
        if node.kind == "end":
            sentence = gettext("{lacking}，不能这样结束", lacking=lacking)
        else:
            sentence = gettext("{lacking}，就会办理{node}", lacking=lacking, node=node)
        return self._shown("policy", node, sentence, path)

    def _gap(self, node: Node, gap: Gap, origin: State | None) -> Finding:
        if gap.condition is None:
            sentence = gettext("网关{node}的条件可能都不成立，也没有默认流向，办到这里就走不下去", node=node)
        else:
            sentence = gettext(
                "网关{node}的条件 {condition} 引用了尚未给出的数据，办到这里就走不下去",
                node=node,
                condition=gap.condition,
            )
        return self._shown("gap", node, sentence, (*self._path(origin), *gap.steps))

    def _shown(self, rule: str, node: Node | None, sentence: str, path: Steps) -> Finding:
        words = in_words(path, self.machine.nodes, self.machine.facts.declared)
        if words:
            sentence = gettext("{sentence}。例如：{words}", sentence=sentence, words=words)
        return Finding(rule, ERROR, node.id if node else None, sentence, POLICY, path)

    def _path(self, state: State | None) -> Steps:
        parts: list[Steps] = []
        while state is not None:
            state, steps = self._before[state]
            parts.append(steps)
        return tuple(step for part in reversed(parts) for step in part)
