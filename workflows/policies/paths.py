"""A counter-example in words: who answered what, one after the other, until the step that a policy forbids."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from workflows.policies.nodes import verb_of
from workflows.policies.policy import Fact
from workflows.policies.tokens import Step
from workflows.translation import gettext, gettext_noop, quoted
from workflows.verification.drawing import Node
from workflows.vocabulary import OUTCOMES

YES_OR_NO = {True: gettext_noop("是"), False: gettext_noop("否")}


def in_words(path: Iterable[Step], nodes: Iterable[Node], facts: Mapping[str, Fact]) -> str:
    """The steps of a path as one sentence; only what the engine does by itself and changes nothing is left out.

    nodes -- the drawing's, for the names of tasks, of verbs by the task that calls them and of messages by the event
    that receives them; facts -- as they are declared, for their words.
    """
    names: dict[str | None, str | None] = {}
    for node in nodes:
        keys = [each.key for each in node.events if each.kind == "message" and node.kind not in ("throw", "end")]
        for key in (node.id, verb_of(node), *keys):
            names.setdefault(key, node.name or key)
    return "→".join(_said(path, names, facts))


def _said(path: Iterable[Step], names: Mapping[str | None, str | None], facts: Mapping[str, Fact]) -> Iterator[str]:
    for step in path:
        if "facts" in step:
            yield from (_fact(name, value, facts) for name, value in step["facts"].items())
        elif "task" in step:
            words = OUTCOMES.get(step["outcome"])
            said = gettext(words.record) if words else step["outcome"]
            yield gettext("{name}：{value}", name=names.get(step["task"]), value=said)
        elif "message" in step:
            yield gettext("消息{message}", message=quoted(names.get(step["message"]), step["message"]))
        elif "timer" in step:
            yield gettext("到时：{name}", name=names.get(step["timer"]))
        elif "refused" in step:
            yield gettext(
                "{verb}不能办理（{code}）", verb=quoted(names.get(step["verb"]), step["verb"]), code=step["refused"]
            )


def _fact(name: str, value: object, facts: Mapping[str, Fact]) -> str:
    words = facts[name].words if name in facts else ""
    said = gettext(YES_OR_NO[value]) if isinstance(value, bool) else value
    return gettext("{name}：{value}", name=words or name, value=said)
