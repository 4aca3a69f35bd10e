"""The pages on which running cases are migrated: without a script, from the process's page to the undoing."""

from __future__ import annotations

import sqlalchemy as sa

from app.cases.commands import work_on_migrations
from app.cases.models import Migration, MigrationStatus
from app.database import db
from tests.studio.conftest import Studio
from tests.studio.test_migrations import FURTHER_STEP, OTHER_DAYS, Publish, current_number, proposed
from tests.studio.test_pages import browser, error
from tests.support.client import apart
from tests.support.databases import on_sqlite
from tests.support.transfer_case import Story, a_story

PATH = "/studio/processes/transfer/migrations"


@on_sqlite
def test_a_migration_goes_through_the_pages(studio: Studio, submitted: Story, publish_altered: Publish) -> None:
    beyond = a_story(studio.client)
    assert beyond.submit().status == 201
    beyond.agree_until("releasing_school")
    publish_altered("transfer", OTHER_DAYS, *FURTHER_STEP)
    analyst, publisher, to = browser(studio), browser(studio, "publisher"), str(current_number())
    assert f"{PATH}/new" in analyst.get("/studio/processes/transfer").text
    assert f"{PATH}/new" not in publisher.get("/studio/processes/transfer").text

    page = analyst.get(f"{PATH}/new?from=1&to={to}").text
    assert "演练结果：共 2 件" in page
    assert "时限由 10 个工作日改为 7 个工作日" in page
    assert submitted.number in page
    empty = analyst.post(PATH, **{"from": "1", "to": to, "reason": " "})
    assert (empty.status, "请填写迁移原因" in error(analyst)) == (422, True)
    migration = str(analyst.post(PATH, **{"from": "1", "to": to, "reason": "法规修订"}).location)
    assert "撤回迁移" in analyst.get(migration).text
    assert "按现在的办件" in analyst.get(f"{migration}?again=1").text

    assert "第 1 版" in publisher.get("/studio/migrations").text
    publisher.get(migration)
    sent = publisher.post(f"{migration}/decision", outcome="send_back")
    assert (sent.status, "请填写意见" in error(publisher)) == (422, True)
    assert publisher.post(f"{migration}/decision", outcome="agree").status == 302
    assert "待迁移 2 件" in publisher.get(migration).text
    part = apart(publisher.browser.get, f"{migration}/progress")
    assert "待迁移 2 件" in part.get_data(as_text=True)
    assert "X-Finished" not in part.headers
    work_on_migrations()
    done = publisher.get(migration).text
    assert "已完成" in done
    assert apart(publisher.browser.get, f"{migration}/progress").headers["X-Finished"] == "yes"
    assert submitted.number in publisher.get(f"{migration}?status=moved").text
    assert submitted.number not in publisher.get(f"{migration}?status=left").text

    assert publisher.post(f"{migration}/undo", reason="", case="").status == 422
    one = publisher.post(f"{migration}/undo", reason="该件特殊", case=submitted.number)
    assert one.status == 302
    assert submitted.case()["version"] == 1
    twice = publisher.post(f"{migration}/undo", reason="该件特殊", case=submitted.number)
    assert (twice.status, "不能撤销该件的迁移" in error(publisher)) == (422, True)
    assert publisher.post(f"{migration}/undo", reason="新版本有误").status == 302
    work_on_migrations()
    assert "已撤销" in publisher.get(migration).text
    assert beyond.case()["version"] == 1


@on_sqlite
def test_what_was_typed_wrongly_is_said(studio: Studio, submitted: Story, publish_altered: Publish) -> None:
    publish_altered("transfer", OTHER_DAYS)
    analyst = browser(studio)

    for asked in ("?from=x&to=1", "?from=1&to=1"):
        assert analyst.get(f"{PATH}/new{asked}").status == 422, asked
    assert analyst.get(f"{PATH}/new?from=1&to=99").status == 404
    assert analyst.get("/studio/processes/nothing/migrations/new").status == 404
    assert analyst.get("/studio/migrations/99").status == 404
    assert browser(studio, "publisher").get(f"{PATH}/new").status == 403


@on_sqlite
def test_the_page_of_a_case_still_says_what_was_decided_in_the_version_before(
    studio: Studio, submitted: Story, publish_altered: Publish
) -> None:
    """A step that the other version does not ask for stays in the record, in its own words."""
    publish_altered("transfer", *FURTHER_STEP)
    newer = current_number()
    old, new = 1, newer
    path = "/processes/transfer/migrations"
    for source, target in ((old, new), (new, old)):
        body = {"from": source, "to": target, "reason": "试行"}
        migration = studio.program("analyst").post(path, body).json["id"]
        assert studio.program("publisher").post(f"/migrations/{migration}/decision", {"outcome": "agree"}).status == 200
        work_on_migrations()
        if target == new:
            assert submitted.decide("agree").status == 200
            task = submitted.waiting()["id"]
            program = submitted.program("receiving_school", "operator")
            assert program.post(f"/tasks/{task}/decision", {"outcome": "acknowledge"}).status == 200

    case = submitted.case()
    assert case["version"] == 1
    assert [each["task"] for each in case["decisions"]] == ["receiving_school", "second_look"]
    page = studio.client.sign_in(submitted.people["receiving_school"].operator).get(f"/cases/{submitted.number}").text
    assert "转入学校复核" in page
    submitted.agree_until("pull")
    assert submitted.decide().status == 200


def test_a_proposed_migration_is_counted_however_many_came_after_it(
    studio: Studio, submitted: Story, publish_altered: Publish
) -> None:
    publish_altered("transfer", OTHER_DAYS)
    waiting = db.session.get_one(Migration, proposed(studio, current_number()))
    columns = [each.name for each in Migration.__table__.columns if each.name != "id"]
    later = {name: getattr(waiting, name) for name in columns} | {"status": MigrationStatus.RETURNED}
    db.session.execute(sa.insert(Migration), [later] * 101)
    db.session.commit()
    publisher = browser(studio, "publisher")

    assert publisher.get("/").status == 200

    figures = {each["key"]: each["figure"] for each in studio.program("publisher").get("/today").json["tiles"]}
    assert figures["migrations"] == 1
    assert publisher.page.xpath("//nav//a[@href='/studio/migrations']/span/text()")[0].startswith("1")


@on_sqlite
def test_the_only_way_is_offered_and_says_which_new_steps_a_case_goes_past(
    studio: Studio, submitted: Story, publish_altered: Publish
) -> None:
    beyond = a_story(studio.client)
    assert beyond.submit().status == 201
    beyond.agree_until("releasing_bureau")
    publish_altered("transfer", *FURTHER_STEP)
    analyst = browser(studio)
    analyst.get(f"{PATH}/new")

    chosen = analyst.page.xpath("//form[@class='filter']//option[@selected]/@value")
    said = [" ".join(each.text_content().split()) for each in analyst.page.xpath("//details/summary")]

    assert chosen == ["1", str(current_number())]
    assert said == ["可以迁移 1 件", "可以迁移 1 件：不再经过新增的“转入学校复核”"]
    assert [each.text_content() for each in analyst.page.xpath("//form[@class='filter']//label")] == [
        "原版本", "目标版本",
    ]  # fmt: skip
    assert "可以提出迁移" in analyst.get("/studio/migrations").text
    assert "迁移由流程管理员提出" in browser(studio, "publisher").get("/studio/migrations").text
