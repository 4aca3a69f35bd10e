"""What is shown of a draft behind a newer version, and of the version that a proposal changes."""

from __future__ import annotations

from tests.studio.conftest import Studio
from tests.studio.test_publishing import FILE, decide, proposed
from tests.support import factories
from tests.support.client import Client


def test_what_would_be_refused_of_a_draft_is_not_offered(studio: Studio) -> None:
    _one, first = proposed(studio)
    draft, _second = proposed(studio, who="colleague", new="分班")
    colleague = Client(studio.client.app).sign_in(studio.people["colleague"])
    assert 'id="propose"' in colleague.get(f"/studio/drafts/{draft}").text
    assert decide(studio, first).status == 200

    page = colleague.get(f"/studio/drafts/{draft}").text

    assert "不能再提出" in page
    assert "从现行版本新建草稿" in page
    assert 'id="propose"' not in page
    modeler = colleague.get(f"/studio/drafts/{draft}/diagrams/{FILE}/edit").text
    assert "已有新版本，这份草稿不能再提出" in modeler
    assert "回到草稿，提出发布" not in modeler


def test_the_diagram_before_is_read_by_those_of_the_office_alone(studio: Studio) -> None:
    _draft, proposal = proposed(studio)
    before = f"/studio/proposals/{proposal}/before/{FILE}"

    publisher = Client(studio.client.app).sign_in(studio.people["publisher"])
    assert 'name="调班"' in publisher.get(before).text
    assert publisher.get(f"/studio/proposals/{proposal}/before/other.bpmn").status == 404
    county = Client(studio.client.app).sign_in(factories.a_user(factories.a_bureau("330106"), "publisher"))
    assert county.get(before).status == 404
