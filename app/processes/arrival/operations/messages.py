"""Cases that another province has a part in: what we ask and answer, and what comes back."""

from __future__ import annotations

from typing import Any

import orjson
import sqlalchemy as sa

import workflows
from app import audit, clock
from app.access import Actor
from app.cases.hooks import Opening
from app.cases.models import Case, CaseStatus
from app.cases.operations.opening import open_by_message, profile
from app.cases.operations.recall import terminate
from app.cases.operations.transitions import Transition, case_by_number, closed_cases, context_of
from app.cases.queries.open_cases import open_case_of
from app.database import db
from app.definitions.queries import compiled_version, current_version
from app.divisions.models import Office
from app.divisions.rules.provinces import PROVINCES
from app.errors import Refused
from app.exchange import adapters
from app.exchange import operations as exchange
from app.exchange.models import MessageIn
from app.students.operations import CaseContext, arrival, departure, national_numbers
from app.students.queries import known_by
from app.students.rules.departure import AnsweredNo, agreed_number, fault_of_request, number_answered

ANSWERED = "other_province_answered"  # the message that a waiting run hears


# ── what diagrams ask for ────────────────────────────────────────────────────────────────────────────────────────────


def request_record(context: CaseContext) -> None:
    """调档申请 to the province the child comes from. Raises DeclaredElsewhere (E-DUP-03) for a number typed anew."""
    context.claim()
    row = arrival.unsealed(context)
    if typed := context.form.get("national_number"):  # put right after an answer
        national_numbers.declare(typed, context.case_id, over=closed_cases())
        row["national_number"] = typed
    body = {name: row.get(name) for name in ("name", "main_number", "national_number", "grade", "from_school")}
    body["to_school"] = db.session.scalar(sa.select(Office.name).where(Office.id == context.target))
    exchange.write(row["from_province"], adapters.REQUEST, body, case_id=context.case_id)


def read_answer(context: CaseContext) -> dict[str, Any]:
    """Whether the record has come: a fact of the run; why not stands in the task that follows.

    With the record comes the national number: the declared one, or the one that nobody had known. Another one, or none
    at all, is asked about before anything is written: nobody gets a second number.
    """
    body = exchange.answer_to(context.case_id)
    answer = str(body.get("answer", "refused"))
    if answer != "agreed":
        context.noted.append(AnsweredNo(answer))
        return {"answer": "refused"}  # whatever code came: the diagram knows agreed, refused and number
    declared, answered = arrival.unsealed(context).get("national_number", ""), number_answered(body)
    try:
        national_numbers.declare(agreed_number(declared, answered), context.case_id, over=closed_cases())
    except Refused as refusal:
        context.noted.append(refusal)
        return {"answer": "number"}
    return {"answer": answer}


def acknowledge(context: CaseContext) -> None:
    """The record came with the child: tell the other province that it is registered here."""
    if context.application.get("has_record"):
        province = context.application["from_province"]
        exchange.write(province, adapters.RECEIVED, {"case": context.number}, case_id=context.case_id)


def send_record(context: CaseContext) -> None:
    """转往省外: the enrolment ends here; the record goes out after the commit. Raises NotInThisStanding, Stale."""
    asked = context.application
    record = departure.depart(context)
    body = {"answer": "agreed", "record": record, "entries": record["entries"], "to_school": asked["to_school"]}
    kind = adapters.ANSWER if asked.get("reference") else adapters.SENT
    exchange.write(asked["province"], kind, body, case_id=context.case_id, answers=asked.get("reference", ""))


def answer_refused(context: CaseContext) -> None:
    """A request that our offices refused is answered so; an application of our own needs no answer."""
    asked = context.application
    if asked.get("reference"):
        context.claim()
        body = {"answer": "refused"}
        exchange.write(asked["province"], adapters.ANSWER, body, case_id=context.case_id, answers=asked["reference"])


# ── what comes from outside ──────────────────────────────────────────────────────────────────────────────────────────


def act_on(message_id: int, *, actor: Actor) -> bool:
    """Do what a message asks for, once; False when somebody else has. Raises Stale, and then it is tried again."""
    message = exchange.take(message_id)
    if message is None:
        return False
    body = orjson.loads(message.body)
    match message.kind:
        case adapters.ANSWER:
            _hear_answer(message, actor)
        case adapters.REQUEST:
            _hear_request(message, body, actor)
        case adapters.WITHDRAWN:
            _hear_withdrawal(message, actor)
        case adapters.CHECKED:
            _hear_check(message, body, actor)
        case adapters.RECEIVED:
            pass
        case _:
            message.fault = "不认识的消息类别"
    after = {"kind": message.kind, "province": message.province, "fault": message.fault}
    audit.record("exchange/act", f"message:{message.province}:{message.reference}", actor=actor, after=after)
    return True


def ask_nation(most: int = 500) -> int:
    """全国查重: send the children who have no formal number yet to the ministry; return how many."""
    children = national_numbers.numbers_to_check(most)
    if children:
        listed = [
            {"national_number": each.number, "name": each.name, "main_number": each.main_number} for each in children
        ]
        exchange.write(adapters.MINISTRY, adapters.CHECK, {"children": listed}, case_id=None)
        national_numbers.mark_asked([each.id for each in children])
    return len(children)


def _hear_check(message: MessageIn, body: dict[str, Any], actor: Actor) -> None:
    """What the ministry says of the numbers we asked about, and of no others."""
    asked = exchange.body_asked(message.answers, adapters.CHECK)
    results = body.get("results")
    if asked is None or message.province != adapters.MINISTRY or not isinstance(results, dict):
        message.fault = "没有找到所答复的查重"
        return
    ours = {each["national_number"] for each in asked["children"]}
    known = (national_numbers.FORMAL, national_numbers.DUPLICATE)
    national_numbers.let_go(closed_cases())
    national_numbers.keep_result({n: said for n, said in results.items() if n in ours and said in known}, actor=actor)


def _hear_answer(message: MessageIn, actor: Actor) -> None:
    """The case that asked walks on."""
    message.case_id = exchange.case_that_asked(message.answers)
    number = db.session.scalar(sa.select(Case.number).where(Case.id == message.case_id))
    if number is None:
        message.fault = "没有找到所答复的申请"
        return
    db.session.flush()  # the verbs of the diagram read the answer
    case, siblings = case_by_number(number)
    version = compiled_version(case.version_id)
    context = context_of(case, version, actor, {})
    if case.case_status == CaseStatus.CLOSED:
        message.fault = "办件已办结"
        return
    try:
        run = workflows.notify(version.diagrams, bytes(case.state), ANSWERED, context=context)
    except workflows.NotWaiting:
        message.fault = "办件不在等待答复"
        return
    Transition(case, version, run, siblings, clock.now(), context).save(tell=True)


def _hear_request(message: MessageIn, body: dict[str, Any], actor: Actor) -> None:
    """转出申请 from outside: what cannot be is answered at once, the rest our school and its superior decide."""
    if message.province not in PROVINCES:
        message.fault = "不认识的省份"
        return
    child = known_by(str(body.get("main_number", "")))
    held = open_case_of(child.id) if child else None
    fault = fault_of_request(child, str(body.get("name", "")), profile(), held)
    if fault or child is None or child.open_enrolment is None:
        answer = {"answer": fault}
        exchange.write(message.province, adapters.ANSWER, answer, case_id=None, answers=message.reference)
        return
    application = {
        "province": message.province,
        "to_school": str(body.get("to_school", ""))[:80],
        "reason": str(body.get("reason", "外省转入学校申请"))[:200],
        "reference": message.reference,
    }
    opening = Opening(student=child, application=application)
    school = child.open_enrolment.school.office
    message.case_id = open_by_message(current_version("departure"), opening, school, actor=actor).id


def _hear_withdrawal(message: MessageIn, actor: Actor) -> None:
    """The other side takes its request back, as long as our case is open."""
    asked = sa.select(MessageIn.case_id).where(
        MessageIn.province == message.province, MessageIn.reference == message.answers
    )
    number = db.session.scalar(
        sa.select(Case.number).where(Case.id.in_(asked), Case.status != CaseStatus.CLOSED).limit(1)
    )
    if number is None:
        message.fault = "没有在办的转出申请"
        return
    terminate(number, f"{PROVINCES[message.province]}撤回了转入申请", actor=actor)
