"""What a person may hear instead of an answer: refused, not allowed, missing, too late."""

from __future__ import annotations

from workflows import Refusal


class Refused(Refusal):
    """A rule says no: a sentence with a code. Subclasses set `code` and `text`; values fill the text."""

    #: True where it was over when it was first read: nobody was faster in the meantime
    was_over = False


class Objected(Refused):
    """Several rules say no at once; `objections` holds each of them."""

    code = "E-OBJECTIONS"
    text = "不能办理，请见各项原因。"

    def __init__(self, objections: list[Refused]) -> None:
        super().__init__()
        self.objections = objections


class InvalidInput(Refused):
    """What was typed is not acceptable: one field, one sentence."""

    code = "E-INPUT"
    text = "{sentence}"


class InvalidValue(InvalidInput):
    """The same of a kind of value whose faults have codes of their own, an identity number's E-ID-01 … for example."""

    def __init__(self, code: str, *, sentence: str, field: str | None) -> None:
        super().__init__(sentence=sentence, field=field)
        self.code = code


class NotAllowed(Refused):
    """The caller may see the thing but not do this to it (403)."""

    code = "E-ALLOW"
    text = "您的岗位不能办理此事项。"


class WrongOffice(Refused):
    """Another office has to do this; subclasses say which."""

    code = "E-OFFICE"


class Missing(Refused):
    """There is no such thing, or not for this caller (404): the two must not be told apart."""

    code = "E-MISSING"
    text = "没有找到您要的内容，或者它不在您的管辖范围内。"


class Stale(Refused):
    """Somebody else was faster (409)."""

    code = "E-STALE"
    text = "该事项已由他人办理，请刷新后查看。"


def objections_of(refusal: Refusal) -> list[Refusal]:
    """Every sentence of a refusal: the refusal itself, or the objections it collects."""
    return list(getattr(refusal, "objections", None) or [refusal])
