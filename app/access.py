"""Who may: the actor, `allow(…)` on a view, `require(…)` inside it.

A view without `allow` does not exist: a test walks the URL map.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import g

from app.errors import Missing, NotAllowed, Refused

View = TypeVar("View", bound=Callable[..., Any])

ANYONE = "anyone"  # also before signing in
SIGNED_IN = "signed in"  # whatever the duty


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """委托: for whom somebody acts in a post that is not their own.

    processes -- in which alone, None in all; elsewhere -- the other offices at which who acts holds posts themselves
    """

    id: int
    user_id: int
    name: str
    processes: frozenset[str] | None
    elsewhere: frozenset[int]

    def covers(self, process: str) -> bool:
        """True where it was given for that process."""
        return self.processes is None or process in self.processes


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and for which office: one person in one of their posts, or in a colleague's on their behalf."""

    user_id: int | None  # None: the clock
    name: str
    post_id: int | None
    duty: str  # operator, approver, analyst, publisher, auditor, sysadmin, secadmin, clock
    office_id: int
    office_code: str
    office_name: str
    office_kind: str  # province, city, county, zone, school
    office_path: str  # ids from the province down, each followed by a full stop
    on_behalf: OnBehalf | None = None

    @property
    def persons(self) -> frozenset[int | None]:
        """Who acts, and for whom: what either has done in a case counts for the separation of duties."""
        return frozenset({self.user_id} if self.on_behalf is None else {self.user_id, self.on_behalf.user_id})

    def answers_for(self, path: str) -> bool:
        """True when the office with that path is the actor's own or lies below it."""
        return path.startswith(self.office_path)


class NotSignedIn(Refused):
    """Nobody is signed in, or the session is over (401)."""

    code = "E-SIGN-IN"
    text = "请先登录；离开过久或已在别处退出时，须重新登录。"


def actor() -> Actor:
    """The actor of this request. Raises NotSignedIn."""
    present: Actor | None = g.get("actor")
    if present is None:
        raise NotSignedIn()
    return present


def allow(*duties: str) -> Callable[[View], View]:
    """Let only these duties call the view (`ANYONE`, `SIGNED_IN`, or duties by name).

    Raises NotSignedIn, NotAllowed: a page sends a stranger to the sign-in page, the programming interface answers.
    """

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if ANYONE not in duties:
                if g.get("actor") is None:
                    raise NotSignedIn()
                if SIGNED_IN not in duties and g.actor.duty not in duties:
                    raise NotAllowed()
            return view(*args, **kwargs)

        guarded.allowed = duties  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def unattended(view: View) -> View:
    """Mark a view that pages call by themselves: that it is called does not show that anybody sits there."""
    view.unattended = True  # type: ignore[attr-defined]
    return view


def require(condition: object, refusal: Refused | None = None) -> None:
    """Go on only if the condition holds; else raise `refusal` (a plain NotAllowed without one)."""
    if not condition:
        raise refusal or NotAllowed()


def found(thing: Any) -> Any:
    """The thing itself; raises Missing when there is none."""
    if thing is None:
        raise Missing()
    return thing
