"""The modeler's page: who may draw, who only reads, and whose door it is not."""

from __future__ import annotations

from tests.studio.conftest import Studio
from tests.support import factories
from tests.support.client import Client, apart
from tests.support.databases import on_sqlite


@on_sqlite
def test_an_analyst_draws_and_a_publisher_reads(studio: Studio) -> None:
    draft = studio.draft()
    path = f"/studio/drafts/{draft}/diagrams/class_change.bpmn/edit"

    drawing = Client(studio.client.app).sign_in(studio.people["analyst"])
    assert drawing.get(path).status == 200
    assert drawing.page.xpath("string(//body/@data-draws)") == "yes"
    assert "回到草稿，提出发布" in drawing.page.text_content()
    reading = Client(studio.client.app).sign_in(studio.people["publisher"])
    assert reading.get(path).status == 200
    assert reading.page.xpath("string(//body/@data-draws)") == "no"
    assert "只读" in reading.page.text_content()
    assert drawing.get(f"/studio/drafts/{draft}").status == 200
    assert path in drawing.page.xpath("//a/@href")


@on_sqlite
def test_others_have_no_such_page_and_other_files_are_no_diagrams(studio: Studio) -> None:
    draft = studio.draft()
    path = f"/studio/drafts/{draft}/diagrams/class_change.bpmn/edit"
    county = factories.a_bureau("330106")

    for duty in ("analyst", "approver"):
        assert (
            Client(studio.client.app).sign_in(factories.a_user(county, duty)).get(path).status
            == {"analyst": 404, "approver": 403}[duty]
        )
    analyst = Client(studio.client.app).sign_in(studio.people["analyst"])
    assert analyst.get(path.replace("class_change.bpmn", "application.json")).status == 404
    assert analyst.get(path.replace("class_change.bpmn", "nothing.bpmn")).status == 404


@on_sqlite
def test_only_the_editors_page_lets_styles_stand_in_attributes(studio: Studio) -> None:
    draft = studio.draft()
    client = Client(studio.client.app).sign_in(studio.people["analyst"])

    editing = apart(client.browser.get, f"/studio/drafts/{draft}/diagrams/class_change.bpmn/edit").headers
    other = apart(client.browser.get, f"/studio/drafts/{draft}").headers

    assert "script-src 'self';" in editing["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in editing["Content-Security-Policy"]
    assert "unsafe" not in other["Content-Security-Policy"]
