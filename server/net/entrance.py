"""How the server may be reached: with which certificate, from which pages, through which proxies."""

from __future__ import annotations

import socket
from collections.abc import Collection

from msgspec import Struct

from gymtui.errors import WrongUsage
from server.net.certificate import Certificate
from server.net.origins import Origins


class Entrance(Struct, frozen=True, kw_only=True):
    """Without a certificate it is plain `ws:`; the `proxies` are addresses whose word counts; where a service manager
    is `listening` already, it is there."""

    certificate: Certificate | None = None
    origins: Origins
    proxies: Collection[str] = ()
    listening: socket.socket | None = None


def entrance(
    *,
    tls_cert: str | None = None,
    tls_key: str | None = None,
    allow_origin: str | None = None,
    host_name: str | None = None,
    trust_proxy: str | None = None,
) -> Entrance:
    """As the settings say it. WrongUsage, CertificateError."""
    if (tls_cert is None) != (tls_key is None):
        raise WrongUsage("A certificate goes with its key: please give both --tls-cert and --tls-key.")
    return Entrance(
        certificate=None if tls_cert is None or tls_key is None else Certificate(tls_cert, tls_key),
        origins=Origins(_listed(host_name), _listed(allow_origin)),
        proxies=_listed(trust_proxy),
    )


def _listed(setting: str | None) -> list[str]:
    """What a setting names, with commas between."""
    return [part.strip() for part in (setting or "").split(",") if part.strip()]
