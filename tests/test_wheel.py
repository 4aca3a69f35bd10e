"""The wheel holds everything that is served and runs where there is no checkout."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
FOLDERS = ("app", "workflows", "bpmn", "forms")
SOURCES = (*FOLDERS, "setup.py", "pyproject.toml", "MANIFEST.in")
NOT_SHIPPED = "app/frontend/"  # what the served bundles are built from
PATIENCE = 30  # seconds for a start that takes two
FOUND_AND_ADD_A_USER = """
from app import create_app
from app.database import transaction
from app.divisions.operations import found_province
from app.identity.operations import add_user, nobody
with create_app().app_context(), transaction():
    found_province()
    add_user("somebody", "某人", "", actor=nobody())
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built without network from a copy of the sources, so that no earlier build is in it."""
    copy, out = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("dist")
    for name in SOURCES:
        if (TOP / name).is_dir():
            shutil.copytree(TOP / name, copy / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        else:
            shutil.copy(TOP / name, copy)
    _pip("wheel", "--no-build-isolation", "--wheel-dir", str(out), str(copy))
    [built] = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages with nothing but the wheel in it; what it depends on comes from the running Python."""
    folder = tmp_path_factory.mktemp("packages")
    _pip("install", "--no-index", "--no-compile", "--target", str(folder), str(wheel))
    return folder


def _pip(verb: str, *arguments: str) -> None:
    command = [sys.executable, "-m", "pip", verb, "--quiet", "--no-deps", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True)


def _environment(installed: Path, **settings: str) -> dict[str, str]:
    outside = {name: value for name, value in os.environ.items() if not name.startswith("XUEJI_")}
    return {**outside, "PYTHONPATH": str(installed), **settings}


def _run(installed: Path, folder: Path, *arguments: str) -> str:
    ended = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=_environment(installed), capture_output=True, text=True
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@contextlib.contextmanager
def _serving(installed: Path, folder: Path) -> Iterator[str]:
    """`python -m app` in that folder, ended afterwards; gives its address once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    said = folder / "said"
    with said.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app"],
            cwd=folder,
            env=_environment(installed, PORT=str(port)),
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        until = time.monotonic() + PATIENCE
        while not _answers(port):
            assert process.poll() is None, said.read_text("utf-8")
            assert time.monotonic() < until, said.read_text("utf-8")
            time.sleep(0.05)  # another process is starting: there is nothing of it to wait on
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return True
    return False


def _fetch(address: str) -> str:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return answer.read().decode()


def test_the_wheel_holds_every_file_that_the_checkout_serves(wheel: Path) -> None:
    expected = {
        f"app/{name}" if name.startswith(("bpmn/", "forms/")) else name
        for folder in FOLDERS
        for path in (TOP / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
        if not (name := path.relative_to(TOP).as_posix()).startswith(NOT_SHIPPED)
    }

    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert held == expected
    assert {"app/calendar.csv", "app/bpmn/transfer/transfer.dmn", "app/students/typst/card.typ"} <= held


def test_in_an_empty_folder_it_makes_its_database_and_serves(installed: Path, tmp_path: Path) -> None:
    assert "已发布流程 transfer" in _run(installed, tmp_path, "-m", "flask", "--app", "app", "init")
    assert (tmp_path / "instance" / "xueji.db").exists()
    _run(installed, tmp_path, "-c", FOUND_AND_ADD_A_USER)  # where somebody is known, no demonstration is loaded

    with _serving(installed, tmp_path) as address:
        assert _fetch(f"{address}/healthz") == '{"status":"ok"}\n'
        assert "密码" in _fetch(f"{address}/sign-in")
        assert _fetch(f"{address}/static/css/app.css") == (TOP / "app/static/css/app.css").read_text("utf-8")


def test_it_checks_its_own_diagrams(installed: Path, tmp_path: Path) -> None:
    diagram = installed / "app/bpmn/suspension/suspension.bpmn"

    assert "可靠 是" in _run(installed, tmp_path, "-m", "workflows", "check", str(diagram))
    assert "sound yes" in _run(installed, tmp_path, "-m", "workflows", "check", str(diagram), "--lang", "en")
