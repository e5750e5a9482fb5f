"""Who may listen in: traffic that leaves this machine unencrypted is said, once, where it begins."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from gymtui.errors import WrongUsage

SERVED = (
    "Passwords and tokens go over the network unencrypted: please give this server --tls-cert and --tls-key, or put a "
    "proxy with TLS before it."
)
REFUSED = (
    "Passwords and tokens would go to {host} unencrypted: please ask for an address with wss://, or allow it with "
    "--allow-cleartext."
)
DIALLED = "Passwords and tokens go to {host} unencrypted: please ask for an address with wss://."


def is_loopback(host: str) -> bool:
    """Is it this machine, whoever else is on the network?"""
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def is_here(url: str) -> bool:
    """Is that a server of this machine?"""
    host = urlsplit(url).hostname
    return host is not None and is_loopback(host)


def refuse(url: str) -> None:
    """WrongUsage where what is secret would leave this machine as it is."""
    if warning(url) is not None:
        raise WrongUsage(REFUSED.format(host=urlsplit(url).hostname))


def warning(url: str) -> str | None:
    """The sentence about a server's WebSocket; None for `wss:`, and for one on this machine."""
    parts = urlsplit(url)
    if parts.scheme != "ws" or parts.hostname is None or is_loopback(parts.hostname):
        return None
    return DIALLED.format(host=parts.hostname)
