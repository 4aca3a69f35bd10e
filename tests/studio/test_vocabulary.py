"""What the modeler offers: roles, duties, facts, verbs with their policy, forms, tables, diagrams – as they are now."""

from __future__ import annotations

import re
from typing import Any

from app.studio.presenters.labels import KINDS
from app.studio.presenters.vocabulary import FAMILIES
from app.studio.rules.advice import ADVICE, OF_KINDS
from tests.house.sources import TOP
from tests.studio.conftest import Studio
from tests.support import factories
from tests.support.databases import on_sqlite
from workflows.routing import ROLES
from workflows.vocabulary import OUTCOMES, Kind


def vocabulary(studio: Studio, draft: int, who: str = "analyst") -> Any:
    answer = studio.program(who).get(f"/drafts/{draft}/vocabulary")
    assert answer.status == 200, answer.text
    return answer.json


def by_key(some: Any, key: str = "key") -> dict[str, Any]:
    return {each[key]: each for each in some}


def test_everything_that_a_diagram_may_name_is_offered(studio: Studio) -> None:
    found = vocabulary(studio, studio.draft("transfer"))

    assert by_key(found["roles"]).keys() == ROLES.keys()
    assert by_key(found["roles"])["receiving_superior"]["meaning"].startswith("有的办件没有这个机构")
    assert [each["key"] for each in found["outcomes"]] == list(OUTCOMES)
    assert by_key(found["kinds"]).keys() == {each.value for each in Kind}
    assert found["outcomes_of_kinds"]["repair"]["agree"]["button"] == "再次提交"
    assert [each["name"] for each in found["duties"]] == ["审核", "经办"]
    assert {"转学", "在籍学生变动"} <= set(found["categories"])
    assert by_key(found["forms"])["pull"]["title"] == "凭指令调档"
    assert {"reasons", "proofs"}.isdisjoint(by_key(found["forms"]))
    assert found["diagrams"] == [{"file": "transfer.bpmn", "process": "transfer", "name": "省内转学"}]
    assert by_key(found["tables"])["transfer_rules"]["outputs"][3] == "设区市审批"
    assert found["faults"] == []


def test_a_verb_says_what_must_have_been_decided_and_what_it_makes_known(studio: Studio) -> None:
    verbs = vocabulary(studio, studio.draft("recruitment_roster"))["verbs"]
    own, foreign = by_key(verbs)["roster/conclude"], by_key(verbs)["directive/issue"]

    assert verbs[0]["home"] == "recruitment_roster", "the verbs of the process itself come first"
    assert {each["name"] for each in own["gives"]} == {"undirected", "left", "accepted"}
    assert all(each["kind"] == "number" for each in own["gives"])
    assert {each["family"] for each in verbs} == set(FAMILIES.values()), "none is in a family without a name"
    assert (foreign["name"], foreign["home_name"]) == ("下达允许转学指令", "省内转学")
    assert "依次 转出学校 审批 同意" in foreign["policy"]["lines"]


def test_facts_are_those_of_the_drafts_own_policy_and_table(studio: Studio) -> None:
    draft = studio.draft("transfer")
    before = by_key(vocabulary(studio, draft)["facts"], "name")
    assert before["same_superior"]["values"] == [True, False]
    assert (before["city_review"]["kind"], before["city_review"]["words"][:2]) == ("yes-no", "高中")

    studio.edit(draft, "transfer.policy", "事实\n", '事实\n  boarding  "yes"|"no"  是否住校\n')
    after = by_key(vocabulary(studio, draft)["facts"], "name")
    assert after["boarding"] == {"name": "boarding", "words": "是否住校", "kind": "text", "values": ["yes", "no"]}

    studio.edit(draft, "transfer.policy", "事实\n", "事 实\n")
    broken = vocabulary(studio, draft)
    assert "transfer.policy" in broken["faults"][0], "what is shipped stands for it, and it says so"
    assert "same_superior" in by_key(broken["facts"], "name")


def test_a_process_that_follows_another_knows_its_facts_and_its_table(studio: Studio) -> None:
    draft = studio.draft("class_change")
    assert by_key(vocabulary(studio, draft)["facts"], "name").keys() == set()

    studio.edit(
        draft,
        "class_change.bpmn",
        'name="category"',
        'name="rules_of" value="withdrawal" /><spiffworkflow:property name="category"',
    )
    assert "filing_only" in by_key(vocabulary(studio, draft)["facts"], "name")


@on_sqlite
def test_nobody_without_a_studio_is_told(studio: Studio) -> None:
    draft = studio.draft()
    county = factories.a_user(factories.a_bureau("330106"), "analyst")

    assert studio.program("publisher").get(f"/drafts/{draft}/vocabulary").status == 200
    assert studio.client.api(county).get(f"/drafts/{draft}/vocabulary").status == 404
    assert studio.program("analyst").get("/drafts/9999/vocabulary").status == 404


def test_every_finding_is_told_with_what_to_do() -> None:
    """Of each rule is said what to do; of rules of the standard by their kind."""
    told = ADVICE.keys() | OF_KINDS.keys()
    files = [path for path in (TOP / "workflows").rglob("*.py") if "standard" not in path.parts]
    rules = {
        rule
        for path in files
        for rule in re.findall(r'\b(?:Finding|Unrunnable|Fault|_shown)\(\s*"([a-z-]+)"', path.read_text("utf-8"))
    }

    assert rules - told == {"not-bpmn"}, "of files that cannot be opened at all"
    assert KINDS.keys() <= told
