"""Rooms: who imports whom, who commits, how large a file may grow."""

from __future__ import annotations

import contextlib
import io
import os
import tomllib

from importlinter.cli import EXIT_STATUS_SUCCESS, lint_imports

from tests.house.sources import TOP, calls, name_of, python_files

BELOW_THE_EDGE = {"models", "rules", "queries", "operations", "service_tasks"}
KINDS = {"models", "rules", "queries", "operations", "views", "api"}
LARGEST = 330  # lines; past 300, look for the second subject in it
LARGER = {  # a number may only fall, and a file that fits leaves the list
    "tests/processes/changes/test_changes.py": 368,
    "tests/processes/recruitment/test_plans.py": 380,
    "tests/processes/transfer/test_refusals.py": 414,
    "tests/processes/registration/test_registration.py": 443,
    "tests/workflows/test_runs.py": 473,
}


def test_the_staircase_holds() -> None:
    said, here = io.StringIO(), os.getcwd()
    os.chdir(TOP)
    try:
        with contextlib.redirect_stdout(said):
            status = lint_imports(config_filename=str(TOP / "pyproject.toml"), no_cache=True)
    finally:
        os.chdir(here)

    assert status == EXIT_STATUS_SUCCESS, said.getvalue()


def test_every_package_is_bound_by_the_order_of_its_kinds() -> None:
    contracts = tomllib.loads((TOP / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    bound = [
        each for contract in contracts if contract["name"].startswith("Inside ") for each in contract["containers"]
    ]
    rooms = {f"app.{path.parent.name}" for path in (TOP / "app").glob("*/*") if path.stem in KINDS}

    assert not rooms - set(bound), f"add to the contracts in pyproject.toml: {rooms - set(bound)}"


def test_the_house_commits_in_one_place() -> None:
    commits = [
        name_of(path) for path in python_files("app", "workflows") for name, _ in calls(path) if name == "commit"
    ]

    assert commits == ["app/database.py"]


def test_below_the_edge_nobody_opens_a_transaction() -> None:
    opened = [
        f"{name_of(path)}:{line}"
        for path in python_files("app")
        for name, line in calls(path)
        if name == "transaction" and BELOW_THE_EDGE & {path.stem, *path.parent.parts}
    ]

    assert not opened, f"a verb belongs to the transaction of its caller: {opened}"


def test_no_file_outgrows_its_subject() -> None:
    lines = {name_of(path): path.read_bytes().count(b"\n") for path in python_files("app", "workflows", "tests")}
    allowed = {name: LARGER.get(name, LARGEST) for name in lines}

    grown = {name: f"{lines[name]} > {allowed[name]}" for name in lines if lines[name] > allowed[name]}
    fitting = {name for name in LARGER if lines.get(name, 0) <= LARGEST}

    assert not grown, f"find the second subject in: {grown}"
    assert not fitting, f"no longer larger, take out of LARGER: {fitting}"
