"""What the engine does by itself between two acts of people, over a drawing with its facts and policies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from workflows.policies.facts import Data
from workflows.policies.gateways import Gateways
from workflows.policies.policy import Requirement, end_subject
from workflows.policies.rounds import MOST_ROUNDS, goes_round, is_passed_by
from workflows.policies.tokens import (
    Goes,
    NotFollowed,
    Path,
    State,
    Step,
    Token,
    Underway,
    Violation,
    ordered,
    without,
    without_scope,
)
from workflows.reading import properties
from workflows.translation import gettext
from workflows.verification.drawing import Flow, Node, Scope

AWAITED = ("message", "timer")  # what an event of a run may wait for
MOST_TOKENS = 24
MOST_STEPS = 4_000  # of one act: more are a loop without a person, or more branches than are followed
MOST_WORK = 100_000  # steps in all, some seconds; the longest of the shipped diagrams takes a fifth of it


class Walk(Gateways):
    """What the engine does by itself, from one act to the next."""

    def _walk(self, begun: Underway) -> Iterator[tuple[State, tuple[Step, ...]]]:
        open_, seen = [begun], set()
        while open_:
            now = open_.pop()
            key = now[:3]
            if key in seen:
                self.round = now.steps
                continue
            seen.add(key)
            if len(seen) > MOST_STEPS or len(now.resting) + len(now.moving) > MOST_TOKENS:
                self._cut_off(NotFollowed(gettext("流程图分支过多，或者循环不经过任何人")))
                continue
            self._work += 1
            if self._work > MOST_WORK:
                raise NotFollowed(gettext("超出了验证的界限（{most} 步）", most=MOST_WORK))
            if now.moving:
                open_ += [after for turn in reversed(self._turns(now)) for after in self._followed(turn)]
            elif (joined := self._inclusive_join(now)) is not None:
                open_ += joined
            else:
                yield State(ordered(now.resting), now.history), now.steps

    def _followed(self, turn: Underway) -> list[Underway]:
        try:
            return self._entered(turn)
        except NotFollowed as error:
            self._cut_off(error)
            return []

    def _cut_off(self, error: NotFollowed) -> None:
        """This way goes no further; every other one may. Raises the error where nothing may be left out."""
        if self.not_followed is None:
            raise error
        self.not_followed.append(str(error))
        self.cut += 1

    def _turns(self, now: Underway) -> list[Underway]:
        """The same walk with the token first that goes next: each that comes to a verb or an end may.

        In what order the engine takes what moves at once depends on nodes of its own that no drawing shows; an end may
        stop what another token was about to do. All else neither writes nor stops anything and goes first.
        """
        places = range(len(now.moving))
        coming = [self.nodes[each[0]] for each in now.moving]
        quiet = [place for place in places if coming[place].kind != "end" and coming[place].tag != "serviceTask"]
        turns = quiet[:1] or places
        return [
            now._replace(moving=(now.moving[place], *now.moving[:place], *now.moving[place + 1 :])) for place in turns
        ]

    def _entered(self, now: Underway) -> list[Underway]:
        """After the first moving token has come to its node."""
        (number, path, data, flow), moving = now.moving[0], now.moving[1:]
        node = self.nodes[number]
        rest = now._replace(moving=moving)
        if node.repeats.instances and "joint" not in properties(node.element):
            raise NotFollowed(gettext("{node}要办多次：请写明会签规则，逐个办理的请各开一件", node=node))
        if is_passed_by(node, data, self.facts):
            return [self._went_on(rest, node, path, data)]
        if node.kind == "task":
            return self._came_to_task(rest, node, path, data)
        if node.kind in ("start", "throw"):
            self._refuse_events(node, ("message",))
            return [self._went_on(rest, node, path, data)]
        if node.kind in ("catch", "events"):
            for each in [node, *(flow.target for flow in node.outs if node.kind == "events")]:
                self._refuse_events(each, AWAITED)
            return [self._rests(rest, Token(number, path, data))]
        handler = {
            "xor": self._chose,
            "or": self._split,
            "and": self._split,
            "end": self._ended,
            "sub": self._went_in,
            "call": self._went_in,
        }.get(node.kind)
        if handler is None:
            raise NotFollowed(gettext("{node}的含义没有规定", node=node))
        return handler(rest, node, path, data, flow)

    def _came_to_task(self, now: Underway, node: Node, path: Path, data: Data) -> list[Underway]:
        for each in node.boundaries:
            self._refuse_events(each, (*AWAITED, "error"))
        number = self.number[id(node)]
        if number in self.tasks or node.tag == "receiveTask":
            return [self._rests(now, Token(number, path, data))]
        if number not in self._verbs:
            raise NotFollowed(gettext("{node}不能在这里运行", node=node))
        return self._called(now, node, path, data)

    def _called(self, now: Underway, node: Node, path: Path, data: Data, done: int = 0) -> list[Underway]:
        """A service task calls its verb, in a loop once more after so many times."""
        verb = self._verbs[self.number[id(node)]]
        facts = self.facts.as_dict(data)
        lines = self.rules.missing(now.history, verb, facts)
        if lines or verb in self.without_policy:
            self._violated(node, verb, lines, (*now.steps, {"verb": verb}))
            return []
        after = []
        history = self.rules.ran(now.history, verb, facts)
        for given in self._gives[verb]:
            step: dict[str, Any] = {"verb": verb, "gives": given} if given else {"verb": verb}
            then = now._replace(history=history, steps=(*now.steps, step))
            known = self.facts.with_(data, given)
            if not self.rules.keeps_promises(history, verb, self.facts.as_dict(known)):
                self.cut += 1
            elif goes_round(node, done + 1, known, self.facts):
                if done > MOST_ROUNDS:
                    raise NotFollowed(gettext("{node}的重复次数超过 {most}", node=node, most=MOST_ROUNDS))
                after += self._called(then, node, path, known, done + 1)
            else:
                after.append(self._went_on(then, node, path, known))
        for border in node.boundaries:
            for event in border.events:
                if event.kind == "error":
                    step = {"verb": verb, "refused": event.key}
                    then = now._replace(steps=(*now.steps, step))
                    after.append(self._went_on(then, border, path, self.facts.with_(data, {"refusal": event.key})))
        return after

    def _violated(self, node: Node, subject: str, lines: list[Requirement], steps: tuple[Step, ...]) -> None:
        self.cut += 1
        self.violations.append(Violation(node, subject, tuple(lines), steps))

    # --- ends and insides

    def _ended(self, now: Underway, node: Node, path: Path, data: Data, _flow: Flow | None) -> list[Underway]:
        self._refuse_events(node, ("message", "terminate", "error"))
        outcome = properties(node.element).get("outcome")
        if outcome is not None:
            subject = end_subject(outcome)
            steps = (*now.steps, {"end": node.id})
            if lines := self.rules.missing(now.history, subject, self.facts.as_dict(data)):
                self._violated(node, subject, lines, steps)
                return []
            now = now._replace(steps=steps)
        kinds = {each.kind for each in node.events}
        if "error" in kinds:
            return self._threw(now, node, path)
        if "terminate" in kinds:
            now = without_scope(now, path)
        return [self._over(now, path, data)]

    def _over(self, now: Underway, path: Path, data: Data) -> Underway:
        """A token has ended: with the last of them what runs inside an activity is over."""
        if not path or any(each.path[: len(path)] == path for each in now.resting):
            return now
        if any(moving[1][: len(path)] == path for moving in now.moving):
            return now
        host = next(each for each in now.resting if each.node == path[-1] and each.path == path[:-1])
        after = now._replace(resting=without(now.resting, host))
        return self._done(after, host, data)

    def _done(self, now: Underway, token: Token, data: Data) -> Underway:
        """What a token was inside of has been done: it goes on, or round once more. It rests no more."""
        node = self.nodes[token.node]
        if not goes_round(node, token.round, data, self.facts):
            return self._went_on(now, node, token.path, data)
        rests = self._rests(now, token.in_next_round(node, data))
        return rests if node.inside is None else self._begun(rests, node, token.path, data)

    def _threw(self, now: Underway, node: Node, path: Path) -> list[Underway]:
        """An error goes outwards to the first activity that has an event for it at its border."""
        code = next(each.key for each in node.events if each.kind == "error")
        while path:
            now = without_scope(now, path)
            host = next(each for each in now.resting if each.node == path[-1] and each.path == path[:-1])
            now = now._replace(resting=without(now.resting, host))
            for border in self.nodes[host.node].boundaries:
                if any(each.kind == "error" and each.key in (None, code) for each in border.events):
                    return [self._went_on(now, border, host.path, host.data)]
            path = host.path
        raise NotFollowed(gettext("{node}抛出的错误没有边界事件接住", node=node))

    def _went_in(self, now: Underway, node: Node, path: Path, data: Data, _flow: Flow | None) -> list[Underway]:
        number = self.number[id(node)]
        for each in node.boundaries:
            self._refuse_events(each, (*AWAITED, "error"))
        if node.inside is None:
            raise NotFollowed(gettext("{node}调用的流程不在手边", node=node))
        if any(each.node == number and each.path == path for each in now.resting):
            raise NotFollowed(gettext("{node}同时进行两次", node=node))
        return [self._begun(self._rests(now, Token(number, path, data)), node, path, data)]

    def _begun(self, now: Underway, node: Node, path: Path, data: Data) -> Underway:
        """The inside of an activity begins, around which a token rests."""
        assert node.inside is not None
        inside = (*path, self.number[id(node)])
        starts = tuple((self.number[id(each)], inside, data, None) for each in self._starts(node.inside))
        return now._replace(moving=(*starts, *now.moving))

    def _starts(self, scope: Scope) -> list[Node]:
        starts = [each for each in scope.starts if not each.events]
        if len(starts) != 1 or any(each.kind == "event_sub" for each in scope.nodes):
            raise NotFollowed(gettext("流程{scope}不是从一个没有事件的开始事件开始", scope=scope))
        return starts

    # --- small steps

    def _refuse_events(self, node: Node, known: tuple[str, ...]) -> None:
        needs_all = node.element.get("parallelMultiple") == "true" and len(node.events) > 1
        for event in node.events:
            if event.kind not in known or needs_all:
                raise NotFollowed(gettext("{node}的事件在这里的含义没有规定", node=node))

    def _went_on(self, now: Underway, node: Node, path: Path, data: Data) -> Underway:
        out = self._out(node, path, data)
        if not out:  # nothing drawn behind it: the token ends there
            return self._over(now, path, data)
        return now._replace(moving=(*out, *now.moving))

    def _out(self, node: Node, path: Path, data: Data) -> tuple[Goes, ...]:
        if any(each.conditional for each in node.outs):
            raise NotFollowed(gettext("{node}后的条件没有画成网关", node=node))
        return tuple((self.number[id(each.target)], path, data, each) for each in node.outs)
