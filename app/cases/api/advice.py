"""加签, 减签, 委派 and 意见常用语, for programs."""

from __future__ import annotations

from typing import Any

from app.access import actor, allow
from app.cases import operations, queries
from app.cases.api.cases import answer_of, bp
from app.cases.models import AdviceKind, AdviceRule
from app.cases.operations.advice import QUESTION
from app.cases.operations.answers import OPINION
from app.cases.operations.phrases import LONGEST_PHRASE
from app.cases.presenters.advice import advice_json, phrase_json
from app.cases.presenters.json_types import CaseWithPapersJson
from app.cases.presenters.task_json_types import AdviceJson, PeopleJson, PhraseJson, PhrasesJson
from app.cases.queries.advice import asked_about, asked_of, people_to_ask, phrases_for, why_not_ask
from app.cases.queries.colleagues import MOST_COLLEAGUES, colleagues_at
from app.cases.transactions import note_task_seen, submit_once
from app.database import transaction
from app.web import Asked, Page, operation, page_of, read_json

ASK = {
    "type": "object",
    "properties": {"to": {"type": "integer", "title": "请谁提出意见", "minimum": 1}, **QUESTION["properties"]},
    "required": ["to"],
}
SIGNERS = {
    "type": "object",
    "properties": {
        "add": {
            "title": "加签人员",
            "description": "一人或多人的编号",
            "type": ["integer", "array"],
            "minimum": 1,
            "items": {"type": "integer", "minimum": 1},
            "maxItems": MOST_COLLEAGUES,
        },
        "when": {"title": "加签次序", "enum": [AdviceKind.BEFORE, AdviceKind.AFTER], "description": "前加签、后加签"},
        "rule": {
            "title": "加签规则",
            "enum": list(AdviceRule),
            "description": "all 全部答复（默认），any 其中一人答复即可",
        },
        **QUESTION["properties"],
    },
    "required": ["add", "when"],
}
ADVISE = {
    "type": "object",
    "properties": OPINION["properties"],
    "required": ["opinion"],
}
PHRASE = {
    "type": "object",
    "properties": {
        "text": {"type": "string", "title": "常用语", "maxLength": LONGEST_PHRASE, "x-widget": "textarea"},
        "of_office": {"type": "boolean", "title": "供本机构全体使用"},
    },
    "required": ["text"],
}


@bp.get("/tasks/<int:task_id>/advisers")
@allow("operator", "approver")
@operation("可以加签或委派的人员：本机构尚未征求意见的", refuses=(409,))
def list_advisers(task_id: int) -> PeopleJson:
    caller = actor()
    note_task_seen(caller, task_id)
    task = queries.task_for(caller, task_id)
    people = (
        people_to_ask(caller, colleagues_at(task.office_id), asked_about(task))
        if why_not_ask(task, caller) is None
        else ()
    )
    return {"people": [{"id": each.id, "name": each.name} for each in people]}


@bp.post("/tasks/<int:task_id>/ask")
@allow("operator", "approver")
@operation("委派：请本机构人员提出意见，由本岗位办理", body=ASK)
def ask_for_advice(task_id: int) -> CaseWithPapersJson:
    typed = read_json(ASK)
    return _asked(task_id, AdviceKind.DELEGATED, [typed["to"]], typed.get("question") or "")


@bp.post("/tasks/<int:task_id>/signers")
@allow("operator", "approver")
@operation("加签：办理前或办理后请本机构人员签署意见", body=SIGNERS)
def add_signer(task_id: int) -> CaseWithPapersJson:
    typed = read_json(SIGNERS)
    people = typed["add"] if isinstance(typed["add"], list) else [typed["add"]]
    rule = typed.get("rule", AdviceRule.ALL)
    return _asked(task_id, typed["when"], people, typed.get("question") or "", rule=rule)


def _asked(task_id: int, *asked: Any, rule: str = AdviceRule.ALL) -> CaseWithPapersJson:
    caller = actor()

    def act() -> int:
        return operations.ask_advice(task_id, *asked, rule=rule, actor=caller)

    return answer_of(caller, submit_once(None, ["ask-advice", task_id, *asked, rule], act, actor=caller))


@bp.get("/advice")
@allow("operator", "approver")
@operation("征求我的意见，新的在前", cursor=(int,))
def list_advice(asked: Asked) -> Page[AdviceJson]:
    rows = asked_of(actor(), before=asked["after"], limit=asked["limit"] + 1)
    return page_of(rows, asked["limit"], advice_json, lambda each: [each.id])


@bp.post("/advice/<int:advice_id>/answer")
@allow("operator", "approver")
@operation("提出被征求的意见", body=ADVISE)
def answer_advice(advice_id: int) -> CaseWithPapersJson:
    typed, caller = read_json(ADVISE), actor()
    opinion = typed["opinion"]

    def act() -> int:
        return operations.give_advice(advice_id, opinion, actor=caller)

    return answer_of(caller, submit_once(None, ["advice", advice_id, opinion], act, actor=caller))


@bp.post("/advice/<int:advice_id>/withdraw")
@allow("operator", "approver")
@operation("减签：不再征求")
def withdraw_from_advice(advice_id: int) -> CaseWithPapersJson:
    caller = actor()

    def act() -> int:
        return operations.withdraw_advice(advice_id, actor=caller)

    return answer_of(caller, submit_once(None, ["withdraw-advice", advice_id], act, actor=caller))


@bp.get("/phrases")
@allow("operator", "approver")
@operation("意见常用语：本人的和本机构的，最近用过的在前")
def list_phrases() -> PhrasesJson:
    return {"phrases": [phrase_json(each) for each in phrases_for(actor())]}


@bp.post("/phrases")
@allow("operator", "approver")
@operation("保存常用语", body=PHRASE)
def keep_phrase_of_mine() -> PhraseJson:
    typed = read_json(PHRASE)
    with transaction():
        return phrase_json(
            operations.keep_phrase(typed["text"], of_office=typed.get("of_office", False), actor=actor())
        )


@bp.post("/phrases/<int:phrase_id>/delete")
@allow("operator", "approver")
@operation("删除常用语")
def forget_phrase_of_mine(phrase_id: int) -> PhrasesJson:
    with transaction():
        operations.forget_phrase(phrase_id, actor=actor())
    return {"phrases": [phrase_json(each) for each in phrases_for(actor())]}
