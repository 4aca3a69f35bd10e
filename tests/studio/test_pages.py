"""The studio's pages, without a script: read the catalogue, draft, type or upload, check, propose, approve, switch."""

from __future__ import annotations

import io
import json
from typing import Any

import sqlalchemy as sa

from app.database import db
from app.definitions.models import Process
from app.studio.models import ProcessDraft
from tests.processes.configured import a_process, application, decide, submit
from tests.studio.conftest import Studio
from tests.studio.test_publishing import FILE, numbers, proposed
from tests.support import factories
from tests.support.client import Client, apart
from tests.support.databases import on_sqlite
from tests.support.single_school_case import Matter


def browser(studio: Studio, who: str = "analyst") -> Client:
    return Client(studio.client.app).sign_in(studio.people[who])


def upload(client: Client, url: str, *files: tuple[str, bytes]) -> Any:
    return client.post(url, files=[(io.BytesIO(content), name) for name, content in files])


def error(client: Client) -> str:
    return " ".join(client.page.xpath("//div[@class='errors']//li/text() | //div[@class='errors']//li/a/text()"))


def test_the_catalogue_lists_processes_drafts_and_what_runs(studio: Studio, matter: Matter) -> None:
    assert matter.submit("class_change").status == 201
    studio.draft()
    analyst = browser(studio)

    page = analyst.get("/studio/")
    assert page.status == 200
    row = analyst.page.xpath("//tr[td/a[text()='调班']][td[text()='class_change']]")[-1]
    assert [" ".join(cell.text_content().split()) for cell in row.xpath("td")][3:] == [
        "第 1 版", "2026-11-23 10:00", "随系统提供", "系统", "1", "1", "启用",
    ]  # fmt: skip
    assert "编辑中" in page.text
    assert "新建流程" in page.text
    assert "新建流程" not in browser(studio, "publisher").get("/studio/").text
    for path in ("/studio/processes/class_change", "/studio/processes/class_change/versions/1", "/studio/proposals"):
        assert analyst.get(path).status == 200, path
    assert "学校确认" in analyst.get("/studio/processes/class_change/versions/1").text
    assert "申请单位" in analyst.get("/studio/processes/class_change/versions/1").text


def test_a_version_goes_through_the_pages_from_draft_to_published(studio: Studio) -> None:
    analyst, publisher = browser(studio), browser(studio, "publisher")
    analyst.get("/studio/processes/class_change")
    draft = str(analyst.post("/studio/drafts", process="class_change").location)

    analyst.get(f"{draft}/files/{FILE}")
    text, etag = analyst.page.xpath("//textarea")[0].text, analyst.page.xpath("string(//input[@name='etag']/@value)")
    typed = text.replace("调班", "班级调整").replace("\n", "\r\n")
    assert analyst.post(f"{draft}/files/{FILE}", text=typed, etag=etag).status == 302
    assert "可以发布" in analyst.get(f"{draft}/check").text
    assert analyst.post(f"{draft}/propose", note="").status == 422
    proposal = str(analyst.post(f"{draft}/propose", note="改名").location)

    assert "撤回申请" in analyst.get(proposal).text
    assert "同意并发布" not in analyst.get(proposal).text
    page = publisher.get(proposal).text
    assert "名称：由“调班”改为“班级调整”" in page
    assert publisher.post(f"{proposal}/decision", outcome="send_back", opinion="").status == 422
    assert publisher.post(f"{proposal}/decision", outcome="agree", opinion="").status == 302
    assert "已发布" in publisher.get(proposal).text
    assert "第 2 版" in publisher.get("/studio/processes/class_change").text
    assert numbers() == [1, 2]


def test_what_somebody_else_has_saved_is_not_overwritten_and_what_was_typed_not_lost(studio: Studio) -> None:
    analyst, draft = browser(studio), studio.draft()
    analyst.get(f"/studio/drafts/{draft}/files/reasons.json")
    etag = analyst.page.xpath("string(//input[@name='etag']/@value)")
    studio.program("colleague").put(f"/drafts/{draft}/files/reasons.json", b"[]", If_Match="*")

    answer = analyst.post(f"/studio/drafts/{draft}/files/reasons.json", text="[1]", etag=etag)

    assert answer.status == 422
    assert "已由" in error(analyst)
    assert analyst.page.xpath("//textarea")[0].text.strip() == "[1]"
    assert studio.text(draft, "reasons.json") == "[]"
    wrong = analyst.post(f"/studio/drafts/{draft}/files/{FILE}", text="<a", etag="x")
    assert wrong.status == 422
    assert "不是正确的 XML" in error(analyst)


def test_files_are_uploaded_and_every_fault_is_told(studio: Studio) -> None:
    analyst, draft = browser(studio), studio.draft()
    url = f"/studio/drafts/{draft}"
    analyst.get(url)

    assert upload(analyst, f"{url}/files", ("extra.json", b"{}"), ("more.json", b"[]")).status == 302
    assert upload(analyst, f"{url}/files", ("甲.bpmn", b"x"), ("b.exe", b"x"), ("c.zip", b"PK")).status == 422
    assert [word in error(analyst) for word in ("甲.bpmn", "b.exe", "ZIP")] == [True] * 3
    assert analyst.post(f"{url}/files").status == 422
    assert "extra.json" in analyst.get(url).text
    assert analyst.get(f"{url}/files/extra.json/download").text == "{}"
    assert apart(analyst.browser.get, f"{url}/export").mimetype == "application/zip"
    assert analyst.post(f"{url}/files/extra.json/delete", etag="other").status == 422
    analyst.get(f"{url}/files/extra.json")
    etag = analyst.page.xpath("string(//input[@name='etag']/@value)")
    assert analyst.post(f"{url}/files/extra.json/delete", etag=etag).status == 302
    assert analyst.get(f"{url}/files/extra.json").status == 404
    assert analyst.post(f"{url}/delete").status == 302
    assert analyst.get(url).status == 404


def test_the_check_shows_what_forbids_and_where(studio: Studio) -> None:
    analyst, draft = browser(studio), studio.draft()
    studio.program("analyst").delete(f"/drafts/{draft}/files/repair.json", If_Match="*")

    page = analyst.get(f"/studio/drafts/{draft}/check").text

    assert "不能发布" in page
    assert "没有表单 repair.json" in page
    analyst.post(f"/studio/drafts/{draft}/propose", note="x")
    assert "没有表单 repair.json" in error(analyst)


def test_who_proposed_or_edited_finds_no_button(studio: Studio) -> None:
    _draft, proposal = proposed(studio, who="both")
    both = browser(studio, "both")
    posts = both.get("/me") and both.page.xpath("//form[contains(@action, 'post')]//input[@name='post']/@value")
    assert both.post("/me/post", post=posts[-1]).status == 302

    page = both.get(f"/studio/proposals/{proposal}").text

    assert "须由其他发布员审批" in page
    assert "同意并发布" not in page
    assert both.post(f"/studio/proposals/{proposal}/decision", outcome="agree").status == 403
    assert numbers() == [1]


def test_a_process_is_switched_off_and_on_by_a_publisher(studio: Studio) -> None:
    publisher = browser(studio, "publisher")
    url = "/studio/processes/class_change"
    publisher.get(url)

    assert publisher.post(f"{url}/off", reason="").status == 422
    assert publisher.post(f"{url}/off", reason="等待新规定").status == 302
    assert "已停用" in publisher.get("/studio/").text
    assert "等待新规定" in publisher.get(url).text
    assert publisher.post(f"{url}/on").status == 302
    db.session.expire_all()
    assert db.session.get_one(Process, "class_change").off_since is None
    analyst = browser(studio)
    analyst.get(url)
    assert analyst.post(f"{url}/off", reason="x").status == 403


@on_sqlite
def test_for_others_there_is_no_studio(studio: Studio) -> None:
    draft, proposal = proposed(studio)
    county, school = factories.a_bureau("330106"), factories.a_school()
    strangers = [factories.a_user(school, "analyst"), factories.a_user(school, "publisher")]
    strangers += [factories.a_user(county, "approver"), factories.a_user(school, "operator")]

    for stranger in strangers:
        client = Client(studio.client.app).sign_in(stranger)
        client.get("/me")
        for path in (
            "", "proposals", "processes/class_change", "processes/class_change/versions/1", "drafts/new",
            "processes/class_change/versions/1/export", f"processes/class_change/versions/1/files/{FILE}",
            f"processes/class_change/versions/1/diagrams/{FILE}", f"drafts/{draft}", f"drafts/{draft}/check",
            f"drafts/{draft}/files/{FILE}", f"drafts/{draft}/files/{FILE}/download", f"drafts/{draft}/export",
            f"drafts/{draft}/diagrams/{FILE}", f"proposals/{proposal}", f"proposals/{proposal}/diagrams/{FILE}",
        ):  # fmt: skip
            assert client.get(f"/studio/{path}").status == 403, (stranger.username, path)
        assert client.post("/studio/drafts", process="class_change").status == 403
        assert client.post(f"/studio/proposals/{proposal}/decision", outcome="agree").status == 403
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ProcessDraft)) == 1


# ── a process that nobody wrote a line of Python for ─────────────────────────────────────────────────────────────────


def test_a_process_drawn_in_the_studio_alone_is_started_decided_and_closed(studio: Studio, matter: Matter) -> None:
    drawn = a_process("student")
    analyst, publisher = browser(studio), browser(studio, "publisher")
    analyst.get("/studio/drafts/new")
    assert analyst.post("/studio/drafts", key="transfer", name="转学").status == 422
    draft = str(analyst.post("/studio/drafts", key="commendation", name="表彰申请").location)
    outcomes = '<spiffworkflow:property name="outcomes"'
    words = '<spiffworkflow:property name="button.agree" value="准予表彰" />'
    diagram = drawn.diagram().replace(outcomes, words + outcomes, 1)
    files = {f"{name}.json": json.dumps(form).encode() for name, form in drawn.forms().items()}
    files |= {"commendation.bpmn": diagram.encode(), "commendation.dmn": drawn.table().encode()}
    analyst.get(draft)
    assert upload(analyst, f"{draft}/files", *files.items()).status == 302

    proposal = str(analyst.post(f"{draft}/propose", note="新流程").location)
    publisher.get(proposal)
    assert publisher.post(f"{proposal}/decision", outcome="agree").status == 302

    school = matter.people["school"]
    clerk, head = (Client(studio.client.app).sign_in(each) for each in (school.operator, school.approver))
    assert "表彰申请" in clerk.get("/apply/").text
    answer = submit(matter.program("school"), application(matter, "student"))
    assert answer.status == 201, answer.text
    matter.number = answer.json["number"]
    assert "准予表彰" in head.get(f"/cases/{matter.number}").text
    assert decide(matter, "school").status == 200
    done = decide(matter, "bureau").json
    assert (done["status"], done["outcome"], done["version"]) == ("closed", "agreed", 1)


def test_a_draft_and_a_file_are_named_before_they_are_lost(studio: Studio) -> None:
    analyst, draft = browser(studio), studio.draft()
    url = f"/studio/drafts/{draft}"

    page = analyst.get(url)
    assert not analyst.page.xpath("//form[contains(@action, 'delete')]"), "one click deletes nothing"
    one = analyst.get(f"{url}/files/reasons.json/delete")
    assert (page.status, "办理原因" in one.text, "不能恢复" in one.text) == (200, True, True)
    etag = analyst.page.xpath("string(//input[@name='etag']/@value)")
    assert analyst.post(f"{url}/files/reasons.json/delete", etag=etag).status == 302
    assert analyst.get(f"{url}/files/reasons.json/delete").status == 404
    whole = analyst.get(f"{url}/delete").text
    assert [each in whole for each in ("不能恢复", FILE)] == [True, True]
    assert analyst.get(url).status == 200, "asking deletes nothing"
    assert browser(studio, "publisher").get(f"{url}/delete").status == 403
    assert analyst.post(f"{url}/delete").status == 302
    assert analyst.get(f"{url}/delete").status == 404


def test_a_proposal_that_was_returned_is_told_wherever_its_analyst_looks(studio: Studio) -> None:
    draft, proposal = proposed(studio)
    publisher, analyst = browser(studio, "publisher"), browser(studio)
    publisher.get(f"/studio/proposals/{proposal}")
    assert (
        publisher.post(f"/studio/proposals/{proposal}/decision", outcome="send_back", opinion="依据不足").status == 302
    )

    for path in ("/", "/studio/", "/studio/processes/class_change", f"/studio/drafts/{draft}"):
        text = analyst.get(path).text
        assert [each in text for each in ("依据不足", studio.people["publisher"].name)] == [True, True], path
    assert studio.program("analyst").post(f"/drafts/{draft}/propose", {"note": "补充依据"}).status == 201
    for path in ("/", "/studio/", f"/studio/drafts/{draft}"):
        assert "依据不足" not in analyst.get(path).text, path


def test_lists_call_processes_and_files_by_their_names(studio: Studio) -> None:
    _draft, _proposal = proposed(studio)
    analyst = browser(studio)

    analyst.get("/studio/proposals")
    assert analyst.page.xpath("//tbody/tr/td[2]/text()") == ["调班"]
    analyst.get("/studio/")
    rows = analyst.page.xpath("//section[@aria-labelledby='processes']//tbody/tr")
    groups = [row.xpath("string(td[1])") for row in rows]
    assert groups == [each for each in dict.fromkeys(groups) for _ in range(groups.count(each))], "each group together"
    analyst.get(f"/studio/drafts/{studio.draft('transfer')}")
    titles = analyst.page.xpath("//section[@aria-labelledby='files']//tbody/tr/td[1]/a/text()")
    assert {"申请表", "办理原因", "证明材料", "省内转学适用的规则"} <= {*titles}
    assert [each for each in titles if each.isascii()] == []
    assert [each for each in titles if "（环节“" in each] != []


def test_a_restored_draft_says_whose_content_it_has_and_what_it_changes(studio: Studio) -> None:
    _draft, proposal = proposed(studio)
    assert (
        studio.program("publisher")
        .post(f"/proposals/{proposal}/decision", {"outcome": "agree", "opinion": "同意"})
        .status
        == 200
    )
    analyst = browser(studio)
    analyst.get("/studio/processes/class_change")
    restored = str(analyst.post("/studio/drafts", process="class_change", version="1").location)

    assert "第 1 版的内容，修改的是现行第 2 版" in analyst.get(restored).text
    assert "第 1 版的内容，修改的是现行第 2 版" in analyst.get("/studio/processes/class_change").text
    number = int(restored.rsplit("/", 1)[1])
    again = studio.program("analyst").post(f"/drafts/{number}/propose", {"note": "恢复"})
    assert again.status == 201
    assert "第 1 版的内容，修改的是现行第 2 版" in analyst.get(f"/studio/proposals/{again.json['id']}").text
