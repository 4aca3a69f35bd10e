"""The guides: every word in “…” stands on the page of its picture, and every picture shows the page as it is.

`make help-pictures` (this file with XUEJI_HELP_PICTURES=write) takes the pictures anew. In each stand the words by
which one acts on its page, headings, labels, columns and buttons, so that a page that has changed since is told.
"""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask, url_for
from PIL import Image, ImageChops, PngImagePlugin

from app.help.labels import GUIDES, TOPICS
from app.identity.models import Duty
from tests.cases.test_time import waiting_task
from tests.house.sources import TOP
from tests.support import factories
from tests.support.browsers import Desk
from tests.support.client import Client
from tests.support.databases import on_sqlite
from tests.support.transfer_case import Story

pytestmark = on_sqlite
PICTURES = TOP / "app/static/help"
LARGEST = 60_000  # bytes
QUOTED = re.compile("“([^”]+)”")
ACTED_ON = "main h1, main h2, main th, main label, main button, main legend, main .tabs a, main .button"


def seated(topic: str, story: Story, seat: Callable[..., Desk]) -> Desk:
    """Whose page it is, with something on it."""
    duty = next(duty for duty, topics in GUIDES.items() if any(each.key == topic for each in topics))
    if topic in ("start", "repair"):
        return seat(story.people["receiving_school"].operator)
    if topic in ("inbox", "notices", "people"):
        story.agree_until("releasing_bureau")
        urging = story.program("receiving_school", "operator").post(f"/tasks/{waiting_task(story).id}/urge")
        assert urging.status == 200
        return seat(story.people["releasing_bureau"].approver)
    if topic == "appointing":
        leader = Client(story.client.app).sign_in(factories.a_user(factories.a_bureau("330000"), "approver"))
        leader.get("/people")
        said = {"name": "王小明", "username": "wang.xm", "duty": "operator", "reason": "新任经办"}
        assert leader.post("/people/proposals", office_code="330000", starts_on="2026-11-23", **said).status == 302
    return seat(factories.a_user(factories.a_bureau("330000"), duty.value))


def words_of(desk: Desk) -> str:
    """The words by which one acts on the page, in their order, each once; numbers are what a test makes of them."""
    found = desk.page.eval_on_selector_all(ACTED_ON, "all => all.map(each => each.innerText.trim())")
    return "/".join(dict.fromkeys(re.sub(r"[0-9]+", "#", each) for each in found if each))


def picture_of(desk: Desk, words: str) -> bytes:
    """The upper part of the page without its menu, in few colours, with the words in it."""
    shot = Image.open(io.BytesIO(desk.page.locator("main").screenshot()))
    blank = Image.new("RGB", shot.size, shot.getpixel((shot.width - 1, shot.height - 1)))
    *_, below = ImageChops.difference(shot.convert("RGB"), blank).crop((2, 0, *shot.size)).getbbox() or (0, 0, 0, 720)
    small = shot.crop((0, 0, shot.width, min(below + 12, shot.height, 720))).convert("RGB").quantize(48)
    kept, info = io.BytesIO(), PngImagePlugin.PngInfo()
    info.add_itxt("words", words)
    small.save(kept, "PNG", optimize=True, pnginfo=info)
    return kept.getvalue()


@pytest.mark.parametrize("key", sorted(TOPICS))
def test_a_guide_says_what_stands_on_the_page_that_its_picture_shows(
    key: str, submitted: Story, seat: Callable[..., Desk]
) -> None:
    with submitted.client.app.test_request_context():
        path = url_for(TOPICS[key].endpoint)
    desk = seated(key, submitted, seat)
    answer = desk.page.goto(desk.address + path)
    file: Path = PICTURES / f"{key}.png"
    whole, heading, words = desk.text(), desk.page.locator("h1").inner_text(), words_of(desk)

    missing = [word for step in TOPICS[key].steps for word in QUOTED.findall(step) if word not in whole]

    assert answer is not None
    assert answer.ok, path
    assert f"“{heading}”" in "".join(TOPICS[key].steps), f"the guide does not name the page {heading}"
    assert not missing, f"no longer on {path}: {missing}; change app/help/labels.py"
    if os.environ.get("XUEJI_HELP_PICTURES") == "write":
        file.write_bytes(picture_of(desk, words))
    assert file.stat().st_size <= LARGEST
    assert Image.open(file).text["words"] == words, f"the page has changed since {file.name}: make help-pictures"


def test_every_topic_has_its_picture_and_no_picture_is_left_over(app: Flask) -> None:
    assert {file.stem for file in PICTURES.glob("*")} == set(TOPICS)


def test_help_opens_at_the_topic_of_the_page_one_comes_from_and_is_accessible(
    submitted: Story, seat: Callable[..., Desk]
) -> None:
    desk = seat(submitted.people["receiving_school"].approver).open("/notices")
    desk.page.locator("header").get_by_role("link", name="帮助").click()
    desk.page.wait_for_url("**/help/approver#notices")

    for duty in Duty:
        assert desk.open(f"/help/{duty.value}").violations() == ""
    assert (
        Client(submitted.client.app).sign_in(submitted.people["receiving_school"].approver).get("/help/king").status
        == 404
    )
