"""Of which form a draft is, and what is refused of keeping one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from app.errors import Refused

MOST_DRAFTS = 50  # of one person in one post
MOST_FIELDS = 3000
LONGEST = 200_000  # characters of all fields together
TERM = dt.timedelta(days=30)  # without a change
OF_THE_FORM = ("csrf_token", "typed_by", "typed_as", "key", "phrase", "open_next", "outcome")  # not typed
PREFIX = "draft_"  # of the fields that say which draft it is


def is_typed(name: str) -> bool:
    """True for a field of a form that somebody typed into, not one of the page's own."""
    return name not in OF_THE_FORM and not name.startswith(PREFIX)


@dataclass(frozen=True)
class DraftPlace:
    """A form: the decision of a task, or the application of a process.

    student -- the child of the application; about -- tells apart what the form is about where there is no such child
    """

    task: int | None = None
    process: str = ""
    student: int | None = None
    about: str = ""

    @property
    def key(self) -> str:
        """The same as a text, by which a draft is found."""
        if self.task is not None:
            return f"task:{self.task}"
        return f"apply:{self.process}:{self.student or ''}:{self.about}"


class NewerDraft(Refused):
    """Another window has saved, sent or deleted the draft meanwhile; what lies there stays (409)."""

    code = "E-FORM-DRAFT"
    text = "此草稿已在另一窗口{what}，没有覆盖。"


class TooManyDrafts(Refused):
    """One person keeps so many drafts in a post and no more."""

    code = "E-FORM-DRAFTS"
    text = "草稿最多 {most} 份，请先提交或删除不用的。"


class DraftTooLong(Refused):
    """A draft holds so much text and no more."""

    code = "E-FORM-DRAFT-LONG"
    text = "草稿过长，未能保存：最多 {most} 字。"
