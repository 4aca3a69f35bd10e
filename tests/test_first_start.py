"""`python -m app`: what a newcomer sees, also when the output is a file."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from app import __main__ as front
from app import clock, demo, worker
from app.database import db, transaction
from app.identity.models import User
from app.identity.views.account import DEMO_PASSWORD


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that takes what is printed, as `make run > file` does; a database of its own, no other sign of a start."""
    for name, value in {
        "XUEJI_DATABASE_URL": f"sqlite:///{tmp_path / 'new.db'}",
        "XUEJI_SECRET_KEY": "a secret for tests only",
        "XUEJI_FIELD_KEY": "a field key for tests only",
        "XUEJI_ATTACHMENTS": str(tmp_path),
        "PORT": "8123",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(worker, "beside", lambda _app: None)
    monkeypatch.setattr(front.embedded_server, "serve", lambda *_args, **_options: None)
    return tmp_path / "output"


def test_a_first_start_says_where_it_is_and_what_to_do(said: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, str] = {}

    def load(say: Callable[[str], object]) -> None:
        say("装入演示省   0 %")
        seen["loading"] = said.read_text("utf-8")
        with transaction():
            db.session.add(
                User(username="a", name="演示", password_hash="", password_changed_at=clock.now(), is_demo=True)
            )

    monkeypatch.setattr(demo, "load", load)
    with said.open("w", encoding="utf-8") as output:
        monkeypatch.setattr(sys, "stdout", output)  # here, not in the fixture: pytest puts its own in between
        front.main()
        seen["serving"] = said.read_text("utf-8")

    assert "已发布流程" in seen["loading"]
    assert "装入演示省   0 %" in seen["loading"], "a line of progress waits in the buffer of the file"
    for part in ("http://127.0.0.1:8123", DEMO_PASSWORD, "330106.approver", "2133010601.operator", "可以这样开始"):
        assert part in seen["serving"], seen["serving"]
    assert "Sign in at http://127.0.0.1:8123" in seen["serving"]


def test_where_nobody_is_known_yet_it_says_how_to_make_the_first_account() -> None:
    text = front.first_steps("http://127.0.0.1:8000", demo=False)

    assert "flask --app app user --help" in text
    assert DEMO_PASSWORD not in text
