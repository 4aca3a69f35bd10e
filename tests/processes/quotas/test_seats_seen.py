"""Where a school has a seat is seen, and where it has none is said, before anybody types."""

from __future__ import annotations

import sqlalchemy as sa

from app.database import db
from app.schools.models import Quota
from tests.processes.lock_postponement.test_locks import at
from tests.support import factories
from tests.support.client import Client
from tests.support.single_school_case import Matter, a_matter


def test_the_seats_of_a_school_are_seen_before_anybody_types(matter: Matter) -> None:
    clerk = Client(matter.client.app).sign_in(matter.people["school"].operator)

    def seats(address: str) -> dict[str, str]:
        assert clerk.get(address).status == 200
        rows = clerk.page.xpath("//section[@aria-labelledby='seats']//tbody/tr")
        return {row[0].text_content(): " ".join(cell.text_content() for cell in row[1:]) for row in rows}

    db.session.delete(factories.the_quota(matter.school, "11"))
    db.session.commit()
    shown = {"小学一年级": "上级尚未核定", "小学二年级": "10 0 0 10", "小学三年级": "10 1 0 9"}
    for address in ("/apply/arrival", "/cases/transfer/new"):
        assert seats(address).items() >= shown.items(), address
        assert "E-QUOTA-01" not in clerk.get(address).text
    assert list(seats("/apply/registration_primary")) == list(seats("/apply/late_registration")) == ["小学一年级"]

    for quota in db.session.scalars(sa.select(Quota)):
        quota.total = quota.used
    db.session.commit()
    for address in ("/apply/arrival", "/cases/transfer/new"):
        assert seats(address)["小学三年级"] == "1 1 0 0"
        assert "本校各年级都没有空余学籍" in clerk.get(address).text, address


def test_a_registration_without_a_number_is_told_so_before_anybody_types(client: Client) -> None:
    at("2026-09-01T10:00:00")
    primary, junior = a_matter(client, grade="13"), a_matter(client, grade="22", superior="330212")
    db.session.execute(sa.delete(Quota).where(Quota.entry_year == 2026))
    db.session.commit()
    for matter, process, stage in ((primary, "registration_primary", "小学"), (junior, "registration_stage", "初中")):
        clerk = Client(client.app).sign_in(matter.people["school"].operator)
        said = f"上级教育行政部门尚未核定本校 2026 年{stage}新生学籍总数"
        assert said in clerk.get(f"/apply/{process}").text
        assert said in clerk.get("/apply/").text
