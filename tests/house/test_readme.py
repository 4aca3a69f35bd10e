"""What can be set is written down where a newcomer looks."""

from __future__ import annotations

import re

from tests.house.sources import TOP, python_files

SETTING = re.compile(r'"(XUEJI_[A-Z]+(?:_[A-Z]+)*|PORT)"')


def test_every_setting_stands_in_the_readme() -> None:
    settings = {name for path in python_files("app", "tests") for name in SETTING.findall(path.read_text("utf-8"))}
    readme = (TOP / "README.md").read_text("utf-8")

    missing = sorted(name for name in settings if f"`{name}`" not in readme)

    assert "XUEJI_DATABASE_URL" in settings
    assert not missing, f"README.md does not mention: {missing}"
