"""The studio's pages of what runs: figures, variants, replay, migration, a full difference; read at every size."""

from __future__ import annotations

from collections.abc import Callable

from tests.journeys.test_rehearsal import looked_at
from tests.studio.conftest import Studio, studio, variants  # noqa: F401 – fixtures
from tests.studio.county_studio import COUNTY, STEP, Variants
from tests.support.browsers import Desk
from tests.support.databases import on_sqlite
from tests.support.transfer_case import a_story

pytestmark = on_sqlite
Seat = Callable[..., Desk]
#: badges that lie over the words of a flow, of an event or a gateway, or over an event on a border
COVERED = """() => {
  const box = (each) => each.getBoundingClientRect();
  const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  const badges = [...document.querySelectorAll(".step-figures")].map(box);
  const words = [...document.querySelectorAll(".djs-label, [data-element-id$='_label'] .djs-visual")];
  const events = [...document.querySelectorAll(".djs-shape[data-element-id] > .djs-visual > circle:first-child")];
  return [badges.length, words.length, [...words.filter(each => each.closest("[data-element-id$='_label']")), ...events]
    .filter(each => badges.some(badge => over(badge, box(each)))).map(each => each.textContent || each.outerHTML)];
}"""


def test_every_page_of_what_runs_is_accessible_and_narrow_enough(
    seat: Seat,
    variants: Variants,  # noqa: F811
) -> None:
    variants.publish()
    stories = [a_story(variants.client, receiving="330105", releasing="330212") for _ in range(2)]
    for each in stories:
        assert each.submit().status == 201
    stories[0].agree_until("pull")
    assert stories[0].decide().status == 200
    variants.publish_by_the_province('name="转出学校核办"', 'name="转出学校办理"')
    program = variants.program("provincial_analyst")
    draft = program.post("/drafts", {"process": "transfer"}).json["id"]
    text = program.get(f"/drafts/{draft}/files/transfer.bpmn").text
    for old, new in (('name="转出学校办理"', 'name="转出学校核办"'), ('value="10"', 'value="9"')):
        text = text.replace(old, new)
    variants.put(draft, text, "provincial_analyst")
    proposal = program.post(f"/drafts/{draft}/propose", {"note": "改名，时限改为九个工作日"}).json["id"]
    process, wrong = "/studio/processes/transfer", dict[str, str]()

    provincial = seat(variants.people["provincial_publisher"])
    own, publisher = seat(variants.people["analyst"]), seat(variants.people["publisher"])
    analyst = seat(variants.people["provincial_analyst"])
    pages = (
        (provincial, f"/studio/proposals/{proposal}", "九"),
        (analyst, f"{process}/figures", "办理情况"),
        (analyst, f"{process}/figures?version=1", "第 1 版"),
        (analyst, f"{process}/figures/receiving_school", "停在"),
        (analyst, f"{process}/figures/receiving_school/decided", "最近办结"),
        (analyst, f"/studio/drafts/{draft}/replay?since=2026-01-01", "共 1 件"),
        (analyst, f"/studio/drafts/{draft}/replay?since=yesterday", "请更正"),
        (analyst, f"{process}/migrations/new?source=1&target=2", "演练"),
        (analyst, "/studio/migrations", "迁移"),
        (analyst, f"{process}/variants/{COUNTY}", "本地版本"),
        (own, "/studio/", "待更新"),
        (own, f"{process}/variants/{COUNTY}", "省级已发布第 2 版"),
        (publisher, f"{process}/variants/{COUNTY}/versions/1", STEP.name),
    )
    for desk, path, said in pages:
        desk.open(path)
        assert said in desk.text(), path
        looked_at(desk, wrong, path)
    assert wrong == {}


def test_no_figure_lies_over_a_word_or_an_event(seat: Seat, studio: Studio) -> None:  # noqa: F811
    for _ in range(3):
        assert a_story(studio.client).submit().status == 201
    desk = seat(studio.people["analyst"]).open("/studio/processes/transfer/figures")
    desk.page.locator(".step-figures").first.wait_for()

    badges, words, covered = desk.page.evaluate(COVERED)

    assert (badges >= 8, words >= 20) == (True, True)
    assert covered == []
    shown = desk.page.locator("[data-container-id='receiving_school'] .step-figures").last
    assert shown.inner_text() == "在办 3"
