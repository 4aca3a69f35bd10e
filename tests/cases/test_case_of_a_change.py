"""From a change on the child's page to the case that made it."""

from __future__ import annotations

from app.schools.models import School
from tests.support import factories
from tests.support.client import Client
from tests.support.single_school_case import Matter, a_matter
from tests.support.transfer_case import Office, Story, staff


def parties(receiving: School, matter: Matter) -> dict[str, Office]:
    """Who decides the transfer of that child to another school."""
    return {
        "receiving_school": staff(receiving), "receiving_bureau": staff(receiving.office.superior),
        "releasing_school": matter.people["school"], "releasing_bureau": matter.people["bureau"],
    }  # fmt: skip


def test_a_change_of_the_record_leads_to_its_case_for_whoever_may_open_it(client: Client) -> None:
    matter = a_matter(client)
    number = matter.walk("class_change")["number"]
    elsewhere = factories.a_school("330212")
    for who, duty in (("school", "operator"), ("school", "approver"), ("bureau", "approver")):
        reader = Client(client.app).sign_in(getattr(matter.people[who], duty))
        reader.get(f"/students/{matter.child.id}")
        [link] = reader.page.xpath("//section[@aria-labelledby='changes']//td/a/@href")
        assert link == f"/cases/{number}"
        assert reader.get(link).status == 200
    transfer = Story(client, matter.child, elsewhere, matter.school, parties(elsewhere, matter))
    assert transfer.submit().status == 201
    transfer.agree_until("pull")
    assert transfer.decide().json["outcome"] == "agreed"

    after = Client(client.app).sign_in(transfer.people["receiving_school"].operator)
    after.get(f"/students/{matter.child.id}")
    links = after.page.xpath("//section[@aria-labelledby='changes']//td/a/@href")
    assert set(links) == {f"/cases/{transfer.number}"}, "the former school's case is none of the new school's business"
    assert "转班级" in after.page.xpath("//section[@aria-labelledby='changes']")[0].text_content()
