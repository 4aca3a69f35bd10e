"""No page of the studio speaks English: of figures, findings, differences, migrations, rehearsals, lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from app.settings import SOURCES
from tests.studio.conftest import Studio
from tests.studio.test_migrations import OTHER_DAYS, Publish, current_number
from tests.studio.test_pages import browser
from tests.support.databases import on_sqlite
from tests.support.transfer_case import Story

pytestmark = on_sqlite
ENGLISH = re.compile(r"[A-Za-z]{2,}")
#: abbreviations that an official reads, codes of refusals, sizes; files, and endings of files, by their names
TAKEN = re.compile(
    r"\b(BPMN|DMN|FEEL|XML|JSON|PDF|KB|MB)\b|E-[A-Z]+(-[A-Z0-9]+)*|[\w-]*\.(bpmn|dmn|json|policy|scenario|zip)"
)
UNSEEN = ("script", "style", "noscript", "pre", "code", "textarea")
CHANGES = (  # of every kind of thing that a difference or a finding may be about
    ('id="receiving_school" name="', 'id="receiving_school" name="再'),
    ('name="duty" value="approver"', 'name="duty" value="operator"'),
    ('name="role" value="receiving_superior"', 'name="role" value="releasing_superior"'),
    ('outcome == "refuse"', 'outcome != "agree"'),
    ('serviceTaskOperator id="directive/give_up"', 'serviceTaskOperator id="archive/pull"'),
)  # fmt: skip


def seen(element: Any) -> Iterator[str]:
    """The words of a page that somebody reads or hears."""
    if isinstance(element.tag, str) and element.tag not in UNSEEN:
        yield element.text or ""
        yield from (element.get(name, "") for name in ("aria-label", "title", "placeholder", "alt"))
        for each in element:
            yield from seen(each)
    yield element.tail or ""


def english(page: Any, keys: set[str]) -> set[str]:
    """keys -- of processes, which are their numbers in this system"""
    said = TAKEN.sub(" ", " ".join(seen(page.xpath("//main")[0])))
    return {each for each in re.findall(r"[A-Za-z][A-Za-z_]+", said) if ENGLISH.search(each)} - keys


def test_no_page_speaks_english(studio: Studio, submitted: Story, publish_altered: Publish) -> None:
    publish_altered("transfer", OTHER_DAYS)
    changed, faulty = studio.draft("transfer"), studio.draft("transfer", "colleague")
    studio.edit(changed, "transfer.bpmn", *CHANGES[0])
    studio.edit(changed, "transfer.bpmn", 'value="10"', 'value="9"')
    for each in CHANGES:
        studio.edit(faulty, "transfer.bpmn", *each, who="colleague")
    studio.program("colleague").delete(f"/drafts/{faulty}/files/repair.json", If_Match="*")
    answer = studio.program("analyst").post(f"/drafts/{changed}/propose", {"note": "改名，时限改为九个工作日"})
    assert answer.status == 201, answer.text
    analyst, publisher = browser(studio), browser(studio, "publisher")
    keys = {each.name for each in (SOURCES / "bpmn").iterdir()} | {
        "deferral",
        "analyst",
    }  # an example of a number, and who drew the version
    process, draft = "/studio/processes/transfer", f"/studio/drafts/{changed}"
    moved = f"{process}/migrations/new?from=1&to={current_number()}"
    pages = [
        (analyst, each)
        for each in (
            "/studio/", "/studio/drafts/new", process, f"{process}/versions/1", f"{process}/figures",
            f"{process}/figures/receiving_school", f"{process}/figures/receiving_school/decided", moved, draft,
            f"{draft}/check", f"/studio/drafts/{faulty}/check", f"{draft}/rehearsal", f"{draft}/scenarios",
            f"{draft}/replay?since=2026-01-01", f"{draft}/delete", f"{draft}/files/transfer.dmn", "/studio/running",
            "/studio/migrations", "/studio/proposals",
        )
    ]  # fmt: skip
    proposal = f"/studio/proposals/{answer.json['id']}"
    pages += [(publisher, each) for each in ("/studio/", proposal, f"{proposal}/replay?since=2026-01-01", process)]

    wrong = {}
    for client, path in pages:
        assert client.get(path).status == 200, path
        if found := english(client.page, keys):
            wrong[path] = found
    assert not wrong, wrong
    assert submitted.number
