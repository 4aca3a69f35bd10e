"""A form under headings: the heading is not shown again in every label below it."""

from __future__ import annotations

from tests.support.client import Client
from tests.support.single_school_case import Matter


def test_a_title_that_begins_with_its_heading_is_read_whole_and_shown_short(matter: Matter) -> None:
    clerk = Client(matter.client.app).sign_in(matter.people["school"].operator)
    clerk.get("/apply/registration_primary")

    def label(field: str) -> tuple[str, str]:
        [found] = clerk.page.xpath(f"//label[@for='f-{field}']")
        return found.text_content(), "".join(found.xpath("./text()"))

    assert label("guardian-name") == ("家庭成员一姓名（必填）", "姓名")
    assert label("guardian2_employer") == ("家庭成员二工作单位", "工作单位")
    assert label("boarding") == ("就读方式（必填）", "就读方式"), "only where every title below the heading begins so"
