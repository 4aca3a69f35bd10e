"""What can be set is written down where a newcomer looks."""

from __future__ import annotations

import re

from tests.house.sources import TOP, python_files

SETTING = re.compile(r'"(XUEJI_[A-Z]+(?:_[A-Z]+)*|PORT)"')

NAMED = re.compile(r"`((?!/)[\w./]*(?:/|\.py|\.csv|\.json|\.toml))`")
MADE_BY_RUNNING = ("instance/", "build/", "dist/")


def test_every_file_and_folder_that_the_readme_names_is_there() -> None:
    named = set(NAMED.findall((TOP / "README.md").read_text("utf-8")))

    missing = {
        name
        for name in named
        if not name.startswith(MADE_BY_RUNNING)
        and not any((folder / name).exists() for folder in (TOP, TOP / "app"))
        and ("/" in name or not any(any((TOP / folder).rglob(name)) for folder in ("app", "forms")))
    }

    assert {"app/processes/", "workflows/routing.py"} & named
    assert not missing, f"README.md names what is not there: {sorted(missing)}"


def test_every_setting_stands_in_the_readme() -> None:
    settings = {name for path in python_files("app", "tests") for name in SETTING.findall(path.read_text("utf-8"))}
    readme = (TOP / "README.md").read_text("utf-8")

    missing = sorted(name for name in settings if f"`{name}`" not in readme)

    assert "XUEJI_DATABASE_URL" in settings
    assert not missing, f"README.md does not mention: {missing}"
