"""外招名单: two bureaus confirm child by child, the source signs for each archive, the school registers one by one.

Each child has a small run of its own, stored with its row; an office answers for the whole list in one act. What is
refused stays on the list with its reason. Nobody is directed or registered without both bureaus' consent on record,
whatever the diagram says: the verbs ask for it themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

import workflows
from app import audit, clock
from app.access import Actor
from app.cases import rules
from app.cases.models import Case, Decision, RowStatus
from app.cases.openings.opening import open_cases_of
from app.cases.openings.registration import graduates_by_hash
from app.cases.operations.batches import ROWS, Outcomes, row_verb, struck_off
from app.cases.recruits import marked_by, side_to_answer
from app.cases.rosters import ChildStatus, Consent, Roster, RosterChild
from app.database import db, execute, table
from app.divisions.models import Office
from app.errors import InvalidInput, Objected, Refused
from app.interface import objections as form_objections
from app.processes.queries import current_edition, edition
from app.schools import ledger
from app.schools.models import Stage
from app.schools.operations import NoSeat
from app.schools.plans import Plan
from app.students.models import Directive, Student
from app.students.operations import Proceeding, give_up_directive
from app.students.operations.outside import issue_outside_to_many
from app.students.operations.registration import Recruit, cohort_of, register_recruits
from app.students.queries import locked_since
from app.students.rules.locks import objections_to_registration_when_locked
from app.students.rules.registration import objections_to_graduate
from app.students.rules.transfer import DirectiveOver, NoDirective

SMALL = "roster_child"  # the process of one child
REASON = {
    "type": "object",
    "properties": {"reason": {"type": "string", "title": "说明", "maxLength": 150}},
}
SIDES = {"here": "学校上级", "source": "生源地"}
OTHER = {"here": "source", "source": "here"}
ROSTERS, CHILDREN = table(Roster), table(RosterChild)
Row = Any  # a row of chosen columns
Step = Callable[[bytes], bytes]


class SmallRuns:
    """The small runs of a roster. Equal states answered equally walk once, unless their diagram calls a verb."""

    def __init__(self, version_id: int) -> None:
        self.diagrams = edition(version_id).diagrams
        self._known: dict[tuple[Any, ...], bytes] = {}

    def begin(self) -> bytes:
        return workflows.start(self.diagrams, {}).state

    def answer(self, state: bytes, key: str, **facts: str) -> bytes:
        """Raises NotThere when the child does not wait at that step."""

        def walk() -> bytes:
            return workflows.answer(self.diagrams, state, key, facts).state

        return self._once((state, key, *facts.items()), walk)

    def hear(self, state: bytes, message: str) -> bytes:
        return self._once((state, message), lambda: workflows.notify(self.diagrams, state, message).state)

    def _once(self, what: tuple[Any, ...], walk: Callable[[], bytes]) -> bytes:
        try:
            if self.diagrams.operations:
                return walk()
            if what not in self._known:
                self._known[what] = walk()
            return self._known[what]
        except (workflows.TaskGone, workflows.NotWaiting) as error:
            raise rules.NotThere() from error


def write_roster(case: Case, plan: Plan) -> None:
    """Each child of the new list begins its small run."""
    version_id = current_edition(SMALL).version_id
    assert plan.school.office.superior_id is not None
    db.session.add(
        Roster(
            case_id=case.id,
            plan_id=plan.id,
            here_id=plan.school.office.superior_id,
            source_id=plan.source_id,
            version_id=version_id,
        )
    )
    db.session.flush()
    columns = ["case_id", "position", "status", "state", "here_code", "here_reason", "source_code", "source_reason"]
    begun = sa.literal(SmallRuns(version_id).begin(), sa.LargeBinary())
    listed = sa.literal(ChildStatus.LISTED.value)
    rows = sa.select(ROWS.c.case_id, ROWS.c.position, listed, begun, *[sa.literal("")] * 4)
    execute(sa.insert(CHILDREN).from_select(columns, rows.where(ROWS.c.case_id == case.id)))


# ── reads ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def roster_of(case_id: int) -> Row | None:
    """The roster of a case with its plan's cohort; None for any other case."""
    return execute(
        sa.select(*ROSTERS.c, Plan.school_id, Plan.stage, Plan.entry_year)
        .join(table(Plan), Plan.id == ROSTERS.c.plan_id)
        .where(ROSTERS.c.case_id == case_id)
    ).first()


def _roster(proceeding: Proceeding) -> Row:
    found = roster_of(proceeding.case_id)
    if found is None:
        raise rules.NoRoster()
    return found


def _children(case_id: int, *conditions: Any) -> Sequence[Row]:
    return list(
        execute(
            sa.select(*CHILDREN.c).where(CHILDREN.c.case_id == case_id, *conditions).order_by(CHILDREN.c.position)
        ).all()
    )


def _with_status(case_id: int, *statuses: ChildStatus) -> Sequence[Row]:
    return _children(case_id, CHILDREN.c.status.in_(statuses))


def _quota_of(roster: Row) -> int:
    return ledger.quota_id_of(roster.school_id, roster.stage, roster.entry_year)


# ── confirming ───────────────────────────────────────────────────────────────────────────────────────────────────────


def confirm(proceeding: Proceeding, side: str, outcome: str) -> None:
    """One bureau answers for the list: every child confirmed but for those it names, each with its reason.

    side -- here (the school's superior) or source. Sent back, nothing is recorded of any child.
    Raises NotTheConfirmer, Objected (a place that is not on the list).
    """
    proceeding.claim()
    roster = _roster(proceeding)
    _check_office(proceeding.actor, roster.here_id if side == "here" else roster.source_id)
    execute(sa.update(ROSTERS).where(ROSTERS.c.case_id == proceeding.case_id).values(**{f"{side}_answer": outcome}))
    if outcome == "send_back":
        return
    own, theirs = CHILDREN.c[side], CHILDREN.c[OTHER[side]]
    asked = _children(
        proceeding.case_id,
        own.is_(None),
        sa.or_(CHILDREN.c.status == ChildStatus.LISTED, theirs == Consent.REFUSED),
    )
    reasons = _refusals(proceeding, asked, outcome)
    runs, now = SmallRuns(roster.version_id), clock.now()
    _write(
        proceeding.case_id,
        [
            {
                "the_position": child.position,
                side: Consent.REFUSED if child.position in reasons else Consent.AGREED,
                f"{side}_at": now,
                f"{side}_code": reasons.get(child.position, ("", ""))[0],
                f"{side}_reason": reasons.get(child.position, ("", ""))[1],
                "state": runs.answer(
                    bytes(child.state), f"confirm_{side}", **{side: "refuse" if child.position in reasons else "agree"}
                ),
            }
            for child in asked
        ],
    )
    texts, who = _reason_texts(proceeding), SIDES[side]
    told = {place: f"{who}不予确认：{_sentence(texts.get(code, ''), why)}" for place, (code, why) in reasons.items()}
    _refuse(proceeding.case_id, told)


def answers(proceeding: Proceeding) -> Mapping[str, str]:
    """What both bureaus said last, as facts of the run: a join keeps of either branch what it knew before."""
    roster = _roster(proceeding)
    return {"here": roster.here_answer, "source": roster.source_answer}


def _check_office(actor: Actor, office_id: int) -> None:
    if actor.office_id != office_id or actor.duty != "approver":
        raise rules.NotTheConfirmer()


def _refusals(proceeding: Proceeding, asked: Sequence[Row], outcome: str) -> dict[int, tuple[str, str]]:
    """Whom the office does not confirm, by position: code and reason."""
    if outcome == "refuse":
        return {child.position: ("other", proceeding.opinion[:150]) for child in asked}
    there, named = {child.position for child in asked}, {}
    objections: list[Refused] = []
    for place, each in enumerate(proceeding.form.get("refused", ())):
        if each["position"] not in there:
            sentence = f"名单上没有待本机构确认的第 {each['position']} 号。"
            objections.append(InvalidInput(sentence=sentence, field=f"form.refused.{place}.position"))
        named[each["position"]] = (each["reason_code"], each.get("reason", ""))
    if objections:
        raise Objected(objections)
    return named


def _reason_texts(proceeding: Proceeding) -> dict[str, str]:
    version_id = db.session.scalars(sa.select(Case.version_id).where(Case.id == proceeding.case_id)).one()
    assert version_id is not None
    return {each["code"]: each["text"] for each in edition(version_id).reasons}


def _sentence(*parts: str) -> str:
    return "，".join(part.rstrip("。") for part in parts if part) + "。"


def mark(case: Case, marks: Mapping[int, tuple[str, str]], *, actor: Actor) -> int:
    """Note whom the actor's office will not confirm while it looks through the list; return how many it has noted.

    marks -- by position: code and reason; an empty code takes the note away. They count once the office has decided.
    Raises NotTheConfirmer (the list does not wait there), Objected (no such place, no such reason).
    """
    side = side_to_answer(case, actor)
    if side is None:
        raise rules.NotTheConfirmer()
    assert case.version_id is not None
    known = {each["code"] for each in edition(case.version_id).reasons}
    there = {child.position for child in _children(case.id, CHILDREN.c.position.in_(list(marks)))}
    faults: list[Refused] = []
    for place, (code, why) in sorted(marks.items()):
        if place not in there:
            faults.append(InvalidInput(sentence=f"名单上没有第 {place} 号。", field=f"reason_code.{place}"))
        elif code and code not in known:
            faults.append(InvalidInput(sentence=f"第 {place} 号：请从列表中选择原因。", field=f"reason_code.{place}"))
        elif why and not code:
            faults.append(InvalidInput(sentence=f"第 {place} 号：请选择原因。", field=f"reason_code.{place}"))
        if unfit := form_objections(REASON, {"reason": why}):
            faults += [
                InvalidInput(sentence=f"第 {place} 号：{each.detail}", field=f"reason.{place}") for each in unfit
            ]
    if faults:
        raise Objected(faults)
    values = [
        {"the_position": place, f"{side}_code": code, f"{side}_reason": why} for place, (code, why) in marks.items()
    ]
    _write(case.id, values, CHILDREN.c[side].is_(None))
    noted = len(marked_by(case.id, side))
    audit.record("rosters/mark", f"case:{case.number}", actor=actor, after={"side": side, "noted": noted})
    return noted


def strike(proceeding: Proceeding) -> None:
    """The school gives up some of its list when it has come back for repair."""
    proceeding.claim()
    _roster(proceeding)
    struck = struck_off(proceeding.form.get("struck_off", ""))
    _refuse(proceeding.case_id, dict.fromkeys(struck, "学校不再办理。"), ChildStatus.LISTED)


def settle(proceeding: Proceeding) -> Mapping[str, int]:
    """Both have answered: whom both confirm gets a seat reserved. Raises NoSeat (E-QUOTA-01), nobody confirmed then."""
    proceeding.claim()
    roster = _roster(proceeding)
    if struck := struck_off(proceeding.form.get("struck_off", "")):
        _check_office(proceeding.actor, roster.here_id)
        _refuse(proceeding.case_id, dict.fromkeys(struck, "学校上级不予确认：学位不足。"), ChildStatus.LISTED)
    both = (CHILDREN.c.here == Consent.AGREED, CHILDREN.c.source == Consent.AGREED)
    children = _children(proceeding.case_id, CHILDREN.c.status == ChildStatus.LISTED, *both)
    try:
        hold_seats(roster, len(children))
    except NoSeat as refusal:
        proceeding.noted.append(refusal)
        raise
    _set_status(proceeding.case_id, [child.position for child in children], ChildStatus.CONFIRMED)
    return {"confirmed": len(children)}


def hold_seats(roster: Row, needed: int) -> None:
    """Reserve what the case does not hold yet. Raises NoSeat (E-QUOTA-01), nothing written then."""
    quota_id = _quota_of(roster)
    missing = needed - ledger.held_by(roster.case_id).get(quota_id, 0)
    if missing > 0:
        ledger.reserve(quota_id, missing, case_id=roster.case_id)


# ── directives ───────────────────────────────────────────────────────────────────────────────────────────────────────


def direct(proceeding: Proceeding) -> None:
    """下达允许外招指令: one act of the source bureau's approver, one directive per archive.

    Raises NotTheConfirmer, NotConfirmed (E-CONSENT), NoSeat, NotTheIssuer (E-DIR-06), DirectedElsewhere (E-DIR-07).
    """
    proceeding.claim()
    roster = _roster(proceeding)
    _check_office(proceeding.actor, roster.source_id)
    if not _both_on_record(roster):
        raise rules.NotConfirmed()
    waiting = _with_status(proceeding.case_id, ChildStatus.CONFIRMED)
    hold_seats(roster, len(_with_status(proceeding.case_id, ChildStatus.CONFIRMED, ChildStatus.DIRECTED)))
    students = _student_ids(proceeding.case_id, waiting)
    issued = issue_outside_to_many(proceeding, list(students.values()), roster.entry_year)
    runs = SmallRuns(roster.version_id)
    _write(
        proceeding.case_id,
        [
            {
                "the_position": child.position,
                "status": ChildStatus.DIRECTED,
                "directive_id": issued[students[child.position]],
                "state": runs.answer(bytes(child.state), "direct", outcome="agree"),
            }
            for child in waiting
        ],
    )


def _both_on_record(roster: Row) -> bool:
    """True when each bureau has decided in this case, and agreed, by an approver's recorded decision."""
    agreed = db.session.scalars(
        sa.select(Decision.office_id).where(
            Decision.case_id == roster.case_id,
            Decision.office_id.in_((roster.here_id, roster.source_id)),
            Decision.outcome == "agree",
        )
    )
    return set(agreed) == {roster.here_id, roster.source_id}


def _student_ids(case_id: int, children: Iterable[Row]) -> dict[int, int]:
    """The children's ids by position."""
    positions = [child.position for child in children]
    rows = execute(
        sa.select(ROWS.c.position, Student.id)
        .join(table(Student), Student.main_number_hash == ROWS.c.number_hash)
        .where(ROWS.c.case_id == case_id, ROWS.c.position.in_(positions))
    )
    return dict(rows.all())


def withhold(proceeding: Proceeding) -> None:
    """The source bureau signs nothing for whoever has no directive: those children are refused."""
    proceeding.claim()
    roster = _roster(proceeding)
    _check_office(proceeding.actor, roster.source_id)
    why = f"生源地不予下达指令：{_sentence(proceeding.opinion)}"
    _end(roster, _with_status(proceeding.case_id, ChildStatus.CONFIRMED), why)


def directive_ended(proceeding: Proceeding, directive: Directive, how: str) -> None:
    """A directive revoked or expired unused: its child waits for another one, its seat is free meanwhile."""
    roster = _roster(proceeding)
    [child] = _children(proceeding.case_id, CHILDREN.c.directive_id == directive.id)
    state = SmallRuns(roster.version_id).hear(bytes(child.state), "directive_ended")
    back = {"status": ChildStatus.CONFIRMED, "directive_id": None, "state": state}
    _write(proceeding.case_id, [{"the_position": child.position, **back}])
    ledger.release(_quota_of(roster), 1, case_id=proceeding.case_id)
    over = DirectiveOver(number=directive.number, how=how)
    execute(
        sa.update(ROWS)
        .where(ROWS.c.case_id == proceeding.case_id, ROWS.c.position == child.position)
        .values(code=over.code, detail=over.detail)
    )


# ── registering ──────────────────────────────────────────────────────────────────────────────────────────────────────


def prepare(proceeding: Proceeding) -> None:
    """Before the list goes to the worker: the cohort is open, seats are held, who was left over is tried again.

    Raises NoRoster (E-PLAN-01), the lock's refusal, NoSeat (E-QUOTA-01): the directives stay as they are.
    """
    roster = roster_of(proceeding.case_id)
    if roster is None:
        return  # not a roster: every row is refused below, for want of a directive
    for objection in objections_to_registration_when_locked(locked_since(roster.entry_year), clock.now()):
        raise objection
    directed = _with_status(proceeding.case_id, ChildStatus.DIRECTED)
    hold_seats(roster, len(directed))
    execute(
        sa.update(ROWS)
        .where(ROWS.c.case_id == proceeding.case_id, ROWS.c.position.in_([child.position for child in directed]))
        .values(status=RowStatus.WAITING, worked_at=None, code="", detail="")
    )


@row_verb("rows/register_recruits", prepare=prepare)
def register(proceeding: Proceeding, rows: Mapping[int, Mapping[str, Any]]) -> Outcomes:
    """转入档案并注册: only with the consents of both bureaus on record and a valid directive for exactly this child."""
    proceeding.claim()
    roster = roster_of(proceeding.case_id)
    if roster is None or not _both_on_record(roster):
        return {place: NoDirective(field="main_number") for place in rows}
    children = {child.position: child for child in _children(proceeding.case_id, CHILDREN.c.position.in_(list(rows)))}
    outcomes: Outcomes = {}
    fit: dict[int, Recruit] = {}
    found = _graduates(proceeding.case_id, list(rows))
    held = open_cases_of([student.id for student in found.values()])
    school = db.session.get_one(Office, proceeding.target)
    for place, row in rows.items():
        child, student = children[place], found.get(place)
        if child.status != ChildStatus.DIRECTED:
            outcomes[place] = NoDirective(field="main_number")
            continue
        open_case = held.get(student.id) if student else None
        objections = objections_to_graduate(
            student, row, school, Stage(roster.stage), open_case=open_case, outside_allowed=True
        )
        objection = next(objections, None)
        if objection is not None or student is None:
            assert objection is not None
            outcomes[place] = objection
        else:
            fit[place] = Recruit(student.id, child.directive_id, row)
    cohort = cohort_of(proceeding.target, Stage(roster.stage), roster.entry_year)
    outcomes |= register_recruits(proceeding, cohort, fit)
    runs = SmallRuns(roster.version_id)
    _write(
        proceeding.case_id,
        [
            {
                "the_position": place,
                "status": ChildStatus.REGISTERED,
                "state": runs.answer(bytes(children[place].state), "register", outcome="agree"),
            }
            for place, outcome in outcomes.items()
            if not isinstance(outcome, Refused)
        ],
    )
    return outcomes


def _graduates(case_id: int, places: Sequence[int]) -> dict[int, Student]:
    hashes = dict(
        execute(
            sa.select(ROWS.c.position, ROWS.c.number_hash).where(ROWS.c.case_id == case_id, ROWS.c.position.in_(places))
        ).all()
    )
    students = graduates_by_hash(list(hashes.values()))
    return {place: students[number_hash] for place, number_hash in hashes.items() if number_hash in students}


def conclude(proceeding: Proceeding) -> Mapping[str, int]:
    """How many are registered and refused, wait with a directive (left), or wait for one (undirected)."""
    counted = execute(
        sa.select(CHILDREN.c.status, sa.func.count())
        .where(CHILDREN.c.case_id == proceeding.case_id)
        .group_by(CHILDREN.c.status)
    )
    counts = {ChildStatus(status): count for status, count in counted}
    return {
        "accepted": counts.get(ChildStatus.REGISTERED, 0),
        "refused": counts.get(ChildStatus.REFUSED, 0),
        "left": counts.get(ChildStatus.DIRECTED, 0),
        "undirected": counts.get(ChildStatus.CONFIRMED, 0),
    }


# ── ends ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def give_up(proceeding: Proceeding) -> None:
    """The school hands back what it has not used: directives, seats, the children they were for."""
    proceeding.claim()
    roster = _roster(proceeding)
    _check_office(proceeding.actor, roster.school_id)
    give_up_directive(proceeding)
    rest = _with_status(proceeding.case_id, ChildStatus.DIRECTED, ChildStatus.CONFIRMED)
    _end(roster, rest, f"学校不再转入：{_sentence(proceeding.opinion)}")


def drop(proceeding: Proceeding) -> None:
    """The list is refused as a whole, or nobody of it was confirmed."""
    proceeding.claim()
    _roster(proceeding)
    abandon(proceeding.case_id, f"名单未获同意：{_sentence(proceeding.opinion or '无人确认')}")


def _end(roster: Row, children: Sequence[Row], why: str) -> None:
    """Refuse children after they were confirmed: their runs end, their seats are given back."""
    runs = SmallRuns(roster.version_id)
    _write(
        roster.case_id,
        [
            {
                "the_position": child.position,
                "state": runs.answer(
                    bytes(child.state),
                    "register" if child.status == ChildStatus.DIRECTED else "direct",
                    outcome="refuse",
                ),
            }
            for child in children
        ],
    )
    held = ledger.held_by(roster.case_id).get(_quota_of(roster), 0)
    _refuse(roster.case_id, dict.fromkeys([child.position for child in children], why))
    ledger.release(_quota_of(roster), min(held, len(children)), case_id=roster.case_id)


def abandon(case_id: int, why: str) -> None:
    """The case has ended: whoever is not registered is refused, every seat given back. Nothing for any other case."""
    if roster_of(case_id) is None:
        return
    rest = _with_status(case_id, ChildStatus.LISTED, ChildStatus.CONFIRMED, ChildStatus.DIRECTED)
    _refuse(case_id, dict.fromkeys([child.position for child in rest], why))
    ledger.release_all(case_id)


def _refuse(case_id: int, reasons: Mapping[int, str], *only: ChildStatus) -> None:
    """Set children off the list, each with a sentence that its family may read."""
    there = {child.position for child in _with_status(case_id, *only)} if only else set(reasons)
    places, now = sorted(set(reasons) & there), clock.now()
    if not places:
        return
    _set_status(case_id, places, ChildStatus.REFUSED)
    execute(
        sa.update(ROWS).where(
            ROWS.c.case_id == case_id, ROWS.c.position == sa.bindparam("the_position", type_=sa.Integer)
        ),
        [
            {
                "the_position": place,
                "status": RowStatus.REFUSED,
                "code": rules.StruckOff.code,
                "detail": reasons[place][:200],
                "worked_at": now,
            }
            for place in places
        ],
    )


def _set_status(case_id: int, places: Sequence[int], status: ChildStatus) -> None:
    execute(
        sa.update(CHILDREN).where(CHILDREN.c.case_id == case_id, CHILDREN.c.position.in_(places)).values(status=status)
    )


def _write(case_id: int, values: Sequence[Mapping[str, Any]], *conditions: Any) -> None:
    """Update children, each by its position."""
    if values:
        place = CHILDREN.c.position == sa.bindparam("the_position", type_=sa.Integer)
        execute(sa.update(CHILDREN).where(CHILDREN.c.case_id == case_id, place, *conditions), [dict(v) for v in values])
