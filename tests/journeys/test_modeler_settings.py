"""Every property that the engine reads has its control in the panel, with every value that it takes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.studio.conftest import Studio, studio  # noqa: F401 – a fixture
from tests.support.browsers import Desk
from tests.support.databases import on_sqlite
from tests.support.modeler import Sheet
from workflows import vocabulary
from workflows.routing import ROLES

pytestmark = on_sqlite
Seat = Callable[..., Desk]
DRAWN = """window.drawn = new Promise(done => document.addEventListener("drawn", event => done(event.detail)));"""
#: every control of the panel is used as far as it goes, and what the element then said is kept: property to values
USED = """async () => {
  const editor = await window.drawn, found = {};
  const later = () => new Promise(done => setTimeout(done, 5));
  const keep = () => {
    const element = editor.get("elementRegistry").get(document.getElementById("panel").dataset.of);
    const said = element.businessObject.processRef || element.businessObject;
    const values = (said.extensionElements || { values: [] }).values.filter(each => each.$type.endsWith(":properties"));
    values.flatMap(each => each.$children || []).forEach(({ name, value }) => {
      found[name] = (found[name] || new Set()).add(value);
    });
  };
  const controls = () => [...document.querySelectorAll("#panel input[data-key], #panel select[data-key]")];
  const control = key => controls().find(each => each.dataset.key === key);
  const set = async (key, change) => {
    const one = control(key);
    if (!one) { return; }
    change(one);
    one.dispatchEvent(new Event("change"));
    await later();
    keep();
  };
  const used = new Set(["id", "可以执行", "filter", "verb"]);
  for (let next; (next = controls().map(each => each.dataset.key).find(key => !used.has(key)));) {
    used.add(next);
    const { type, tagName } = control(next);
    if (tagName === "SELECT") {
      const before = control(next).value, values = [...control(next).options].map(each => each.value);
      let widest = values[0], most = 0;  // the value with which the panel has most to say
      for (const value of values) {
        await set(next, each => { each.value = value; });
        if (controls().length >= most) { widest = value; most = controls().length; }
      }
      await set(next, each => { each.value = before || widest; });
    } else if (type === "checkbox") {
      await set(next, each => { each.checked = !each.checked; });
      await set(next, each => { each.checked = true; });
    } else { await set(next, each => { each.value = "3"; }); }
  }
  return Object.fromEntries(Object.entries(found).map(([name, values]) => [name, [...values]]));
}"""


def used(sheet: Sheet, element: str) -> dict[str, list[str]]:
    """What an element can be made to say by its panel: property to values."""
    sheet.choose(element)
    found: dict[str, list[str]] = sheet.page.evaluate(USED)
    return found


def test_the_panel_says_every_property_that_the_engine_reads(seat: Seat, studio: Studio) -> None:  # noqa: F811
    desk = seat(studio.people["analyst"])
    desk.page.add_init_script(DRAWN)
    sheet = Sheet(desk, studio, studio.draft("transfer"), "transfer.bpmn")

    said: dict[str, Any] = {
        what: used(sheet, element)
        for what, element in (
            ("process", "transfer_pool"),
            ("lane", "lane_releasing_school"),
            ("task", "releasing_bureau"),
            ("end", "moved"),
        )
    }

    task = {name for name in said["task"] if not name.startswith((vocabulary.BUTTON, vocabulary.RECORD))}
    assert said["process"].keys() == vocabulary.PROCESS
    assert said["lane"].keys() == vocabulary.LANE
    assert task == vocabulary.TASK
    assert said["end"].keys() == vocabulary.END
    words = {f"{each}{outcome}" for each in (vocabulary.BUTTON, vocabulary.RECORD) for outcome in vocabulary.OUTCOMES}
    assert words <= said["task"].keys()
    closed = {
        "applicant": vocabulary.APPLICANTS,
        "subject": vocabulary.SUBJECTS,
        "role": ROLES.keys(),
        "duty": vocabulary.DUTIES,
        "kind": {each.value for each in vocabulary.Kind},
        "side": vocabulary.SIDES,
        "status": vocabulary.STATUSES,
        "in_bulk": vocabulary.IN_BULK,
    }
    offered = {**said["process"], **said["lane"], **said["task"]}
    assert {name: set(values) - set(offered[name]) for name, values in closed.items()} == {
        name: set() for name in closed
    }
