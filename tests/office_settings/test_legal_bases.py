"""办理依据: the province lists the articles, each paper cites those of its day."""

from __future__ import annotations

from tests.cases.test_time import at
from tests.office_settings.test_windows import head
from tests.support.client import Client
from tests.support.single_school_case import Matter

OLD, NEW = "《浙江省学籍管理办法》（浙教基〔2010〕163 号）第九条", "《浙江省学籍管理办法》（浙教基〔2027〕3 号）第十条"


def change(client: Client, code: str, lines: list[str], on: str):
    return client.api(head(code)).post(
        "/office-settings/legal_bases/suspension", {"lines": lines, "starts_on": on, "note": "修订"}
    )


def test_a_paper_cites_the_articles_of_its_day(matter: Matter) -> None:
    client = matter.client
    assert change(client, "330100", [OLD], "2026-11-23").status == 403
    assert change(client, "330000", [OLD, OLD], "2026-11-23").status == 422
    assert change(client, "330000", [OLD], "2026-11-23").status == 201
    assert change(client, "330000", [NEW], "2026-11-24").status == 201
    closed = matter.walk("suspension")
    at("2026-11-24 09:00")
    reader = Client(client.app).sign_in(matter.people["school"].operator)

    sheet = reader.get(f"/cases/{closed['number']}/sheet").text
    assert OLD in sheet
    assert NEW not in sheet
    seen = client.api(matter.people["bureau"].approver).get("/office-settings/legal_bases/suspension").json
    assert seen["lines"] == [NEW]
    assert not seen["may_set"]
