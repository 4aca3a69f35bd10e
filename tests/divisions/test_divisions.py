"""户口所在地 is a county of today: by name, by code or both; what has gone says what it is called now."""

from __future__ import annotations

import pytest
from flask import Flask

from app.divisions.formats import code_of, fault_of_address, fault_of_division
from app.divisions.operations import divisions_of_zhejiang
from app.divisions.rules.gazetteer import gazetteer
from tests.support.client import Client
from tests.support.single_school_case import a_matter


def test_the_list_has_every_county_of_our_own_province() -> None:
    own = {row["code"]: row["name"] for row in divisions_of_zhejiang() if not row["code"].endswith("00")}
    known = gazetteer(2026)

    assert {code: known.names[code] for code in known.counties if code.startswith("33")} == own
    assert len(known.counties) > 2800


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("330106", "330106"), ("西湖区", "330106"), ("杭州市西湖区", "330106"), ("浙江杭州西湖区", "330106"),
        ("浙江省/杭州市/西湖区", "330106"), ("330106 西湖区", "330106"), ("西湖区（330106）", "330106"),
        ("330106001002", "330106"), ("３３０１０６", "330106"), ("'330106", "330106"), ("义乌市", "330782"),
        ("南昌市西湖区", "360103"), ("北京朝阳区", "110105"), ("阜南县", "341225"), ("东莞市", "441900"),
        ("上海市浦东新区", "310115"), ("香港特别行政区", "810000"),
    ],
)  # fmt: skip
def test_a_county_is_known_however_it_is_written(written: str, code: str) -> None:
    assert code_of(written) == code
    assert fault_of_division(code) is None


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("999999", "没有代码为 999999 的县（市、区）"),
        ("330185", "临安市（330185）已于 2017 年撤销或更名，现为临安区（330112）"),
        ("下城区", "下城区（330103）已于 2021 年撤销或更名，现为拱墅区（330105）"),
        ("江干区", "现分属上城区（330102）、钱塘区（330114）"), ("鹿泉市", "现为鹿泉区（130110）"),
        ("杭州市", "须填写到县（市、区）"), ("330100", "杭州市（330100）是设区的市，须填写到县（市、区）"),
        ("市辖区", "须填写到县（市、区）"), ("朝阳区", "不止一处（北京市朝阳区、吉林省长春市朝阳区）"),
        ("330106 余杭区", "没有名为"), ("火\u200b星", "没有名为“火星”的县（市、区）"),
    ],
)  # fmt: skip
def test_what_is_no_county_of_today_is_told_why(written: str, said: str) -> None:
    fault = fault_of_division(code_of(written))

    assert fault is not None
    assert fault[0] == "E-DIVISION"
    assert said in fault[1]


@pytest.mark.parametrize("address", ["文三路1号", "富阳市场路1号", "鄞县大道5号", "义乌市江东街道", "杭州市余杭区某镇"])
def test_an_address_of_today_may_stand(address: str) -> None:
    assert fault_of_address(address) is None


@pytest.mark.parametrize(
    "address", ["下城区文晖路1号", "杭州市下城区文晖路1号", "浙江省富阳市某镇", "浙江省绍兴县某镇"]
)
def test_an_address_in_a_division_of_the_past_is_told_what_it_is_called_now(address: str) -> None:
    fault = fault_of_address(address)

    assert fault is not None
    assert "年撤销或更名，现为" in fault[1]


def test_every_door_asks_for_a_county_of_today(app: Flask, client: Client) -> None:
    matter = a_matter(client)

    for written in ("999999", "下城区", "杭州市"):
        answer = matter.submit("correction", household_division=written)
        assert (answer.status, answer.codes) == (422, {"E-DIVISION"}), answer.text
    assert matter.submit("correction", address="杭州市下城区文晖路1号").codes == {"E-DIVISION"}


def test_the_first_digits_of_a_number_are_of_no_list(app: Flask, client: Client) -> None:
    """Numbers keep the division of the day on which they were given."""
    from tests.support import factories

    matter = a_matter(client)
    number = factories.a_number(place="330185")

    assert matter.submit("key_correction", main_number=number).codes <= {"E-ID-04", "E-ID-05"}
