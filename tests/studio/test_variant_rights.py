"""Who may draw, publish and read a variant, and what of it is more than added steps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.studio.county_studio import COUNTY, FILE, STEP, Variants
from tests.support import factories
from tests.support.client import Client
from tests.support.variants import Step


def test_the_neighbour_sees_none_of_it(variants: Variants) -> None:
    draft = variants.drawn()
    proposal = variants.propose(draft).json["id"]
    for who in ("neighbour_analyst", "neighbour_publisher", "provincial_analyst", "provincial_publisher"):
        program = variants.program(who)
        assert program.get(f"/drafts/{draft}").status == 404, who
        assert program.get(f"/drafts/{draft}/files/{FILE}").status == 404, who
        assert program.get(f"/drafts/{draft}/steps-to-add").status == 404, who
        assert program.get(f"/proposals/{proposal}").status == 404, who
        assert program.get("/drafts").json["items"] == program.get("/proposals").json["items"] == [], who
    for who in ("neighbour_publisher", "provincial_publisher"):
        assert variants.decide(proposal, who).status == 404, who
    assert variants.decide(proposal).status == 200
    for who in ("neighbour_analyst", "neighbour_publisher"):
        program = variants.program(who)
        assert program.get("/variants").json["items"] == [], who
        assert program.get(f"/processes/transfer/variants/{COUNTY}").status == 404, who
        assert program.get(f"/processes/transfer/variants/{COUNTY}/versions/1").status == 404, who
    off = {"reason": "不再复核"}
    assert variants.program("neighbour_publisher").post("/processes/transfer/variant/off", off).status == 404
    assert variants.program("provincial_publisher").post("/processes/transfer/variant/off", off).status == 404
    assert variants.program("provincial_analyst").get(f"/processes/transfer/variants/{COUNTY}").status == 200


def test_a_draft_of_the_province_is_no_countys(variants: Variants) -> None:
    draft = variants.program("provincial_analyst").post("/drafts", {"process": "transfer"}).json["id"]
    for who in ("analyst", "publisher"):
        program = variants.program(who)
        for path in ("", f"/files/{FILE}", "/export", "/vocabulary", "/steps-to-add"):
            assert program.get(f"/drafts/{draft}{path}").status == 404, path
        client = Client(variants.client.app).sign_in(variants.people[who])
        client.get("/me")
        for path in (
            "processes/transfer/versions/1", "processes/transfer/versions/1/export", "running",
            f"processes/transfer/versions/1/files/{FILE}", f"processes/transfer/versions/1/diagrams/{FILE}",
        ):  # fmt: skip
            assert client.get(f"/studio/{path}").status == 403, path
        for path in ("", "/check", f"/files/{FILE}", f"/diagrams/{FILE}", "/rehearsal", "/replay", "/scenarios"):
            assert client.get(f"/studio/drafts/{draft}{path}").status == 404, path
    assert variants.program("analyst").post(f"/drafts/{draft}/check").status == 404
    assert variants.program("analyst").delete(f"/drafts/{draft}").status == 404


def test_a_county_rules_over_nothing_of_the_province(variants: Variants) -> None:
    analyst, publisher = variants.program("analyst"), variants.program("publisher")
    for path in ("/processes/transfer/versions", "/processes/transfer/versions/1", "/halts", "/moves"):
        assert analyst.get(path).status == 403, path
    assert analyst.post("/drafts", {"key": "own_process", "name": "本县流程"}).status == 403
    assert publisher.post("/processes/transfer/off", {"reason": "本县停用"}).status == 403
    refused = analyst.post("/drafts", {"process": "quota_setting"})
    assert (refused.status, refused.code) == (422, "E-VARIANT")
    school = factories.a_user(factories.a_school(COUNTY), "analyst")
    assert variants.client.api(school).get("/drafts").status == 403


def test_nobody_publishes_what_they_have_proposed(variants: Variants) -> None:
    draft = variants.drawn(who="both")
    proposal = variants.propose(draft, who="both").json["id"]
    as_publisher = variants.program("both")
    posts = as_publisher.get("/me").json["posts"]
    publisher = next(each["id"] for each in posts if each["duty"] == "publisher")

    answer = as_publisher.post(
        f"/proposals/{proposal}/decision", {"outcome": "agree", "opinion": ""}, X_Post=str(publisher)
    )

    assert (answer.status, answer.code) == (403, "E-OWN")


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (replace(STEP, lane="lane_releasing_bureau"), "“转出学校上级教育行政部门”的泳道"),
        (replace(STEP, flow="f_lb_agree"), "系统随即办理“下达允许转学指令”"),
        (replace(STEP, refused="releasing_school"), "同意的须到“须市级审批？”，不同意的可以到“不予转学”"),
    ],
)
def test_a_step_elsewhere_is_neither_proposed_nor_published(variants: Variants, step: Step, said: str) -> None:
    draft = variants.drawn(step)

    assert said in variants.found(draft)
    refused = variants.propose(draft)
    assert (refused.status, "E-FINDING" in refused.codes) == (422, True)


@pytest.mark.parametrize(
    ("old", "new", "name", "said"),
    [
        ('name="转出学校核办"', 'name="转出学校知悉"', FILE, "不能改动省级版本的“转出学校核办”"),
        ('name="working_days" value="10"', 'name="working_days" value="30"', FILE, "不能改动省级版本的"),
        ('targetRef="releasing_school"', 'targetRef="releasing_bureau"', FILE, "的流向改到了"),
        (
            "依次  转入学校上级的上一级教育行政部门",
            "依次  转入学校上级教育行政部门",
            "transfer.policy",
            "transfer.policy",
        ),
        ('"title": "省内转学申请"', '"title": "转学"', "application.json", "表单 application.json"),
    ],
)
def test_what_is_not_added_stays_as_the_province_has_it(
    variants: Variants, old: str, new: str, name: str, said: str
) -> None:
    draft = variants.drawn()
    variants.replace(draft, old, new, name)

    assert said in variants.found(draft)
    assert variants.propose(draft).status == 422


def test_a_removed_step_is_refused(variants: Variants) -> None:
    draft = variants.drawn()
    text = variants.program("analyst").get(f"/drafts/{draft}/files/{FILE}").text
    variants.replace(
        draft,
        text[text.index('<bpmn:sequenceFlow id="f_rc_refuse"') :].split("</bpmn:sequenceFlow>")[0]
        + "</bpmn:sequenceFlow>",
        "",
    )

    assert "没有了" in variants.found(draft)
    assert variants.propose(draft).status == 422


def test_a_draft_without_a_step_says_nothing_new(variants: Variants) -> None:
    draft = variants.program("analyst").post("/drafts", {"process": "transfer"}).json["id"]

    assert variants.propose(draft).code == "E-UNCHANGED"
