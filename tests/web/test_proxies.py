"""Behind a proxy the browser's address and scheme are believed from the proxies that the setting names."""

from __future__ import annotations

import pytest
from flask import request

from app import create_app, settings

FORWARDED = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}


def seen(*proxies: str, forwarded: str = "203.0.113.9") -> tuple[str | None, bool]:
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
    app.test_client().get("/healthz", headers={**FORWARDED, "X-Forwarded-For": forwarded})
    return found[0]


def test_nobody_is_believed_unless_named() -> None:
    assert seen() == ("127.0.0.1", False)
    assert seen("10.0.0.0/8", "unix") == ("127.0.0.1", False)


@pytest.mark.parametrize("name", ["127.0.0.1", "127.0.0.0/8"])
def test_a_named_proxy_is_believed(name: str) -> None:
    assert seen(name) == ("203.0.113.9", True)


@pytest.mark.parametrize(
    ("forwarded", "who"),
    [
        ("198.51.100.1, 203.0.113.9", "203.0.113.9"),  # what stands before the first stranger is the stranger's word
        ("203.0.113.9, 10.0.0.7", "203.0.113.9"),  # a second named proxy
        ("203.0.113.9:4711", "203.0.113.9"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("unknown", "127.0.0.1"),
        ("203.0.113.9, unknown", "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
def test_the_first_stranger_from_the_right_is_who_asks(forwarded: str, who: str) -> None:
    assert seen("127.0.0.1", "10.0.0.0/8", forwarded=forwarded)[0] == who


@pytest.mark.parametrize(
    ("text", "names"), [("", ()), ("0", ()), (" 127.0.0.1, ::1 ,unix", ("127.0.0.1", "::1", "unix"))]
)
def test_the_setting_names_them(text: str, names: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("XUEJI_PROXIES", text)

    assert settings.read(tmp_path).proxies == names


@pytest.mark.parametrize("text", ["yes", "-1", "9", "1", "10.0.0.0/40"])
def test_what_names_nobody_stops_the_start(text: str, monkeypatch: pytest.MonkeyPatch, tmp_path) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("XUEJI_PROXIES", text)

    with pytest.raises(settings.SettingsError):
        settings.read(tmp_path)
