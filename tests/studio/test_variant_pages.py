"""The pages of variants."""

from __future__ import annotations

from app.database import db
from app.definitions.models import Process
from tests.studio.county_studio import COUNTY, FILE, STEP, Variants
from tests.support.client import Client, apart


def test_the_pages_lead_from_a_process_to_a_published_variant(variants: Variants) -> None:
    analyst = Client(variants.client.app).sign_in(variants.people["analyst"])
    page = analyst.get("/studio/")
    assert "本地流程" in page.text
    assert "省内转学" in page.text
    assert "quota_setting" not in page.text
    assert str(analyst.get("/studio/processes/transfer").location).endswith(
        f"/studio/processes/transfer/variants/{COUNTY}"
    )
    assert "没有本地版本" in analyst.get(f"/studio/processes/transfer/variants/{COUNTY}").text
    draft = str(analyst.post("/studio/drafts", process="transfer").location)
    number = int(draft.rsplit("/", 1)[1])
    assert "在省级第 1 版上新增环节" in analyst.get(draft).text
    variants.draw(number, STEP)
    text = variants.program("analyst").get(f"/drafts/{number}/files/receiving_bureau.json").text
    variants.program("analyst").put(f"/drafts/{number}/files/{STEP.key}.json", text.encode(), If_None_Match="*")
    assert "可以发布" in analyst.get(f"{draft}/check").text
    proposal = str(analyst.post(f"{draft}/propose", note="本县复核").location)
    publisher = Client(variants.client.app).sign_in(variants.people["publisher"])
    assert "县级复核" in publisher.get(proposal).text
    assert "在省级第 1 版上新增的环节" in publisher.get(proposal).text
    publisher.post(f"{proposal}/decision", outcome="agree", opinion="")
    for path in (
        f"/studio/processes/transfer/variants/{COUNTY}",
        f"/studio/processes/transfer/variants/{COUNTY}/versions/1",
        f"/studio/processes/transfer/variants/{COUNTY}/versions/1/diagrams/{FILE}",
    ):
        assert publisher.get(path).status == 200, path
    archive = f"/studio/processes/transfer/variants/{COUNTY}/versions/1/export"
    assert apart(publisher.browser.get, archive).status_code == 200
    province = Client(variants.client.app).sign_in(variants.people["provincial_analyst"])
    assert "330106区教育局" in province.get("/studio/processes/transfer").text
    shown = province.get(f"/studio/processes/transfer/variants/{COUNTY}").text
    assert "新建本地版本的草稿" not in shown
    variants.publish_by_the_province('name="转出学校核办"', 'name="转出学校办理"')
    assert "基于第 1 版，省级已发布第 2 版" in province.get("/studio/processes/transfer").text
    assert "基于第 1 版，省级已发布第 2 版" in analyst.get("/studio/").text
    assert "新建本地版本的草稿" in analyst.get(f"/studio/processes/transfer/variants/{COUNTY}").text
    anew = str(analyst.post("/studio/drafts", process="transfer").location)
    assert "须重新添加的环节" in analyst.get(anew).text
    neighbour = Client(variants.client.app).sign_in(variants.people["neighbour_analyst"])
    assert neighbour.get(f"/studio/processes/transfer/variants/{COUNTY}").status == 404
    publisher.get(f"/studio/processes/transfer/variants/{COUNTY}")
    assert publisher.post("/studio/processes/transfer/variant/off", reason="").status == 422
    publisher.post("/studio/processes/transfer/variant/off", reason="人手不足")
    assert "人手不足" in publisher.get(f"/studio/processes/transfer/variants/{COUNTY}").text
    publisher.post("/studio/processes/transfer/variant/on")
    assert db.session.get_one(Process, "transfer").off_since is None
