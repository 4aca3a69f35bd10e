"""A long form that meets an expired session comes back whole; what is too long to be kept is said to be lost."""

from __future__ import annotations

import datetime as dt
import random

from app import clock
from app.web.refilled_forms import MOST
from tests.conftest import MONDAY
from tests.identity.test_unsent import sign_in_again, values
from tests.studio.conftest import Studio, studio
from tests.support.client import Answer

__all__ = ["studio"]


def saved_too_late(studio: Studio, text: str) -> tuple[str, Answer]:
    """A file of a draft that was typed before the session expired, and sent after."""
    name, draft = "class_change.bpmn", studio.draft()
    address = f"/studio/drafts/{draft}/files/{name}"
    client = studio.client.sign_in(studio.people["analyst"])
    client.get(address)
    form = {each: values(client, address)[each] for each in ("etag", "typed_by")}
    clock.set_to(MONDAY + dt.timedelta(minutes=20))
    return address, client.post(address, text=text, **form)


def test_a_diagram_of_several_hundred_kilobytes_comes_back_whole(studio: Studio) -> None:
    text = f"<definitions><!-- {'一条很长的说明 ' * 40_000}--></definitions>"

    address, answer = saved_too_late(studio, text)
    assert "您填写的内容已保留，登录后回到原页面。" in answer.text
    assert "未能保留" not in answer.text
    sign_in_again(studio.client, studio.people["analyst"])

    assert values(studio.client, address)["text"].strip() == text


def test_what_is_too_long_to_be_kept_is_said_to_be_lost(studio: Studio) -> None:
    _address, answer = saved_too_late(studio, "x" * MOST)

    assert answer.status == 401
    assert "过长的内容未能保留，请返回上一页复制后再登录。" in answer.text


def test_what_does_not_fit_into_the_page_is_said_to_be_lost(studio: Studio) -> None:
    noise = "".join(random.Random(1).choices([chr(point) for point in range(0x4E00, 0x9FA5)], k=450_000))

    _address, answer = saved_too_late(studio, noise)

    assert answer.status == 401
    assert "请重新登录。过长的内容未能保留" in answer.text
