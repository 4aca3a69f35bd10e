"""Proposing, granting and ending posts; handing on the tasks of whoever leaves; sealing what nobody uses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app import audit, clock
from app.access import Actor
from app.cases.models import Task, TaskStatus
from app.cases.operations.hand_overs import give_task
from app.cases.operations.transitions import lock_case
from app.cases.queries.colleagues import Colleague, colleagues_at
from app.cases.queries.hand_overs import heir_for
from app.cases.queries.task_claims import claim_of
from app.database import db, serialise
from app.divisions.models import Office
from app.errors import InvalidInput, Missing, Objected, Refused
from app.identity import operations as identity
from app.identity.models import Duty, Post, User
from app.identity.queries import user_by_name
from app.personnel import queries
from app.personnel.models import PostProposal, ProposalKind, ProposalStatus
from app.personnel.rules import (
    UNUSED_FOR,
    USERNAME,
    DecidedAlready,
    NeverOneAlone,
    NotAppointed,
    OthersGrant,
    duties_at,
    why_not_days,
    why_not_together,
)
from app.web.text import fault_of_name


@dataclass(frozen=True)
class Granted:
    """What a grant has made: the account, new or known."""

    username: str
    is_new: bool


def propose(office: Office, typed: Mapping[str, Any], *, actor: Actor) -> PostProposal:
    """任职: propose a post at an office that the actor leads, for somebody new or known by name and sign-in name.

    Raises Objected with every fault.
    """
    username, name = str(typed.get("username", "")).strip().lower(), str(typed.get("name", "")).strip()
    duty, reason = Duty(typed["duty"]), str(typed.get("reason", "")).strip()
    starts_on = dt.date.fromisoformat(typed["starts_on"])
    ends_on = dt.date.fromisoformat(typed["ends_on"]) if typed.get("ends_on") else None
    serialise(f"posts at {office.id}")
    user = user_by_name(username)
    faults = list(_faults_of_person(username, name, user))
    if duty not in duties_at(office.kind):
        faults.append(InvalidInput(sentence="学校只设经办和审核两种岗位。", field="duty"))
    if why := why_not_days(starts_on, ends_on, clock.today()):
        faults.append(InvalidInput(sentence=f"{why}。", field="ends_on" if "止日" in why else "starts_on"))
    if not faults and (refusal := _why_not(office, user, username, duty, starts_on, ends_on)):
        faults.append(refusal)
    if faults:
        raise Objected(faults)
    proposal = PostProposal(
        kind=ProposalKind.APPOINT, office=office, username=username, name=name, user_id=user.id if user else None,
        duty=duty, starts_on=starts_on, ends_on=ends_on, reason=reason, proposed_by_id=actor.user_id,
        proposed_at=clock.now(),
    )  # fmt: skip
    return _kept(proposal, actor)


def _faults_of_person(username: str, name: str, user: User | None) -> list[Refused]:
    faults: list[Refused] = []
    if not USERNAME.fullmatch(username):
        sentence = "用户名须为 3 至 40 个小写字母、数字、点、下划线或连字符，以字母或数字开头。"
        faults.append(InvalidInput(sentence=sentence, field="username"))
    if user is not None and user.name != name:
        sentence = "该用户名已有人使用，而姓名与此不符：同一人请核对姓名，新人请换一个用户名。"
        faults.append(InvalidInput(sentence=sentence, field="username"))
    elif user is None and (why := fault_of_name(name)):
        faults.append(InvalidInput(sentence=f"{why}。", field="name"))
    return faults


def _why_not(
    office: Office, user: User | None, username: str, duty: Duty, starts_on: dt.date, ends_on: dt.date | None
) -> Refused | None:
    if queries.open_proposal(office.id, username, duty, ProposalKind.APPOINT):
        return NotAppointed(why="同样的任职申请正在等待审批")
    if user is None:
        return None
    if queries.holds(user.id, office.id, duty, starts_on, ends_on):
        return NotAppointed(why=f"{user.name}在此期间已任该岗位")
    why = why_not_together(duty, queries.duties_of(user.id, starts_on, ends_on))
    return NotAppointed(why=why) if why else None


def propose_end(post: Post, typed: Mapping[str, Any], *, actor: Actor) -> PostProposal:
    """离任: propose the last day of a post, and who gets the open tasks. Raises Objected."""
    last, successor = dt.date.fromisoformat(typed["ends_on"]), typed.get("to_user")
    serialise(f"posts at {post.office_id}")
    faults: list[Refused] = []
    if last < clock.today():
        faults.append(InvalidInput(sentence="最后一日不能早于今天。", field="ends_on"))
    if last < post.starts_on:
        faults.append(InvalidInput(sentence="最后一日不能早于任职起日。", field="ends_on"))
    if successor is not None and successor not in {each.id for each in colleagues_for(post)}:
        faults.append(InvalidInput(sentence="请选择本机构同一岗位的人员。", field="to_user"))
    if queries.open_proposal(post.office_id, post.user.username, post.duty, ProposalKind.RELIEVE):
        faults.append(NotAppointed(why="该岗位的离任申请正在等待审批"))
    if faults:
        raise Objected(faults)
    proposal = PostProposal(
        kind=ProposalKind.RELIEVE, office=post.office, username=post.user.username, name=post.user.name,
        user_id=post.user_id, duty=post.duty, starts_on=post.starts_on, ends_on=last, post_id=post.id,
        successor_id=successor, reason=str(typed.get("reason", "")).strip(), proposed_by_id=actor.user_id,
        proposed_at=clock.now(),
    )  # fmt: skip
    return _kept(proposal, actor)


def _kept(proposal: PostProposal, actor: Actor) -> PostProposal:
    db.session.add(proposal)
    db.session.flush()
    after = {"office": proposal.office.code, "duty": proposal.duty.value, "kind": proposal.kind.value}
    audit.record("personnel/propose", f"user:{proposal.username}", actor=actor, after=after)
    return proposal


def colleagues_for(post: Post) -> list[Colleague]:
    """Who could take over a post's tasks: people of the same office and duty."""
    return [each for each in colleagues_at(post.office_id) if post.duty in each.duties and each.id != post.user_id]


def grant(proposal: PostProposal, password_hash: str, *, actor: Actor) -> Granted:
    """Grant what was proposed: the post begins, or ends on its last day. Never by who proposed it or whom it is about.

    password_hash -- of the first password, for an account that is made now

    Raises DecidedAlready, NeverOneAlone, OthersGrant, NotAppointed.
    """
    _require_granting(proposal, actor)
    serialise(f"posts at {proposal.office_id}")
    user = user_by_name(proposal.username)
    if proposal.kind is ProposalKind.RELIEVE:
        identity.end_post(db.session.get_one(Post, proposal.post_id), actor=actor, on=proposal.ends_on)
    else:
        user = _appoint(proposal, user, password_hash, actor)
    is_new = proposal.user_id is None and proposal.kind is ProposalKind.APPOINT
    if user is not None:
        proposal.user_id = user.id
    _decide(proposal, ProposalStatus.GRANTED, "", actor)
    return Granted(proposal.username, is_new)


def _appoint(proposal: PostProposal, user: User | None, password_hash: str, actor: Actor) -> User:
    starts_on = max(proposal.starts_on, clock.today())
    if proposal.ends_on is not None and proposal.ends_on < starts_on:
        raise NotAppointed(why="任职止日已过，请重新提出")
    if user is not None and (user.id != proposal.user_id):
        raise NotAppointed(why="该用户名在申请之后已有人使用，请重新提出")
    if user is None:
        user = identity.add_user(proposal.username, proposal.name, password_hash, actor=actor, first=True)
        db.session.flush()
    if queries.holds(user.id, proposal.office_id, proposal.duty, starts_on, proposal.ends_on):
        raise NotAppointed(why=f"{user.name}在此期间已任该岗位")
    if why := why_not_together(proposal.duty, queries.duties_of(user.id, starts_on, proposal.ends_on)):
        raise NotAppointed(why=why)
    days = {"starts_on": starts_on, "ends_on": proposal.ends_on}
    identity.give_post(user, proposal.office, proposal.duty, actor=actor, **days)
    return user


def refuse(proposal: PostProposal, opinion: str, *, actor: Actor) -> None:
    """Refuse what was proposed, with the reason. Raises DecidedAlready, NeverOneAlone, OthersGrant, InvalidInput."""
    _require_granting(proposal, actor)
    opinion = opinion.strip()
    if not 0 < len(opinion) <= 200:
        raise InvalidInput(sentence="请填写不同意的理由，不超过 200 字。", field="opinion")
    _decide(proposal, ProposalStatus.REFUSED, opinion, actor)


def withdraw(proposal: PostProposal, *, actor: Actor) -> None:
    """Whoever leads the office takes back what was proposed. Raises Missing, DecidedAlready."""
    if actor.office_id not in (proposal.office_id, proposal.office.superior_id):
        raise Missing()
    if proposal.status is not ProposalStatus.OPEN:
        raise DecidedAlready()
    _decide(proposal, ProposalStatus.WITHDRAWN, "", actor)


def why_not_grant(proposal: PostProposal, actor: Actor) -> Refused | None:
    """Against deciding that proposal, whoever asks; None when they may."""
    if proposal.status is not ProposalStatus.OPEN:
        return DecidedAlready()
    concerned = {each for each in (proposal.proposed_by_id, proposal.user_id) if each is not None}
    if actor.user_id in concerned:
        return NeverOneAlone()
    office = queries.granting_office(proposal.office, concerned)
    if office is not None and office.id != actor.office_id:
        return OthersGrant(office=office.name)
    return None


def _require_granting(proposal: PostProposal, actor: Actor) -> None:
    if refusal := why_not_grant(proposal, actor):
        raise refusal


def _decide(proposal: PostProposal, status: ProposalStatus, opinion: str, actor: Actor) -> None:
    proposal.status, proposal.opinion = status, opinion
    proposal.decided_by_id, proposal.decided_at = actor.user_id, clock.now()
    db.session.flush()
    after = {"office": proposal.office.code, "duty": proposal.duty.value, "kind": proposal.kind.value}
    audit.record(f"personnel/{_VERBS[status]}", f"user:{proposal.username}", actor=actor, after=after)


_VERBS = {
    ProposalStatus.GRANTED: "grant",
    ProposalStatus.REFUSED: "refuse",
    ProposalStatus.WITHDRAWN: "withdraw",
}


# --- open tasks of somebody who leaves


def hand_on(task_id: int, from_user: int, to_user: int | None, reason: str, *, actor: Actor) -> bool:
    """Hand an open task of somebody on to a colleague, or back to the office where that one may not decide it.

    True when the colleague has it now, False when it is the office's again, or was theirs no more. Raises Stale
    (decided meanwhile), Missing.
    """
    task = db.session.get(Task, task_id)
    if task is None:
        raise Missing()
    case = lock_case(task.case_id)
    task = db.session.get_one(Task, task_id, populate_existing=True)
    held = claim_of(task_id)
    if task.status is not TaskStatus.OPEN or from_user not in (task.assignee_id, held.user_id if held else None):
        return False
    heir = heir_for(task, to_user)
    whom = f"转由{heir.name}办理" if heir else "退还本机构，由同岗位人员办理"
    leaving = db.session.get_one(User, from_user)
    told = f"{leaving.name}名下办件 {case.number} 的“{task.name}”已{whom}。"
    give_task(case, task, heir, giver=from_user, reason=reason, told=told)
    after = {"task": task.key, "to": heir.username if heir else None}
    audit.record("personnel/hand_on", f"case:{case.number}", actor=actor, after=after)
    return heir is not None


def seal_unused(now: dt.datetime, *, actor: Actor) -> int:
    """Seal accounts that nobody has used for 90 days; return how many. A security administrator reopens them.

    Of one that was used since it is asked again when 90 days without use would be over.
    """
    sealed = 0
    for user, used_at in queries.accounts_to_ask(now):
        if used_at >= now - UNUSED_FOR:
            user.use_asked_at = used_at + UNUSED_FOR
            continue
        user.use_asked_at = now + UNUSED_FOR  # should it be reopened
        identity.disable(user, actor=actor)
        audit.record("personnel/seal_unused", f"user:{user.username}", actor=actor)
        sealed += 1
    return sealed
