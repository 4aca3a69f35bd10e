"""Several schools record one child at the same moment."""

from __future__ import annotations

from tests.cases.test_races import at_once
from tests.processes.arrival.test_arrival import arrival as arrival
from tests.processes.arrival.test_arrival import submit
from tests.support import invariants
from tests.support.arrival_case import Arrival, an_arrival


def test_of_four_schools_at_once_one_records_the_child_though_others_were_recalled(arrival: Arrival) -> None:
    """A recalled case elsewhere frees nobody else's child (four 201 and two cases stuck for ever, once)."""
    places = [arrival, *(an_arrival(arrival.client, code) for code in ("330108", "330212", "330106"))]
    for each in places[:2]:
        assert each.submit(name="李一诺").status == 201
        school = each.client.api(each.people["school"].operator)
        assert school.post(f"/cases/{each.number}/recall", {"reason": "材料有误"}).status == 200
    application = arrival.application()

    answers = at_once(*(submit(each, application) for each in places))

    assert sorted(each.status for each in answers) == [201, 422, 422, 422]
    assert invariants.broken() == []
