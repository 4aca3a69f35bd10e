"""Variants: a county adds a step in its own lane, in four eyes; its schools' new cases take it, and nobody else's."""

from __future__ import annotations

import json
from dataclasses import replace

import sqlalchemy as sa

from app.cases.models import Case
from app.database import db
from app.definitions import queries as definitions
from app.definitions.models import ProcessVariant, ProcessVersion
from tests.studio.county_studio import COUNTY, NEIGHBOUR, STEP, Variants
from tests.studio.test_rehearsals import APPLICATION, CAST
from tests.support.transfer_case import Story, a_story


def versions_in(number: str) -> tuple[str | None, int]:
    """In whose version a case runs, and its number."""
    asked = sa.select(ProcessVersion).join(Case, Case.version_id == ProcessVersion.id).where(Case.number == number)
    version = db.session.scalars(asked).one()
    return version.office_id and db.session.get_one(ProcessVariant, ("transfer", version.office_id)).office.code, (
        version.number
    )


def restored() -> None:
    """Nothing that was compiled is known any more: what is decided next is read and restored from the database."""
    db.session.rollback()
    definitions._compiled_versions.clear()


def finish(story: Story) -> list[str]:
    """Everybody agrees to the end; the tasks in their order, each restored from the database."""
    tasks: list[str] = []
    while story.case()["waiting"]:
        restored()
        task = story.waiting()
        tasks.append(task["key"])
        if task["key"] == STEP.key:
            program = story.program("receiving_bureau")
            answer = program.post(f"/tasks/{task['id']}/decision", {"outcome": "agree"})
        else:
            answer = story.decide()
        assert answer.status == 200, answer.text
    return tasks


USUAL = ["receiving_school", "receiving_bureau", "releasing_school", "releasing_bureau", "pull"]


def test_a_county_adds_a_step_for_the_new_cases_of_its_own_schools(variants: Variants) -> None:
    client = variants.client
    before, after, elsewhere = (
        a_story(client, receiving=code, releasing="330212") for code in (COUNTY, COUNTY, NEIGHBOUR)
    )
    assert before.submit().status == 201
    published = variants.publish()
    assert (published["status"], published["version"]) == ("approved", 1)
    assert after.submit().status == 201
    assert elsewhere.submit().status == 201

    assert [(story.case()["version"], story.case()["variant"]) for story in (before, after)] == [(1, None), (1, COUNTY)]
    position = variants.program("provincial_analyst").get(f"/cases/{after.number}/position").json
    assert (position["version"], position["variant"]) == (1, COUNTY)
    assert versions_in(before.number) == (None, 1)
    assert versions_in(after.number) == (COUNTY, 1)
    assert versions_in(elsewhere.number) == (None, 1)
    assert [each["name"] for each in after.case()["route"]] == [each["name"] for each in elsewhere.case()["route"]]
    assert finish(before) == USUAL
    assert finish(elsewhere) == USUAL
    assert finish(after) == [*USUAL[:2], STEP.key, *USUAL[2:]]
    assert {story.case()["outcome"] for story in (before, after, elsewhere)} == {"agreed"}


def test_who_refuses_at_the_added_step_ends_the_case_and_who_sends_back_has_it_repaired(variants: Variants) -> None:
    variants.publish()
    for outcome in ("refuse", "send_back"):
        story = a_story(variants.client, receiving=COUNTY, releasing="330212")
        story.submit()
        story.agree_until(STEP.key)
        restored()
        body = {"outcome": outcome, "reason_code": "incomplete_papers", "opinion": "缺居住证明"}
        task = story.waiting()
        assert story.program("receiving_bureau").post(f"/tasks/{task['id']}/decision", body).status == 200
        if outcome == "refuse":
            assert story.case()["outcome"] == "refused"
        else:
            assert story.waiting()["key"] == "repair"


def test_a_first_variant_shows_what_it_adds_to_the_provinces_version(variants: Variants) -> None:
    draft = variants.drawn()
    listed = variants.program("analyst").get("/drafts").json["items"]
    assert [(each["id"], each["base"], each["source"], each["based_on"]) for each in listed] == [(draft, None, 1, 1)]

    proposal = variants.propose(draft).json["id"]
    shown = variants.program("publisher").get(f"/proposals/{proposal}").json

    assert shown["publishable"]
    added = [(each["change"], each["what"], each["name"]) for each in shown["differences"]]
    assert ("added", "环节", "县级复核") in added
    assert "removed" not in {change for change, *_ in added}


def test_the_library_says_who_has_variants_and_how_many_cases_run(variants: Variants) -> None:
    variants.publish()
    story = a_story(variants.client, receiving=COUNTY, releasing="330212")
    story.submit()

    for who in ("analyst", "provincial_analyst"):
        [listed] = variants.program(who).get("/variants").json["items"]
        assert (listed["process"], listed["office"], listed["version"]) == ("transfer", COUNTY, 1)
        assert (listed["based_on"], listed["province_version"], listed["behind"]) == (1, 1, False)
        assert (listed["open_cases"], listed["off"]) == (1, False)
        version = variants.program(who).get(f"/processes/transfer/variants/{COUNTY}/versions/1").json
        assert [(each["key"], each["role"]) for each in version["steps"]] == [(STEP.key, "receiving_bureau")]
    assert (
        variants.program("provincial_analyst").get("/processes/transfer/versions").json["items"][0]["open_cases"] == 0
    )
    # one process, one card
    operator = story.program("receiving_school", "operator")
    assert [each["key"] for each in operator.get("/processes").json["items"]].count("transfer") == 1


def test_a_variant_that_is_switched_off_is_not_taken_until_it_is_on_again(variants: Variants) -> None:
    variants.publish()
    publisher = variants.program("publisher")

    off = publisher.post("/processes/transfer/variant/off", {"reason": "人手不足"})

    assert (off.status, off.json["off"], off.json["off_reason"]) == (200, True, "人手不足")
    assert publisher.post("/processes/transfer/variant/off", {"reason": "再次"}).code == "E-SWITCHED"
    story = a_story(variants.client, receiving=COUNTY, releasing="330212")
    story.submit()
    assert versions_in(story.number) == (None, 1)
    assert publisher.post("/processes/transfer/variant/on").json["off"] is False
    other = a_story(variants.client, receiving=COUNTY, releasing="330212")
    other.submit()
    assert versions_in(other.number) == (COUNTY, 1)


def test_after_the_province_has_published_a_variant_runs_on_until_its_steps_are_added_anew(variants: Variants) -> None:
    variants.publish()
    waiting = variants.drawn(replace(STEP, key="second_review", name="二次复核", flow="f_no_city"))
    variants.publish_by_the_province('name="转出学校核办"', 'name="转出学校办理"')

    [listed] = variants.program("provincial_analyst").get("/variants?process=transfer").json["items"]
    assert (listed["version"], listed["based_on"], listed["province_version"], listed["behind"]) == (1, 1, 2, True)
    assert variants.propose(waiting).code == "E-NEWER"
    story = a_story(variants.client, receiving=COUNTY, releasing="330212")
    story.submit()
    assert versions_in(story.number) == (COUNTY, 1)

    analyst = variants.program("analyst")
    anew = analyst.post("/drafts", {"process": "transfer"}).json
    assert (anew["base"], anew["source"], anew["based_on"]) == (1, 2, 2)
    [missing] = analyst.get(f"/drafts/{anew['id']}/steps-to-add").json["items"]
    assert (missing["key"], missing["name"], missing["role"]) == (STEP.key, STEP.name, "receiving_bureau")
    variants.draw(anew["id"], STEP)
    assert analyst.get(f"/drafts/{anew['id']}/steps-to-add").json["items"] == []
    text = analyst.get(f"/drafts/{anew['id']}/files/receiving_bureau.json").text
    analyst.put(f"/drafts/{anew['id']}/files/{STEP.key}.json", text.encode(), If_None_Match="*")
    proposed = variants.propose(anew["id"])
    assert proposed.status == 201, proposed.text
    assert variants.decide(proposed.json["id"]).json["version"] == 2
    [listed] = analyst.get("/variants").json["items"]
    assert (listed["version"], listed["based_on"], listed["behind"], listed["open_cases"]) == (2, 2, False, 1)
    # whoever restores the first version is told what of the province's is missing
    restored_draft = analyst.post("/drafts", {"process": "transfer", "version": 1}).json["id"]
    assert "不能改动省级版本的“转出学校办理”" in variants.found(restored_draft)
    assert finish(story)[2] == STEP.key


def test_a_migration_moves_cases_of_the_provinces_versions_alone(variants: Variants) -> None:
    variants.publish()
    story = a_story(variants.client, receiving=COUNTY, releasing="330212")
    story.submit()
    variants.publish_by_the_province('name="转出学校核办"', 'name="转出学校办理"')

    asked = {"from": 1, "to": 2, "reason": "改名"}
    answer = variants.program("provincial_analyst").post("/processes/transfer/migrations", asked)

    assert (answer.status, answer.code) == (422, "E-MIGRATION"), answer.text
    assert versions_in(story.number) == (COUNTY, 1)


def tasks_played(variants: Variants, draft: int, who: str, steps: int) -> list[str]:
    body = {**CAST, "application": APPLICATION, "outcomes": ["agree"] * steps}
    answer = variants.program(who).post(f"/drafts/{draft}/rehearse", body)
    assert answer.status == 200, answer.text
    return [each["task"] for each in answer.json["played"] if each.get("task")]


def test_a_draft_is_rehearsed_as_it_is_drawn_whatever_variant_stands(variants: Variants) -> None:
    """Of the county in its own school; of the province in the first county's, though that has a variant."""
    variants.publish(prefix="neighbour_")
    variants.publish()
    own = variants.drawn(replace(STEP, key="second_review", name="二次复核", flow="f_no_city"))
    provincial = variants.program("provincial_analyst").post("/drafts", {"process": "transfer"}).json["id"]

    assert tasks_played(variants, own, "analyst", 4) == [*USUAL[:2], STEP.key, "second_review"]
    assert tasks_played(variants, provincial, "provincial_analyst", 3) == USUAL[:3]


def test_a_replay_of_a_variant_takes_the_cases_of_its_own_schools(variants: Variants) -> None:
    own = a_story(variants.client, receiving=COUNTY, releasing="330212")
    other = a_story(variants.client, receiving=NEIGHBOUR, releasing="330212")
    for story in (own, other):
        story.submit()
        finish(story)
    draft = variants.drawn()

    answer = variants.program("analyst").post(f"/drafts/{draft}/replay", {"since": "2026-01-01"})

    assert answer.status == 200, answer.text
    said = json.dumps(answer.json, ensure_ascii=False)
    assert own.number in said
    assert other.number not in said
