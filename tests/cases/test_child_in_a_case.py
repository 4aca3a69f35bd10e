"""What is going on about a child stands where its next case would begin: on its page, in the list, on the form."""

from __future__ import annotations

from flask import Flask

from app.cases.queries.open_cases import open_cases_about
from tests.processes.registration.test_registration import a_graduate, an_entry
from tests.processes.transfer.test_refusals import nothing_changes
from tests.support import factories
from tests.support.client import Client
from tests.support.single_school_case import Matter


def clerk_of(matter: Matter) -> Client:
    return Client(matter.client.app).sign_in(matter.people["school"].operator)


def section(client: Client, child: int) -> str:
    """What a child's page says of its open cases."""
    assert client.get(f"/students/{child}").status == 200
    return " ".join(client.page.xpath("string(//section[@aria-labelledby='open-cases'])").split())


def offered(client: Client, child: int) -> set[str]:
    client.get(f"/apply/?student={child}")
    return {each.split("?")[0].removeprefix("/apply/") for each in client.page.xpath("//main//h3/a/@href")}


def warning(client: Client, address: str) -> str:
    assert client.get(address).status == 200
    return " ".join(client.page.xpath("string(//main//p[@class='warn'])").split())


def test_a_childs_page_leads_to_its_open_case(matter: Matter) -> None:
    clerk, child = clerk_of(matter), matter.child.id
    assert section(clerk, child) == ""
    assert matter.submit("suspension").status == 201

    said = f"在办业务 休学，办理环节：学校审核（办件 {matter.number}）。"
    assert section(clerk, child) == said
    assert clerk.page.xpath(f"//main//a[@href='/cases/{matter.number}']")
    while matter.case()["status"] != "closed":
        matter.decide()
    assert section(clerk, child) == "", "what is over is no more going on"


def test_a_list_on_which_a_child_waits_is_an_open_case_of_it(app: Flask, client: Client) -> None:
    primary = an_entry(client)
    child = a_graduate(primary.school)
    entry = an_entry(client, stages="junior")
    row = {"main_number": child.main_number, "name": child.name}
    assert entry.submit([row], "registration_stage", stage="junior").status == 201
    bureau = Client(app).sign_in(factories.a_user(factories.a_bureau("330106"), "approver"))

    assert "初中、高中新生注册，办理环节：学校审核（办件" in section(bureau, child.id)
    assert section(Client(app).sign_in(primary.people["school"].operator), child.id) == "", (
        "it has no part in that case"
    )
    entry.agree()
    assert "初中、高中新生注册" not in section(bureau, child.id)


def test_what_may_be_applied_for_shrinks_with_a_reason(matter: Matter) -> None:
    clerk, child = clerk_of(matter), matter.child.id
    before = offered(clerk, child)
    assert {"suspension", "death", "correction"} <= before
    assert "只列出该生现在可以办理的事项" in clerk.get(f"/apply/?student={child}").text
    matter.submit("suspension")

    said = warning(clerk, f"/apply/?student={child}")

    assert said == "该生有在办业务（休学，办理环节：学校审核），办结后才能申请。以下事项不受此限。"
    assert offered(clerk, child) == {"death"}


def test_a_death_that_is_open_is_not_offered_again(matter: Matter) -> None:
    clerk, child = clerk_of(matter), matter.child.id
    assert matter.submit("death").status == 201
    assert "death" not in offered(clerk, child)

    with nothing_changes():
        again = matter.submit("death")

    assert (again.status, again.codes) == (422, {"E-CASE-01"})


def test_a_death_beside_another_case_is_not_offered_again_either(matter: Matter) -> None:
    assert matter.submit("suspension").status == 201
    assert matter.submit("death").status == 201

    assert "death" not in offered(clerk_of(matter), matter.child.id)
    assert matter.submit("death").codes == {"E-CASE-01"}
    assert section(clerk_of(matter), matter.child.id).count("办理环节") == 2


def test_a_death_sent_back_is_repaired(matter: Matter) -> None:
    matter.submit("death")
    assert matter.decide("send_back").status == 200

    assert matter.decide(form={"proof": "死亡医学证明及户籍注销证明"}).status == 200


def test_the_form_says_at_the_top_what_stands_against_the_child(matter: Matter) -> None:
    clerk, child = clerk_of(matter), matter.child.id
    assert warning(clerk, f"/apply/skip?student={child}") == ""
    matter.submit("suspension")

    for process in ("skip", "correction", "reversal", "departure"):
        said = warning(clerk, f"/apply/{process}?student={child}")
        assert "该生有在办业务（休学，办理环节：学校审核），办结后才能申请。E-CASE-01" in said, process
    assert warning(clerk, f"/apply/death?student={child}") == ""


def test_the_form_says_what_the_childs_standing_does_not_allow(matter: Matter) -> None:
    clerk, child = clerk_of(matter), matter.child.id

    assert "现在不能提交" in warning(clerk, f"/apply/resumption?student={child}")


def test_whoever_has_no_part_in_the_case_is_not_told_of_it(matter: Matter) -> None:
    matter.submit("suspension")
    neighbour = factories.a_user(factories.a_school("330106"), "operator").posts[0].actor()
    bureau = matter.people["bureau"].operator.posts[0].actor()

    assert open_cases_about(matter.child.id, neighbour) == []
    assert [each.number for each in open_cases_about(matter.child.id, bureau)] == [matter.number]
