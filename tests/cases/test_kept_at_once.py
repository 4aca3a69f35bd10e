"""What a person keeps and presses for several times at once is kept once, and each press hears that it was."""

from __future__ import annotations

import pytest

from app.cases.models import Phrase
from app.inbox.models import SavedList
from tests.cases.test_races import at_once, count
from tests.support import factories
from tests.support.client import Client

PRESSES = 6


@pytest.mark.parametrize("of_office", [False, True])
def test_a_phrase(client: Client, of_office: bool) -> None:
    program = client.api(factories.a_user(factories.a_bureau("330106"), "approver"))
    asked = {"text": "情况属实，同意。", "of_office": of_office}

    answers = at_once(*[lambda: program.post("/phrases", asked)] * PRESSES)

    assert [each.status for each in answers] == [200] * PRESSES, [each.text for each in answers]
    assert count(Phrase) == 1


def test_a_list(client: Client) -> None:
    program = client.api(factories.a_user(factories.a_bureau("330106"), "approver"))
    asked = {"name": "将超期", "parameters": {"process": "drop_out"}}

    answers = at_once(*[lambda: program.post("/views", asked)] * PRESSES)

    assert [each.status for each in answers] == [201] * PRESSES, [each.text for each in answers]
    assert count(SavedList) == 1
