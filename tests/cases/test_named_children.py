"""A case about many children names them: at its desks, when it is over, and on its sheet."""

from __future__ import annotations

import pytest

from app.database import db
from app.students.models import Standing
from tests.cases.test_taken_back import clerk_of
from tests.processes.registration.test_registration import Entry, a_row, entry
from tests.processes.school_year.test_school_reversal import at, decide, finish, graduate, matter, promote, reverse
from tests.support import factories
from tests.support.client import Client
from tests.support.single_school_case import Matter
from tests.support.transfer_case import Story

__all__ = ["entry", "matter"]


def named_on(client: Client, number: str) -> list[list[str]]:
    """The cells of each child that the page of a case names."""
    client.get(f"/cases/{number}")
    rows = client.page.xpath("//section[@aria-labelledby='moved']//tbody/tr")
    return [[" ".join(cell.text_content().split()) for cell in row.xpath("td")] for row in rows]


def sheet(client: Client, number: str) -> tuple[dict[str, str], list[list[str]]]:
    """The single lines of a sheet by their headings, and its list of children."""
    client.get(f"/cases/{number}/sheet")
    cells = client.page.xpath("//tbody//th[@scope='row']")
    lines = {each.text_content(): each.getnext().text_content().strip() for each in cells}
    listed = client.page.xpath("//table[caption[starts-with(.,'名单')]]/tbody/tr")
    return lines, [[cell.text_content() for cell in row.xpath("td")] for row in listed]


def desk(matter: Matter, who: str) -> Client:
    return Client(matter.client.app).sign_in(matter.people[who].approver)


def test_the_desks_of_a_graduation_see_whom_they_let_graduate(matter: Matter) -> None:
    factories.the_quota(matter.school, "16").total += 1
    db.session.commit()
    factories.a_student(matter.school, grade="16", name="已休学生", standing=Standing.SUSPENDED)
    at("2027-06-29T10:00:00")
    answer = matter.submit("graduation", {"grade": "16", "graduates_on": "2027-06-29", "completed": ["李一诺"]})
    assert answer.status == 201, answer.text

    for who in ("school", "bureau"):
        named = named_on(desk(matter, who), matter.number)
        assert [(row[0], row[2]) for row in named] == [("陈思远", "毕业"), ("李一诺", "结业")], who
        assert named[0][1] == matter.child.main_number_masked
        assert decide(matter).status == 200

    after = named_on(clerk_of(matter), matter.number)
    code = matter.school.office.code
    assert [(row[0], *row[2:]) for row in after] == [
        ("陈思远", "毕业", f"B2027-{code}-0001"),
        ("李一诺", "结业", f"J2027-{code}-0001"),
    ]
    lines, listed = sheet(clerk_of(matter), matter.number)
    assert lines["学生人数"] == "2 人，名单附后"
    assert [row[1] for row in listed] == ["陈思远", "李一诺"]
    assert listed[0][2:] == [matter.child.main_number_masked, f"毕业　B2027-{code}-0001"]


def test_a_graduation_refused_names_nobody(matter: Matter) -> None:
    at("2027-06-29T10:00:00")
    matter.submit("graduation", {"grade": "16", "graduates_on": "2027-06-29"})
    assert decide(matter, "refuse").status == 200

    assert named_on(clerk_of(matter), matter.number) == []


def test_a_reversal_names_who_goes_back(matter: Matter) -> None:
    act = graduate(matter)
    assert reverse(matter, act).status == 201
    number = f"B2027-{matter.school.office.code}-000"

    before = named_on(desk(matter, "school"), matter.number)
    assert [(row[0], *row[2:]) for row in before] == [
        ("陈思远", "在读", number + "1"),
        ("李一诺", "在读", number + "2"),
    ]
    finish(matter)
    after = named_on(clerk_of(matter), matter.number)
    assert [(row[0], *row[2:]) for row in after] == [
        ("陈思远", "在读", f"{number}1（已作废）"),
        ("李一诺", "在读", f"{number}2（已作废）"),
    ]
    assert [row[1] for row in sheet(clerk_of(matter), matter.number)[1]] == ["陈思远", "李一诺"]
    assert [row[3] for row in named_on(clerk_of(matter), act)] == [f"{number}1（已作废）", f"{number}2（已作废）"]


def test_a_promotion_taken_back_names_each_with_its_grade(matter: Matter) -> None:
    graduate(matter)
    act = promote(matter)
    assert reverse(matter, act).status == 201

    assert [(row[0], row[2]) for row in named_on(desk(matter, "school"), matter.number)] == [("五年级生", "小学五年级")]


def test_who_sees_only_the_outline_reads_no_name(matter: Matter) -> None:
    act = graduate(matter)
    province = Client(matter.client.app).sign_in(factories.a_user(factories.a_bureau("330000"), "approver"))

    assert named_on(province, act) == []
    assert province.page.xpath("string(//h1)"), "it sees the outline of the case"


@pytest.mark.parametrize("children", [1, 3])
def test_the_sheet_of_a_registration_names_its_children(entry: Entry, children: int) -> None:
    rows = [a_row(name=name) for name in ("陈思源", "王小雨", "李乐天")[:children]]
    assert entry.submit(rows).status == 201
    clerk = Client(entry.client.app).sign_in(entry.people["school"].operator)
    lines, listed = sheet(clerk, entry.number)

    assert "转出学校" not in lines
    assert lines["学校"] == entry.school.office.name
    shown = [row.number_masked for row in entry.rows()]
    if children == 1:
        assert (lines["姓名"], lines["证件号"], lines["学生人数"], lines["结果"]) == (
            "陈思源",
            shown[0],
            "1 人",
            "待办理",
        )
        assert listed == []
    else:
        assert lines["学生人数"] == "3 人，名单附后"
        assert [row[:4] for row in listed] == [
            [str(place), row["name"], number, "待办理"]
            for place, (row, number) in enumerate(zip(rows, shown, strict=True), start=1)
        ]
    entry.agree()
    lines, listed = sheet(clerk, entry.number)
    assert [lines.get("结果")] if children == 1 else [row[3] for row in listed] == ["已注册"] * children


def test_the_sheet_of_a_transfer_names_both_schools(submitted: Story) -> None:
    clerk = Client(submitted.client.app).sign_in(submitted.people["receiving_school"].operator)
    lines, listed = sheet(clerk, submitted.number)

    assert (lines["转出学校"], lines["转入学校"]) == (
        submitted.people["releasing_school"].operator.posts[0].office.name,
        submitted.receiving.office.name,
    )
    assert listed == []
