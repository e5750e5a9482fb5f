"""Where a try to log in comes from: a desk that somebody has logged in at before, or the address of a stranger."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from ipaddress import IPv6Address, IPv6Network, ip_address

from msgspec import Struct


class Source(Struct, frozen=True):
    """By its `name` tries are counted and wait in turn; the `address` is for people who read of it. `device` is the
    digest of the token of a known desk."""

    name: str
    address: str
    device: bytes | None = None

    @property
    def is_known(self) -> bool:
        return self.device is not None


def source_of(address: str, device_token: str, known: Collection[bytes]) -> Source:
    """A desk is known by its device token: whoever shares its address takes nothing from it."""
    if device_token and (digest := device_digest(device_token)) in known:
        return Source(f"device {digest.hex()}", address, digest)
    return Source(_network(address), address)


def device_digest(token: str) -> bytes:
    """What is kept of a device token: enough to know it again."""
    return hashlib.sha256(token.encode(errors="surrogateescape")).digest()


def _network(address: str) -> str:
    """The address, or of IPv6 the 64 bits that one household has: the rest of it is for whoever asks to choose."""
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(known, IPv6Address):
        return str(known.ipv4_mapped or IPv6Network((known, 64), strict=False))
    return address
