"""Running cases of a county's variant go over to another version of it, by the county's own two people."""

from __future__ import annotations

from typing import Any

from app.cases.commands import work_on_migrations
from tests.studio.county_studio import COUNTY, STEP, Variants
from tests.studio.test_variants import USUAL, finish, versions_in
from tests.support.client import Answer, Client
from tests.support.transfer_case import Story, a_story

RENAMED = ('name="县级复核"', 'name="县级复审"')
PATH = "/processes/transfer/migrations"


def two_versions(variants: Variants) -> Story:
    """A case on the first version of the county's variant, of which a second one is in force."""
    variants.publish()
    story = a_story(variants.client, receiving=COUNTY, releasing="330212")
    assert story.submit().status == 201
    draft = int(variants.program("analyst").post("/drafts", {"process": "transfer"}).json["id"])
    variants.replace(draft, *RENAMED)
    proposed = variants.propose(draft)
    assert proposed.status == 201, proposed.text
    assert variants.decide(proposed.json["id"]).status == 200
    assert versions_in(story.number) == (COUNTY, 1)
    return story


def begin(variants: Variants, who: str = "analyst", **more: Any) -> Answer:
    return variants.program(who).post(PATH, {"from": 1, "to": 2, "reason": "改称复审", **more})


def test_a_county_moves_the_running_cases_of_its_own_variant_and_takes_them_back(variants: Variants) -> None:
    story = two_versions(variants)

    rehearsed = begin(variants, rehearse=True)
    assert (rehearsed.status, rehearsed.json["rehearsal"]["total"]) == (200, 1), rehearsed.text
    migration = begin(variants).json["id"]
    own = variants.program("publisher").post(f"/migrations/{migration}/decision", {"outcome": "agree"})
    assert (own.status, own.json["status"]) == (200, "running"), own.text
    work_on_migrations()
    assert versions_in(story.number) == (COUNTY, 2)

    undone = variants.program("publisher").post(f"/migrations/{migration}/undo", {"reason": "仍称复核"})
    assert undone.status == 200, undone.text
    work_on_migrations()
    assert versions_in(story.number) == (COUNTY, 1)
    again = begin(variants).json["id"]
    assert variants.program("publisher").post(f"/migrations/{again}/decision", {"outcome": "agree"}).status == 200
    work_on_migrations()
    assert versions_in(story.number) == (COUNTY, 2)
    assert finish(story) == [*USUAL[:2], STEP.key, *USUAL[2:]]


def test_whoever_proposed_it_does_not_start_it(variants: Variants) -> None:
    two_versions(variants)
    both = variants.program("both")
    posts = {each["duty"]: str(each["id"]) for each in both.get("/me").json["posts"]}
    answer = both.post(PATH, {"from": 1, "to": 2, "reason": "改称复审"}, X_Post=posts["analyst"])
    assert answer.status == 200, answer.text

    own = both.post(f"/migrations/{answer.json['id']}/decision", {"outcome": "agree"}, X_Post=posts["publisher"])

    assert (own.status, own.code) == (403, "E-OWN")


def test_neighbour_and_province_do_nothing_to_it(variants: Variants) -> None:
    story = two_versions(variants)
    assert begin(variants, "neighbour_analyst").status == 404
    assert begin(variants, "neighbour_analyst", rehearse=True).status == 404
    assert begin(variants, "publisher").status == 403
    migration = begin(variants).json["id"]

    for who in ("neighbour_analyst", "neighbour_publisher", "provincial_analyst", "provincial_publisher"):
        program = variants.program(who)
        for path in (f"/migrations/{migration}", f"/migrations/{migration}/cases"):
            assert program.get(path).status == 404, (who, path)
        assert program.get("/migrations").json["items"] == [], who
    for who in ("neighbour_publisher", "provincial_publisher"):
        program = variants.program(who)
        assert program.post(f"/migrations/{migration}/decision", {"outcome": "agree"}).status == 404, who
        assert program.post(f"/migrations/{migration}/undo", {"reason": "不要"}).status == 404, who
    pages = Client(variants.client.app).sign_in(variants.people["neighbour_analyst"])
    assert pages.get("/studio/processes/transfer/migrations/new").status == 404
    assert pages.get(f"/studio/migrations/{migration}").status == 404
    work_on_migrations()
    assert versions_in(story.number) == (COUNTY, 1)


def test_a_county_moves_none_of_the_provinces_cases_and_both_may_at_a_time(variants: Variants) -> None:
    """The numbers of a county's analyst are those of its own versions; its migration is in nobody's way."""
    two_versions(variants)
    elsewhere = a_story(variants.client, receiving="330108", releasing="330212")
    assert elsewhere.submit().status == 201
    variants.publish_by_the_province('name="转出学校核办"', 'name="转出学校办理"')
    assert versions_in(elsewhere.number) == (None, 1)

    mine = begin(variants)
    theirs = begin(variants, "provincial_analyst")

    assert (mine.status, theirs.status) == (200, 200), (mine.text, theirs.text)
    assert begin(variants).code == "E-MIGRATION"
    for who, migration in (("publisher", mine), ("provincial_publisher", theirs)):
        program = variants.program(who)
        assert program.post(f"/migrations/{migration.json['id']}/decision", {"outcome": "agree"}).status == 200
    work_on_migrations()
    assert versions_in(elsewhere.number) == (None, 2)
    moved = variants.program("analyst").get(f"/migrations/{mine.json['id']}/cases").json["items"]
    assert [each["case"] == elsewhere.number for each in moved] == [False]


def test_the_pages_lead_from_the_variant_to_its_migration(variants: Variants) -> None:
    two_versions(variants)
    analyst = Client(variants.client.app).sign_in(variants.people["analyst"])
    home = f"/studio/processes/transfer/variants/{COUNTY}"
    assert "/studio/processes/transfer/migrations/new" in analyst.get(home).text
    assert "共 1 件" in analyst.get("/studio/processes/transfer/migrations/new").text
    address = str(
        analyst.post("/studio/processes/transfer/migrations", **{"from": "1", "to": "2", "reason": "改称复审"}).location
    )
    page = analyst.get(address).text
    assert f"{home}/versions/1" in page
    assert f"{home}/versions/2" in page
    assert "第 1 号" in analyst.get(home).text
    publisher = Client(variants.client.app).sign_in(variants.people["publisher"])
    assert "待决定的办件迁移" in publisher.get("/").text
    assert "由第 1 版迁到第 2 版" in publisher.get("/studio/migrations").text
    assert publisher.post(f"{address}/decision", outcome="agree", opinion="").status == 302
    work_on_migrations()
    assert "已完成" in publisher.get(address).text
