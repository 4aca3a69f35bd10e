"""The route of a transfer between every two counties and every other kind of superior."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.cases import rules
from app.divisions.models import Office, OfficeKind
from app.divisions.operations import divisions_of_zhejiang
from app.processes.transfer.precheck import transfer_facts
from tests.support import factories
from tests.support.client import Client
from tests.support.transfer_case import Story, a_story
from workflows import Diagrams, compile_diagrams, foresee
from workflows.routing import ROLES

TOP = Path(__file__).parents[2]
STEPS = ("receiving_school", "receiving_bureau", "receiving_superior", "releasing_school", "releasing_bureau", "pull")


@pytest.fixture(scope="module")
def diagrams() -> Diagrams:
    source = TOP / "bpmn/transfer/transfer.bpmn"
    return compile_diagrams({source.name: source.read_bytes()}, "transfer")


class Province:
    """Every bureau of the province with two schools under each, and a zone beside 西湖区; in memory."""

    def __init__(self) -> None:
        self.ids = itertools.count(1)
        self.bureaus: dict[str, Office] = {}
        for row in divisions_of_zhejiang():
            code = row["code"]
            kind = "province" if code == "330000" else "city" if code.endswith("00") else "county"
            self.bureaus[code] = self.office(code, row["name"], kind, self.bureaus.get(row["superior"]))
        self.bureaus["330782"].acts_as_city = True
        self.zone = self.office("3301Z1", "西湖风景名胜区", "zone", self.bureaus["330100"])
        self.schools = {code: self.school(bureau) for code, bureau in self.bureaus.items()}
        self.others = {code: self.school(bureau) for code, bureau in self.bureaus.items()}

    def office(self, code: str, name: str, kind: str, superior: Office | None) -> Office:
        return Office(
            id=next(self.ids), code=code, name=name, kind=OfficeKind(kind), superior=superior, acts_as_city=False
        )

    def school(self, bureau: Office) -> Office:
        number = next(self.ids)
        return self.office(f"2133{number:06d}", f"{bureau.name}第{number}学校", "school", bureau)


@pytest.fixture(scope="module")
def province() -> Province:
    return Province()


def counties() -> list[str]:
    """Straight from the file, as a second opinion."""
    with (TOP / "app/divisions/data/zhejiang.csv").open(encoding="utf-8") as file:
        return [row["code"] for row in csv.DictReader(file) if not row["code"].endswith("00")]


def route(diagrams: Diagrams, receiving: Office, releasing: Office, *, city_review: bool = False) -> list[rules.Step]:
    facts = transfer_facts(receiving, releasing, city_review=city_review)
    offices = rules.parties(diagrams, receiving=receiving, releasing=releasing, applicant=receiving)
    return rules.route(diagrams, offices, foresee(diagrams, facts))


def acting(steps: list[rules.Step]) -> dict[str, str]:
    """Task key to the code of the office that acts; skipped steps left out."""
    return {step.key: step.office.code for step in steps if not step.skipped}


def pairs() -> Iterator[tuple[str, str]]:
    return itertools.permutations(counties(), 2)


def test_every_role_means_an_office_or_is_found_by_the_process_that_opens() -> None:
    by_process = {role for role, each in ROLES.items() if each.by_process}

    assert by_process | rules.RESOLVERS.keys() == ROLES.keys()
    assert not by_process & rules.RESOLVERS.keys()


def test_there_are_8010_ordered_pairs() -> None:
    assert len(list(pairs())) == 8010


def test_every_ordered_pair_of_counties(diagrams: Diagrams, province: Province) -> None:
    for here, there in pairs():
        receiving, releasing = province.schools[here], province.schools[there]

        steps = route(diagrams, receiving, releasing)

        assert acting(steps) == {
            "receiving_school": receiving.code,
            "receiving_bureau": here,
            "releasing_school": releasing.code,
            "releasing_bureau": there,
            "pull": receiving.code,
        }, (here, there)
        reasons = {step.key: step.reason for step in steps}
        assert reasons["releasing_bureau"] == f"转出学校上级教育行政部门：{province.bureaus[there].name}"


def test_every_ordered_pair_with_a_city_review(diagrams: Diagrams, province: Province) -> None:
    """The senior rules of the present law add the receiving city's desk, except under 义乌, which is its own."""
    for here, there in pairs():
        steps = acting(route(diagrams, province.schools[here], province.schools[there], city_review=True))

        city = None if here == "330782" else here[:4] + "00"
        assert steps.get("receiving_superior") == city, (here, there)
        assert list(steps) == [key for key in STEPS if key != "receiving_superior" or city]


def test_two_schools_of_one_county_have_one_bureau_desk(diagrams: Diagrams, province: Province) -> None:
    for code in counties():
        steps = route(diagrams, province.schools[code], province.others[code])

        assert list(acting(steps)) == ["receiving_school", "releasing_school", "releasing_bureau", "pull"]
        assert acting(steps)["releasing_bureau"] == code
        skipped = next(step for step in steps if step.key == "receiving_bureau")
        assert (skipped.skipped, skipped.reason.endswith("（双方学校同属该上级，由其一并核办）")) == (True, True)


def test_city_run_schools_have_the_city_bureau_as_their_desk(diagrams: Diagrams, province: Province) -> None:
    cities = [code for code in province.bureaus if code.endswith("00") and code != "330000"]
    assert len(cities) == 11
    for city, county in itertools.product(cities, counties()):
        into = acting(route(diagrams, province.schools[city], province.schools[county], city_review=True))
        out_of = acting(route(diagrams, province.schools[county], province.schools[city]))

        assert (into["receiving_bureau"], into["releasing_bureau"]) == (city, county)
        assert "receiving_superior" not in into, "the city is the school's own superior already"
        assert (out_of["receiving_bureau"], out_of["releasing_bureau"]) == (county, city)
    for one, other in itertools.permutations(cities, 2):
        between = acting(route(diagrams, province.schools[one], province.schools[other]))
        assert (between["receiving_bureau"], between["releasing_bureau"]) == (one, other)
    for city in cities:
        assert "receiving_bureau" not in acting(route(diagrams, province.schools[city], province.others[city]))


def test_a_zone_without_a_division_code_is_a_superior_like_any_other(diagrams: Diagrams, province: Province) -> None:
    inside, beside = province.school(province.zone), province.school(province.zone)
    for county in counties():
        into = acting(route(diagrams, inside, province.schools[county], city_review=True))
        out_of = acting(route(diagrams, province.schools[county], inside))

        assert (into["receiving_bureau"], into["receiving_superior"]) == ("3301Z1", "330100")
        assert (out_of["releasing_bureau"], out_of["receiving_bureau"]) == ("3301Z1", county)
    assert list(acting(route(diagrams, inside, beside))) == [
        "receiving_school", "releasing_school", "releasing_bureau", "pull",
    ]  # fmt: skip


def test_a_school_of_the_province_itself(diagrams: Diagrams, province: Province) -> None:
    school = province.schools["330000"]
    for county in counties():
        into = acting(route(diagrams, school, province.schools[county], city_review=True))
        out_of = acting(route(diagrams, province.schools[county], school))

        assert (into["receiving_bureau"], "receiving_superior" in into) == ("330000", False)
        assert out_of["releasing_bureau"] == "330000"


def test_the_lowest_common_superior(province: Province) -> None:
    """The county, the city or the province; with 义乌, which counts as a city, always the province."""
    for here, there in itertools.product(counties(), repeat=2):
        found = rules.lowest_common_superior(province.schools[here], province.others[there])

        same_city = here[:4] == there[:4] and "330782" not in (here, there)
        expected = here if here == there else here[:4] + "00" if same_city else "330000"
        assert found is province.bureaus[expected], (here, there)


def test_a_lane_that_means_nobody_is_refused(diagrams: Diagrams, province: Province) -> None:
    orphan = province.office("2133999999", "无上级学校", "school", None)

    with pytest.raises(rules.Unroutable) as refused:
        route(diagrams, orphan, province.schools["330106"])

    assert refused.value.code == "E-ROUTE"
    assert "转入学校上级核办" in refused.value.detail


def test_a_step_that_a_case_passes_has_its_office(diagrams: Diagrams) -> None:
    assert rules.route(diagrams, {}, ()) == []

    with pytest.raises(rules.Unroutable) as refused:
        rules.route(diagrams, {}, ("releasing_bureau",))

    assert refused.value.code == "E-ROUTE"


SHAPES = {
    "one superior": ("330106", "330106", "releasing_school"),
    "two counties of one city": ("330106", "330109", "receiving_bureau"),
    "two cities": ("330106", "330212", "receiving_bureau"),
    "a city-run and a county-run school": ("330100", "330212", "receiving_bureau"),
    "义乌 and its own city": ("330782", "330702", "receiving_bureau"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_each_shape_walks_to_its_end(client: Client, shape: str) -> None:
    here, there, second = SHAPES[shape]
    story = a_story(client, receiving=here, releasing=there, stages="senior", grade="32")
    assert story.submit().status == 201
    walked = []

    while story.case()["status"] == "open":
        task = story.waiting()
        walked.append((task["key"], task["office"]["code"]))
        assert story.decide().status == 200

    assert walked[0] == ("receiving_school", story.receiving.office.code)
    assert walked[1][0] == second
    assert walked[-2:] == [("releasing_bureau", there), ("pull", story.receiving.office.code)]
    assert story.case()["outcome"] == "agreed"


def test_a_zone_walks_to_its_end(client: Client) -> None:
    zone = factories.an_office(
        "3301Z1", "西湖风景名胜区教育管理中心", "zone", factories.a_bureau("330100"), division_code="330106"
    )
    story = a_story(client, receiving=zone, releasing="330106")
    assert story.submit().status == 201

    story.agree_until("pull")

    assert [step["office"]["code"] for step in story.case()["route"] if step["key"].endswith("bureau")] == [
        "3301Z1", "330106",
    ]  # fmt: skip
    assert story.decide().json["outcome"] == "agreed"


def test_the_route_is_shown_with_its_reasons(submitted: Story) -> None:
    steps = {step["key"]: step for step in submitted.case()["route"]}

    assert (
        steps["releasing_bureau"]["reason"]
        == f"转出学校上级教育行政部门：{steps['releasing_bureau']['office']['name']}"
    )
    assert [steps[key]["state"] for key in ("receiving_school", "receiving_bureau", "receiving_superior")] == [
        "waiting", "to come", "skipped",
    ]  # fmt: skip
