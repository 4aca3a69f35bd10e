"""What was taken back (反向更正) says so: on the page of its case, on paper, and to whoever checks the paper."""

from __future__ import annotations

import sqlalchemy as sa
from flask import Flask

from app.cases.queries.reversals import seen_of
from app.database import db
from app.students.models import Suspension
from tests.cases.test_time import at
from tests.processes.reversal import test_reversal as of_a_child
from tests.processes.school_year.test_school_reversal import at as at_moment
from tests.processes.school_year.test_school_reversal import decide, finish, graduate, matter, promote, reverse
from tests.support import factories
from tests.support.client import Client
from tests.support.single_school_case import Matter
from tests.web.test_paper_forms import code_on

__all__ = ["matter"]  # the school with its two sixth-graders


def checked(app: Flask, code: str) -> tuple[str, str]:
    """The stamp of a checked paper, and its sentence."""
    stranger = Client(app)
    stranger.get(f"/check/{code}")
    stamp = stranger.page.xpath("string(//main//*[contains(@class,'stamp')])").strip()
    return stamp, stranger.page.xpath("string(//div[dt='现在的情况']/dd)").strip()


def clerk_of(matter: Matter) -> Client:
    return Client(matter.client.app).sign_in(matter.people["school"].operator)


def sheet_of(matter: Matter, number: str) -> tuple[str, str]:
    """The sheet's code, and what it says of the result."""
    clerk = clerk_of(matter)
    clerk.get(f"/cases/{number}/sheet")
    return code_on(clerk), clerk.page.xpath("string(//tr[th='办理结果']/td)").strip()


def main_of(client: Client, path: str) -> str:
    client.get(path)
    return " ".join(client.page.xpath("string(//main)").split())


def test_a_graduation_taken_back_is_valid_nowhere(app: Flask, matter: Matter) -> None:
    act = graduate(matter)
    code, result = sheet_of(matter, act)
    assert (checked(app, code), result[:7]) == (("有效", "已办结：同意。"), "已办结：同意。")
    at_moment("2027-06-30T10:00:00")
    assert reverse(matter, act).status == 201
    while (number := matter.number) and matter.case()["status"] != "closed":
        assert checked(app, code)[0] == "有效", "nothing is taken back before the last desk agrees"
        finish(matter)

    said = f"已撤销（见办件 {number}），本表无效。"
    assert checked(app, code) == ("无效", said)
    assert sheet_of(matter, act)[1].startswith(said)
    clerk = clerk_of(matter)
    page = main_of(clerk, f"/cases/{act}")
    assert f"本件的办理结果已撤销，见办件 {number}。" in page
    assert clerk.page.xpath(f"//main//a[@href='/cases/{number}']")
    assert clerk.page.xpath("string(//*[contains(@class,'stamp')])").strip() == "已撤销"
    assert f"本件已撤销办件 {act} 的办理结果，恢复 2 名学生的学籍。" in main_of(clerk, f"/cases/{number}")
    assert clerk.page.xpath(f"//main//a[@href='/cases/{act}']")
    assert checked(app, sheet_of(matter, number)[0]) == ("有效", "已办结：同意。")


def test_a_promotion_taken_back_says_so_too(app: Flask, matter: Matter) -> None:
    graduate(matter)
    act = promote(matter)
    code, _result = sheet_of(matter, act)
    assert reverse(matter, act).status == 201
    finish(matter)

    assert checked(app, code) == ("无效", f"已撤销（见办件 {matter.number}），本表无效。")


def test_a_reversal_refused_takes_nothing_back(app: Flask, matter: Matter) -> None:
    act = graduate(matter)
    reverse(matter, act)
    assert decide(matter, "refuse").status == 200

    assert matter.case()["outcome"] == "refused"
    assert checked(app, sheet_of(matter, act)[0]) == ("有效", "已办结：同意。")
    assert "已撤销" not in main_of(clerk_of(matter), f"/cases/{matter.number}")


def test_one_childs_suspension_taken_back_with_its_certificate(app: Flask, client: Client) -> None:
    matter = of_a_child.a_child(client)
    matter.walk("suspension")
    suspended, (code, _result) = matter.number, sheet_of(matter, matter.number)
    interval = db.session.scalars(sa.select(Suspension)).one()
    clerk = clerk_of(matter)
    clerk.get(f"/suspensions/{interval.certificate}/paper")
    certificate = code_on(clerk)
    assert checked(app, certificate)[0] == "有效"
    at("2026-11-24 10:00")
    assert of_a_child.reverse(matter).status == 201
    of_a_child.walk(matter)

    assert checked(app, code) == ("无效", f"已撤销（见办件 {matter.number}），本表无效。")
    assert checked(app, certificate) == ("无效", "休学已于 2026-11-24 撤销（反向更正），本证书无效。")
    assert f"见办件 {matter.number}" in main_of(clerk_of(matter), f"/cases/{suspended}")
    assert "恢复 1 名学生的学籍" in main_of(clerk_of(matter), f"/cases/{matter.number}")


def test_a_proof_of_what_was_taken_back_since_is_to_be_issued_anew(app: Flask, client: Client) -> None:
    matter = of_a_child.a_child(client, "skip")
    matter.walk("skip")
    at("2026-11-24 10:00")
    codes = [issued(matter)]
    assert checked(app, codes[0])[0] == "有效"
    at("2026-11-25 10:00")
    assert of_a_child.reverse(matter).status == 201
    of_a_child.walk(matter)
    at("2026-11-26 10:00")
    codes.append(issued(matter))

    assert checked(app, codes[0]) == ("无效", "本证明所载情况其后已撤销更正，请重新开具。")
    assert checked(app, codes[1])[0] == "有效", "what was issued afterwards states what holds"


def test_a_proof_outlives_what_it_does_not_state(app: Flask, client: Client) -> None:
    matter = of_a_child.a_child(client, "correction")
    matter.walk("correction")
    at("2026-11-24 10:00")
    code = issued(matter)
    at("2026-11-25 10:00")
    assert of_a_child.reverse(matter).status == 201
    of_a_child.walk(matter)

    assert checked(app, code)[0] == "有效", "no proof states an address"


def issued(matter: Matter) -> str:
    """The code of a proof of enrolment, issued now."""
    clerk = clerk_of(matter)
    clerk.get(f"/students/{matter.child.id}")
    clerk.get(clerk.post(f"/students/{matter.child.id}/proofs", purpose="办理医疗保险").location or "")
    return code_on(clerk)


def test_only_who_may_see_a_case_is_led_to_it(matter: Matter) -> None:
    act = graduate(matter)
    neighbour = factories.a_user(factories.a_school("330106"), "operator")

    assert seen_of(matter.people["bureau"].approver.posts[0].actor(), [act]) == {act}
    assert seen_of(neighbour.posts[0].actor(), [act]) == set()
