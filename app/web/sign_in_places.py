"""From where somebody signs in: an address, and a browser that carries our mark."""

from __future__ import annotations

import ipaddress
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from app.encryption import keyed_hash

MARK_BYTES = 24
LONGEST_MARK = 64


@dataclass(frozen=True)
class Place:
    """An address as it is counted, and the mark of the browser ("" without one); a program carries none."""

    address: str
    mark: str = ""
    is_program: bool = False

    @property
    def address_hash(self) -> str:
        return keyed_hash(f"address:{self.address}")[:32]

    @property
    def device_hash(self) -> str:
        return keyed_hash(f"device:{self.mark}")[:32] if self.mark else ""

    @property
    def program_hash(self) -> str:
        """Of the programs behind the address: by it and the account a program is known, as a browser by its mark."""
        return keyed_hash(f"program:{self.address}")[:32] if self.is_program else ""

    def counted_at(self, known: Collection[str]) -> str:
        """Under what failures of this place count: the browser or the program by which the owner is known, else the
        address. So a colleague behind the same address locks neither the owner's browser nor the owner's program.
        """
        return next((each for each in (self.device_hash, self.program_hash) if each in known), self.address_hash)


def program_at(address: str | None) -> Place:
    """The place of a program at that remote address."""
    return Place(network_of(address or ""), is_program=True)


def place(address: str | None, mark: str | None) -> Place:
    """The place of that remote address and cookie; an IPv6 address counts by its network, which one house has whole."""
    usable = mark if mark and len(mark) <= LONGEST_MARK and mark.isascii() else ""
    return Place(network_of(address or ""), usable)


def network_of(address: str) -> str:
    """`203.0.113.9` as it is, `2001:db8::1` as `2001:db8::/64`, `::ffff:203.0.113.9` as what it stands for."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address[:45]
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network((known.packed[:8] + bytes(8), 64)))
    return str(known)


def new_mark() -> str:
    """A mark for a browser from which somebody has signed in."""
    return secrets.token_urlsafe(MARK_BYTES)
