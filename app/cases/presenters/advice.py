"""What colleagues are asked, and phrases for opinions, as programs read them."""

from __future__ import annotations

from app.cases.models import Advice, Phrase
from app.cases.presenters.task_json_types import AdviceJson, PhraseJson
from app.web import instant


def advice_json(advice: Advice) -> AdviceJson:
    """What the caller is asked about a task."""
    return {
        "id": advice.id,
        "case": advice.task.case.number,
        "task": advice.task_id,
        "name": advice.task.name,
        "kind": advice.kind,
        "rule": advice.rule,
        "by": advice.asked_by.name,
        "question": advice.question,
        "at": instant(advice.asked_at),
    }


def phrase_json(phrase: Phrase) -> PhraseJson:
    """A phrase of one's own or of the office."""
    return {"id": phrase.id, "text": phrase.text, "of_office": phrase.office_id is not None}
