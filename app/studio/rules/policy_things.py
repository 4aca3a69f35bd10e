"""What a policy file says: a thing for each line, under the verb or the end that it stands for."""

from __future__ import annotations

from app.studio.rules.things import Thing


def things_of_policy(text: str | None) -> dict[str, Thing]:
    """Every line of a policy file that means something, by itself; {} of None."""
    found: dict[str, Thing] = {}
    under = ""
    for line in (text or "").splitlines():
        said = " ".join(line.partition("#")[0].split())
        if not said:
            continue
        if not line[:1].isspace():
            under = said
            found[said] = Thing("办事规则", said, {})
        else:
            found[f"{under}：{said}"] = Thing("规定", f"{under}：{said}", {})
    return found
