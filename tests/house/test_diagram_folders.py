"""The shelves: every task has its form, every form its task, every service task its verb."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.conftest import make_app
from tests.house.sources import TOP
from workflows import Diagrams, compile_diagrams, handlers

PROCESSES = sorted(folder.name for folder in (TOP / "bpmn").iterdir() if folder.is_dir())
FORMS = TOP / "forms"
LISTS = {"reasons", "proofs"}  # no forms: why one may refuse; which papers an application brings
OF_NO_TASK = {"application", "row", *LISTS}  # what a case opens with, one child of a list


def diagrams_of(process: str) -> Diagrams:
    sources = {path.name: path.read_bytes() for path in sorted((TOP / "bpmn" / process).glob("*.bpmn"))}
    return compile_diagrams(sources, process)


def forms_of(process: str) -> dict[str, Path]:
    return {path.stem: path for path in sorted((FORMS / process).glob("*.json"))}


@pytest.mark.parametrize("process", PROCESSES)
def test_every_task_has_a_form_and_every_form_a_task(process: str) -> None:
    asked = {task.form for task in diagrams_of(process).tasks.values()}
    shelved = set(forms_of(process))

    assert not asked - shelved, f"tasks without a form: {asked - shelved}"
    assert not shelved - asked - OF_NO_TASK, f"forms without a task: {shelved - asked - OF_NO_TASK}"


@pytest.mark.parametrize("process", PROCESSES)
def test_who_may_refuse_has_reasons_to_choose_from(process: str) -> None:
    outcomes = {outcome for task in diagrams_of(process).tasks.values() for outcome in task.outcomes}

    if outcomes & {"refuse", "send_back"}:
        assert json.loads(forms_of(process)["reasons"].read_text("utf-8"))


def test_no_form_is_left_behind_by_a_process() -> None:
    assert not {folder.name for folder in FORMS.iterdir() if folder.is_dir()} - set(PROCESSES)


@pytest.mark.parametrize("process", PROCESSES)
def test_every_form_is_a_json_schema(process: str) -> None:
    for name, path in forms_of(process).items():
        if name not in LISTS:
            Draft202012Validator.check_schema(json.loads(path.read_text("utf-8")))


@pytest.mark.parametrize("process", PROCESSES)
def test_the_fields_of_one_heading_stand_together(process: str) -> None:
    for name, path in forms_of(process).items():
        if name not in LISTS:
            parts = json.loads(path.read_text("utf-8"))["properties"].values()
            headings = [heading for heading, _ in itertools.groupby(part.get("x-section") for part in parts) if heading]
            assert len(headings) == len(set(headings)), (path, headings)


def test_every_verb_that_a_diagram_calls_is_on_offer() -> None:
    make_app("sqlite://")  # the rooms move in and offer their verbs
    offered = set(handlers())

    missing = {process: verbs for process in PROCESSES if (verbs := diagrams_of(process).operations - offered)}

    assert not missing, f"without @service_task(…): {missing}"
