"""Links and QR codes follow the setting, never the Host header; files are private; scripts in PDFs are found."""

from __future__ import annotations

import os
import stat
import zlib
from pathlib import Path

import pytest
from flask import Flask

from app import settings
from app.errors import InvalidInput
from app.web import canonical, checks
from app.web.text import fault_of_name
from app.web.uploads import opened
from tests.support import factories
from tests.support.client import Client, apart
from tests.support.papers import a_pdf

OURS = "https://xueji.example.cn"


@pytest.fixture
def public(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setitem(app.config, "URL", OURS)
    return app


@pytest.mark.parametrize(
    "host", ["evil.example", "xueji.example.cn.evil.example", "localhost.evil.example", "192.0.2.1"]
)
@pytest.mark.parametrize("path", ["/sign-in", "/check", "/api/v1/me", "/api/v1/openapi.json"])
def test_a_host_that_is_not_ours_is_refused(public: Flask, host: str, path: str) -> None:
    answer = apart(public.test_client().get, path, headers={"Host": host})

    text = answer.get_data(as_text=True)
    assert (answer.status_code, "E-HOST" in text, "evil" in text) == (400, True, False)


@pytest.mark.parametrize(
    "host", ["xueji.example.cn", "XUEJI.example.cn:443", "localhost:8000", "127.0.0.1:8000", "[::1]:8000"]
)
def test_our_own_names_are_served(public: Flask, host: str) -> None:
    assert apart(public.test_client().get, "/sign-in", headers={"Host": host}).status_code == 200


def test_a_balancer_may_ask_by_any_address(public: Flask) -> None:
    assert apart(public.test_client().get, "/healthz", headers={"Host": "10.0.0.7"}).status_code == 200


def test_without_the_setting_only_this_machine_is_served(app: Flask) -> None:
    assert apart(app.test_client().get, "/sign-in", headers={"Host": "xueji.example.cn"}).status_code == 400
    assert apart(app.test_client().get, "/sign-in", headers={"Host": "localhost:8000"}).status_code == 200


def test_the_address_on_a_paper_is_that_of_the_setting(public: Flask) -> None:
    with public.test_request_context("/", headers={"Host": "127.0.0.1:8000"}):
        assert checks.url_of("aaaa-bbbb") == f"{OURS}/check/aaaa-bbbb"


@pytest.mark.parametrize("url", ["xueji.example.cn", "ftp://x", "https://", "https://x/path", "https://x?y"])
def test_an_address_that_is_none_stops_the_start(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XUEJI_URL", url)

    with pytest.raises(settings.SettingsError):
        settings.read(tmp_path)


def test_no_file_of_a_person_is_kept_by_a_browser(app: Flask, client: Client) -> None:
    school = factories.a_school("330106")
    client.sign_in(factories.a_user(school.office, "operator"))

    answer = apart(client.browser.get, "/imports/registration_primary/template.xlsx")

    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_instance_folder_is_its_owners_alone(tmp_path: Path) -> None:
    """Also what stood there open before."""
    instance, before = tmp_path / "instance", os.umask(0o022)
    try:
        (instance / "attachments" / "aa").mkdir(parents=True)
        for name in ("xueji.db", "secret_key", "attachments/aa/paper"):
            (instance / name).write_text("x")

        settings.make_private(instance)
        (instance / "later").write_text("x")
    finally:
        os.umask(before)

    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in [instance, *instance.rglob("*")]}
    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if not path.is_dir()} == {0o600}


FOLDED = zlib.compress(b"1 0 << /S /JavaScript /JS (app.alert(1)) >>")
HOSTILE = {
    "plain": b"<< /S /JavaScript /JS (app.alert(1)) >>",
    "escaped": b"<< /S /J#61vaScript /J#53 (app.alert(1)) >>",
    "only its text": b"<< /J#53 (app.alert(1)) >>",
    "wholly escaped": b"/" + b"".join(b"#%02x" % each for each in b"JavaScript"),
    "launch": b"/L#61unch",
    "encrypted": b"/#45ncrypt",
    "folded": b"<< /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode >>\nstream\n" + FOLDED + b"\nendstream",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_pdf_with_a_script_is_refused_however_its_name_is_written(name: str) -> None:
    with pytest.raises(InvalidInput):
        opened("申请.pdf", a_pdf(HOSTILE[name]))


@pytest.mark.parametrize("harmless", [b"/JSFont 1", b"stream\n/JS\nendstream", b"(C#53)"])
def test_what_only_looks_like_it_is_taken(harmless: bytes) -> None:
    assert opened("申请.pdf", a_pdf(harmless)).media_type == "application/pdf"


@pytest.mark.parametrize("name", ["-", "'", "’", ".", "-'’.", "·", " - "])
def test_marks_alone_are_no_name(name: str) -> None:
    plain = canonical.name(name)

    assert not plain or fault_of_name(plain)


def test_a_name_is_composed() -> None:
    assert canonical.name("Ame\u0301lie") == "Am\u00e9lie"
