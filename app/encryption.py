"""Sealed fields: what identifies a child is stored encrypted, and found by a keyed hash.

AES-256-GCM with a key derived from `XUEJI_FIELD_KEY`; the hash is HMAC-SHA-256 under another derived key;
directives are signed with Ed25519 under a third.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import os
from collections.abc import Callable

import sqlalchemy as sa
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app


def _field_key() -> str:
    key: str = current_app.config["FIELD_KEY"]
    return key


@functools.lru_cache(maxsize=8)
def _derived(field_key: str, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=b"xueji", info=purpose).derive(field_key.encode())


@functools.lru_cache(maxsize=8)
def _cipher(field_key: str) -> AESGCM:
    return AESGCM(_derived(field_key, b"seal"))


@functools.lru_cache(maxsize=8)
def _signer(field_key: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(_derived(field_key, b"sign"))


@functools.lru_cache(maxsize=8)
def _verifier(field_key: str) -> Ed25519PublicKey:
    return _signer(field_key).public_key()


def seal(text: str) -> bytes:
    """Encrypt a text; the same text gives another result each time."""
    return seal_bytes(text.encode())


def unseal(sealed: bytes) -> str:
    """The text that was sealed. Raises cryptography's InvalidTag when it was sealed under another key or altered."""
    return unseal_bytes(sealed).decode()


def seal_bytes(content: bytes) -> bytes:
    """Encrypt what is no text, such as a scanned paper."""
    nonce = os.urandom(12)
    return nonce + _cipher(_field_key()).encrypt(nonce, content, None)


def unseal_bytes(sealed: bytes) -> bytes:
    """What `seal_bytes` sealed. Raises InvalidTag."""
    return _cipher(_field_key()).decrypt(sealed[:12], sealed[12:], None)


def seal_text(text: str) -> str:
    """The same as text, for places that hold JSON."""
    return base64.b64encode(seal(text)).decode()


def unseal_text(sealed: str) -> str:
    """The text that `seal_text` sealed."""
    return unseal(base64.b64decode(sealed))


def keyed_hash(text: str) -> str:
    """64 hexadecimal digits by which a sealed text is found and kept unique."""
    return hmac.digest(_derived(_field_key(), b"hash"), text.encode(), "sha256").hex()


def check_mark(content: bytes) -> bytes:
    """80 bits that only the product can put under this content: short enough to be printed and typed."""
    return hmac.new(_derived(_field_key(), b"check"), content, "sha256").digest()[:10]


@functools.lru_cache(maxsize=8)
def _marker(field_key: str) -> Callable[[bytes], bytes]:
    """HMAC-SHA-256 (RFC 2104) with the key hashed already, which for short contents is most of the work."""
    key = _derived(field_key, b"row").ljust(64, b"\0")
    inner, outer = (hashlib.sha256(bytes(byte ^ pad for byte in key)) for pad in (0x36, 0x5C))

    def marked(content: bytes) -> bytes:
        within, around = inner.copy(), outer.copy()
        within.update(content)
        around.update(within.digest())
        return around.digest()[:15]

    return marked


def marker() -> Callable[[bytes], bytes]:
    """What `mark` does, for many rows."""
    return _marker(_field_key())


def mark(content: bytes) -> bytes:
    """120 bits of a row of the database, by which a change made outside the program is found."""
    return marker()(content)


def sign(content: bytes) -> bytes:
    """The product's Ed25519 signature (64 bytes) under a directive's content."""
    return _signer(_field_key()).sign(content)


def is_signed(content: bytes, signature: bytes) -> bool:
    """True when `signature` is our own under exactly this content."""
    try:
        _verifier(_field_key()).verify(signature, content)
    except InvalidSignature:
        return False
    return True


class Sealed(sa.types.TypeDecorator[str]):
    """A column whose text is encrypted at rest."""

    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: sa.Dialect) -> bytes | None:
        return None if value is None else seal(value)

    def process_result_value(self, value: bytes | None, _dialect: sa.Dialect) -> str | None:
        return None if value is None else unseal(bytes(value))
