"""Behind a proxy the browser's address and scheme are believed only from as many proxies as the setting says."""

from __future__ import annotations

import pytest
from flask import request

from app import create_app, settings

FORWARDED = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}


def seen(proxies: int) -> tuple[str | None, bool]:
    app = create_app(
        {
            "SQLALCHEMY_ENGINES": {"default": {"url": "sqlite://"}},
            "SECRET_KEY": "a secret for tests only",
            "FIELD_KEY": "a field key for tests only",
            "PROXIES": proxies,
        }
    )
    found: list[tuple[str | None, bool]] = []
    app.before_request(lambda: found.append((request.remote_addr, request.is_secure)))
    app.test_client().get("/healthz", headers=FORWARDED)
    return found[0]


def test_nobody_is_believed_unless_said_so() -> None:
    assert seen(0) == ("127.0.0.1", False)


def test_one_proxy_is_believed() -> None:
    assert seen(1) == ("203.0.113.9", True)


@pytest.mark.parametrize("text", ["yes", "-1", "9"])
def test_a_number_that_is_none_stops_the_start(text: str, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("XUEJI_PROXIES", text)

    with pytest.raises(settings.SettingsError):
        settings.read(tmp_path)
