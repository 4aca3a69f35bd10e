"""The editors of a draft's files in a browser: opened, saved, and read for words that are not Chinese."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import Locator, expect

from tests.studio.conftest import Studio
from tests.support.browsers import PATIENCE, Desk

OPENED = """window.opened = new Promise(done =>
    document.addEventListener("opened", event => { window.editor = event.detail; done(); }));"""
TWICE = {"width": 683, "height": 384}
PHONE = {"width": 390, "height": 844}
BESIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CHINESE_TOO = {"BPMN", "DMN", "FEEL", "XML", "JSON", "PDF"}


def opened(desk: Desk, path: str, told: str) -> Desk:
    """An editor, when the server has told what stands against the file: where `told` leads to."""
    desk.page.add_init_script(OPENED)
    desk.open(path)
    desk.page.evaluate("window.opened")
    place: Locator = desk.page.locator(told).first
    expect(place).not_to_be_empty(timeout=PATIENCE)
    return desk


def designer(desk: Desk, draft: int, name: str = "application.json") -> Desk:
    return opened(desk, f"/studio/drafts/{draft}/forms/{name}/edit", ".findings")


def table_editor(desk: Desk, draft: int, name: str = "transfer.dmn") -> Desk:
    return opened(desk, f"/studio/drafts/{draft}/tables/{name}/edit", ".whole-table")


def choose(desk: Desk, title: str) -> None:
    """Choose a field of the designer's list."""
    desk.page.locator(".fields button").filter(has=desk.page.get_by_text(title, exact=True)).click()


def saved(desk: Desk) -> None:
    desk.press("保存")
    expect(desk.page.locator(".said")).to_have_text("已保存")


def form(studio: Studio, draft: int, name: str = "application.json") -> Any:
    """What a form of the draft says now."""
    return json.loads(studio.text(draft, name))


def english(desk: Desk) -> set[str]:
    """English words that a reader or a listener meets in the editor, but for code, files and what was typed."""
    said = desk.page.evaluate(
        """() => {
            const editor = document.getElementById("editor").cloneNode(true);
            editor.querySelectorAll("code, pre, textarea, datalist, iframe").forEach(each => each.remove());
            const texts = [...editor.querySelectorAll("*")].flatMap(each => [
                ...[...each.childNodes].filter(node => node.nodeType === 3).map(node => node.data),
                ...["aria-label", "title", "placeholder"].map(name => each.getAttribute(name) || ""),
            ]);
            return texts.join("\\n");
        }"""
    )
    said = re.sub(r"[a-z_]+\.(?:json|dmn)", "", said)
    return set(re.findall(r"[A-Za-z]{2,}", said)) - CHINESE_TOO
