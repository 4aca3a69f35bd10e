"""What a policy file says: a thing for each line, under the verb or the end that it stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping

from app.studio.rules.diagram_things import ENDS
from app.studio.rules.plain_words import line_in_words
from app.studio.rules.things import Thing

CODE = re.compile(r"[a-z]\w*", re.ASCII)
VERB = re.compile(r"[a-z_]+/[a-z_]+")
HEAD = re.compile(r"(?:结束 (?P<end>\w+)|(?P<verb>\w+/\w+))(?: (?P<title>.+))?")


def things_of_policy(text: str | None, names: Mapping[str, str] | None = None) -> dict[str, Thing]:
    """Every line of a policy file that means something, by itself; {} of None. names -- of operations, facts, messages
    by their keys
    """
    known, found = names or {}, dict[str, Thing]()
    under, called = "", ""
    for line in (text or "").splitlines():
        said = " ".join(line.partition("#")[0].split())
        if not said:
            continue
        if not line[:1].isspace():
            under, called = said, _head(said, known)
            found[said] = Thing("办事规则", called, {})
        else:
            found[f"{under}：{said}"] = Thing("规定", f"{called}：{_in_words(said, known)}", {})
    return found


def _head(said: str, names: Mapping[str, str]) -> str:
    """结束（同意）已转入; of an operation its title."""
    head = HEAD.fullmatch(said)
    if head is None:
        return said
    if end := head["end"]:
        return f"结束（{ENDS.get(end, end)}）{head['title'] or ''}"
    return head["title"] or names.get(said, said)


def _in_words(said: str, names: Mapping[str, str]) -> str:
    """What a line says, with the names of what it refers to; what a fact is called stands behind it already."""
    words = said.split()
    if len(words) > 2 and CODE.fullmatch(words[0]) and words[0] in names:  # of the facts: 名称 取自决策表
        kind = "取自决策表" if words[1].startswith("表:") else "几种情形之一" if words[1].startswith('"') else words[1]
        said = " ".join([kind, *words[2:]])
    return line_in_words(VERB.sub(lambda verb: names.get(verb.group(), verb.group()), said), names)
