"""Values by the kinds that have once ended in a fault, and those that could; shared/cases lists the first of them."""

from __future__ import annotations

import base64
from typing import Any

import orjson

NUMBERS = (
    "1" * 47, "9" * 5000, "99999999999999999999999", "3000000000", "2147483648", "-2147483649", "-1", "0", "--5", "²",
    "١٢", "１２", "1e5", "0x10", "1_000", "+7", "1.0", "NaN", "999", "99",
)  # fmt: skip
TEXTS = (
    "", " ", "\x00", "好" * 10_000, "😀", "\u202e陈", "陈\u0007", "%", "_", "'", '"', "\\", "<b>", "../..", "\r\nX: y",
    "\ufffd", "｛｝", "{0}", "{x.y}", "%s%n", "undefined",
)  # fmt: skip
DAYS = (
    "0001-01-01", "9999-12-31", "2026-02-30", "2026-W10-1", "20260101", "0001-01-01T00:00:00+23:59", "10000-01-01",
    "9999-12-31T23:59:59-23:59", "2026-11-24T10:00:00", "2026-11-24T10:00:00+08:00", "1900-01-01", "2100-12-31",
)  # fmt: skip
WORDS = ("nonsense", "all", "true", "active", "agree", "waiting", "open", "red", "primary", "root.operator")
INSIDES: tuple[Any, ...] = (
    ["x", "y"], ["2026-01-01", 1], ["2026-01-01T00:00:00+00:00", "x"], [1, 2], [None, None], [{}, []],
    ["2026-01-01T00:00:00+00:00", 10**18], ["2026-01-01T00:00:00+00:00", 1e30], ["x"], [True], [{}],
    [5_000_000_000_000_000_000], [3_000_000_000], [-1], [1], [1.5], [], ["0001-01-01T00:00:00+23:59", 1],
    ["9999-12-31T23:59:59-23:59", "330106", 1], ["2026-01-01T00:00:00", 1], ["2026-01-01T00:00:00+00:00", "\x00", 1],
    ["2026-01-01T00:00:00+00:00", "3" * 100, 1], {"a": 1}, "x", None,
)  # fmt: skip
CURSORS = (
    *(base64.urlsafe_b64encode(orjson.dumps(each)).decode().rstrip("=") for each in INSIDES),
    "made-up", "é", "=", "[" * 3000, "W10", "A" * 100_000,
)  # fmt: skip
BYTES = ("%FF%FE", "%ED%A0%80", "%", "%zz", "%00", "%C0%AF", "%F0%9F%98%80")  # as they stand in an address
TYPED = (*NUMBERS, *TEXTS, *DAYS, *WORDS)
JSONS: tuple[Any, ...] = (
    None, True, False, 0, -1, 1, 1.0, 1.5, 2**31, 2**53, 10**17, 1e300, "", "x", "\x00", "²", "--5", "9" * 30, "😀",
    "好" * 10_000, "0001-01-01", "9999-12-31", "\u202e", [], [[]], [None], ["x"], [1], [{}], {}, {"x": 1}, {"": None},
    {"\ud800": 1}, "\ud800", ["\udfff"], {"\x00": 1}, {"好" * 3000: 1},
)  # fmt: skip
HEADERS = {
    "Idempotency-Key": ("", "x" * 81, "x" * 5000, "é", "\t", "'", "😀".encode().decode("latin-1"), "\xff\xfe"),
    "X-Post": ("", "0", "-1", "9" * 30, "²".encode().decode("latin-1"), "x", "1, 2", "\xff"),
    "If-Match": ("", "*", '"x"', "\xff", "x" * 5000),
    "Authorization": ("Bearer", "Bearer ", "Bearer \xff", "Bearer " + "x" * 5000, "Basic eDp4", "x"),
    "Content-Type": (
        "", "text/plain", "application/json; charset=utf-16", "application/xml", "multipart/form-data",
        "multipart/form-data; boundary=", "application/x-www-form-urlencoded", "application/json; charset=x",
        "\xff", "application/problem+json",
    ),
    "Accept": ("", "text/plain", "\xff"),
    "Cookie": ("xueji=x", "xueji=.eJx", "\xff", "display=" + "9" * 30),
    "X-Requested-With": ("XMLHttpRequest",),
}  # fmt: skip
BODIES = (
    b"", b"{", b"[]", b'"x"', b"null", b"1", b"\xff\xfe{}", b'{"a": NaN}', b'{"a": -Infinity}', b'{"a": 1e999}',
    b'{"a": 1, "a": 2}', b'{"a":' * 60 + b"1" + b"}" * 60, b'{"a":' * 100_000, b'{"a": "\\ud800"}', b'{"\\ud800": 1}',
    b'{"a": ' + b"1" * 400 + b"}", b'{"a": ' + b"1" * 5000 + b"}", b'{"a": -' + b"9" * 19 + b"}",
    b'{"a": 0.' + b"1" * 5000 + b"}", b'{"a": "\\u0000"}', b"\xef\xbb\xbf{}", b"--x\r\n\r\n--x--", b"a=1&a=2&%FF=%00",
)  # fmt: skip
